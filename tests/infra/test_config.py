"""Every wrong value of the stack's configuration is refused in one sentence."""

import contextvars
import json
import re
import time
from collections.abc import Mapping
from decimal import Decimal

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.config import (
    MAX_PREFIX_LENGTH,
    REGIONS,
    ConfigError,
    CostConfig,
    DemoConfig,
    Endpoints,
    read_config,
)

PROJECT = "custom-labels-demo"


def config_of(values: Mapping[str, str]) -> DemoConfig:
    """Read the configuration as a program of a stack with these values would."""

    def program() -> DemoConfig:
        pulumi.runtime.configure(pulumi.runtime.Settings(project=PROJECT, stack="test"))
        qualified = {key if ":" in key else f"{PROJECT}:{key}": value for key, value in values.items()}
        pulumi.runtime.set_all_config({"aws:region": "eu-west-1", **qualified})
        return read_config()

    return contextvars.copy_context().run(program)


def sentence_about(values: Mapping[str, str]) -> str:
    with pytest.raises(ConfigError) as refused:
        config_of(values)
    return str(refused.value)


def test_nothing_but_a_region_is_needed() -> None:
    assert config_of({}) == DemoConfig(
        region="eu-west-1",
        resource_prefix="RekogCustomLabelsDemo",
        create_cloudfront_distribution=True,
        projects=(),
        admin_email=None,
        costs=CostConfig(
            idle_stop_minutes=60,
            max_run_hours=12,
            inference_unit_hour_usd=Decimal("4.0"),
            alert_email=None,
            monthly_budget_usd=100,
        ),
        training_bucket=False,
        endpoints=Endpoints(
            rekognition="https://rekognition.eu-west-1.amazonaws.com",
            cognito_identity="https://cognito-identity.eu-west-1.amazonaws.com",
            cognito_idp="https://cognito-idp.eu-west-1.amazonaws.com",
        ),
    )


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_with_custom_labels_is_accepted(region: str) -> None:
    assert config_of({"aws:region": region}).region == region


@pytest.mark.parametrize(
    "region", ["us-west-1", "ca-central-1", "us-gov-west-1", "cn-north-1", "EU-WEST-1", "mars"]
)
def test_a_region_without_custom_labels_is_refused(region: str) -> None:
    sentence = sentence_about({"aws:region": region})
    assert sentence.startswith(f"aws:region is '{region}', and Custom Labels exists only in us-east-1,")


def test_a_missing_region_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION", raising=False)
    assert sentence_about({"aws:region": ""}).startswith("aws:region is not set")


@pytest.mark.parametrize("prefix", ["a", "Demo2", "my-demo", "x" * MAX_PREFIX_LENGTH])
def test_a_prefix_that_makes_legal_names_is_accepted(prefix: str) -> None:
    assert config_of({"resourcePrefix": prefix}).resource_prefix == prefix


@pytest.mark.parametrize(
    "prefix",
    ["", "2demo", "-demo", "demo-", "my--demo", "my_demo", "my demo", "d.e", "dé", "a\n", "sthree-x",
     "AMZN-S3-Demo-x", "x" * (MAX_PREFIX_LENGTH + 1)],
)  # fmt: skip
def test_a_prefix_that_makes_an_illegal_name_is_refused(prefix: str) -> None:
    sentence = sentence_about({"resourcePrefix": prefix})
    assert sentence.startswith(
        f"resourcePrefix is {prefix!r}, and it must be 1 to {MAX_PREFIX_LENGTH} letters"
    )


@pytest.mark.parametrize(("value", "expected"), [("true", True), ("false", False)])
def test_the_cloudfront_toggle_is_a_boolean(value: str, expected: bool) -> None:  # noqa: FBT001  # a parameter of the table
    config = config_of({"createCloudFrontDistribution": value})
    assert config.create_cloudfront_distribution is expected


@pytest.mark.parametrize("value", ["", "yes", "True", "1", "null"])
def test_a_cloudfront_toggle_that_is_no_boolean_is_refused(value: str) -> None:
    sentence = sentence_about({"createCloudFrontDistribution": value})
    assert sentence == f"createCloudFrontDistribution is {value!r}, and it must be true or false."


def test_projects_keep_their_order_and_lose_repeats() -> None:
    config = config_of({"projects": json.dumps(["b", "a.1", "b", "constructor"])})
    assert config.projects == ("b", "a.1", "constructor")


@pytest.mark.parametrize(("count", "length"), [(40, 20), (10, 255)])
def test_more_projects_than_the_policies_of_a_role_can_hold_are_refused(count: int, length: int) -> None:
    names = [f"{number:03}".rjust(length, "p") for number in range(count)]
    assert re.fullmatch(
        rf"projects names {count} projects, 'p+000' first, and the permissions for them take \d+ characters,"
        r" while IAM allows 10240 for a role: name fewer, or none, which means every project\.",
        sentence_about({"projects": json.dumps(names)}),
    )
    config_of({"projects": json.dumps(names[: count // 3])})


@pytest.mark.parametrize("value", ["parts", '"parts"', "{}", "12", "[", "null"])
def test_projects_that_are_no_list_are_refused(value: str) -> None:
    assert sentence_about({"projects": value}).startswith(f"projects is {value!r}, and it must be a list")


@pytest.mark.parametrize(
    "name", ["", "*", "a*", "a?", "a/b", 'a"b', "a b", "a\n", "é", "x" * 256, None, 7, ["a"]]
)
def test_a_project_name_that_could_widen_a_policy_is_refused(name: object) -> None:
    assert sentence_about({"projects": json.dumps(["ok", name])}).startswith(f"projects names {name!r}, and")


@pytest.mark.parametrize(
    "address",
    ["me@example.com", "First.Last+demo@Mail.Example.co.uk", "o'neill@example.museum", "a@b.xn--p1ai",
     "x" * 64 + "@" + "y" * 59 + ".org"],
)  # fmt: skip
def test_an_admin_s_address_is_kept_as_it_is_written(address: str) -> None:
    assert config_of({"adminEmail": address}).admin_email == address


def test_no_address_lets_guests_in() -> None:
    assert config_of({"adminEmail": ""}).admin_email is None


@pytest.mark.parametrize(
    "address",
    ["me", "me@", "@example.com", "me@example", "me@you@example.com", "me @example.com", "me@example.com\n",
     "me@exa\0mple.com", "me@example..com", ".me@example.com", "me@-example.com", "me@example.com-",
     "Me <me@example.com>", "mé@example.com", "me@127.0.0.1", "true", " ", "x" * 64 + "@" + "y" * 60 + ".org"],
)  # fmt: skip
def test_an_admin_without_an_e_mail_address_is_refused(address: str) -> None:
    assert sentence_about({"adminEmail": address}).startswith(
        f"adminEmail is {address!r}, and it must be an e-mail address of at most 128 characters"
    )


@pytest.mark.parametrize(
    ("key", "field", "default", "good", "bad"),
    [
        ("idleStopMinutes", "idle_stop_minutes", 60, ["0", "15", "1440"], ["14", "1", "1441", "-15", "15.0"]),
        ("maxRunHours", "max_run_hours", 12, ["1", "720"], ["0", "721", "-1", "1e2", " 1"]),
        ("monthlyBudgetUsd", "monthly_budget_usd", 100, ["1", "1000000"], ["0", "1000001", "1,000", "٣"]),
    ],
)
def test_whole_numbers_keep_within_their_bounds(
    key: str, field: str, default: int, good: list[str], bad: list[str]
) -> None:
    assert getattr(config_of({}).costs, field) == default
    for value in good:
        assert getattr(config_of({key: value}).costs, field) == int(value)
    for value in (*bad, "", "ten", "true", "9" * 100):
        assert sentence_about({key: value}).startswith(f"{key} is {value!r}, and it must be ")


@pytest.mark.parametrize("value", ["0.01", "4", "4.0", "3.75", "1000"])
def test_a_price_is_kept_to_the_digit(value: str) -> None:
    assert str(config_of({"inferenceUnitHourUsd": value}).costs.inference_unit_hour_usd) == value


@pytest.mark.parametrize(
    "value", ["0", "0.001", "1000.01", "-4", "$4", "4,0", "1e1", "NaN", "four", "4.00000"]
)
def test_a_price_that_is_none_is_refused(value: str) -> None:
    assert sentence_about({"inferenceUnitHourUsd": value}).startswith(
        f"inferenceUnitHourUsd is {value!r}, and it must be US dollars from 0.01 to 1000"
    )


def test_somebody_to_be_told_needs_an_address() -> None:
    assert config_of({"alertEmail": "me@example.com"}).costs.alert_email == "me@example.com"
    assert config_of({"alertEmail": ""}).costs.alert_email is None
    assert sentence_about({"alertEmail": "me"}).startswith(
        "alertEmail is 'me', and it must be an e-mail address of at most 128 characters"
    )


def test_a_long_address_is_judged_at_once() -> None:
    start = time.process_time()
    sentence_about({"adminEmail": "a." * 50_000 + "@" + "b-" * 50_000})
    sentence_about({"adminEmail": "a@" + "b-" * 60 + "!"})
    assert time.process_time() - start < 1


def test_a_key_that_the_program_does_not_have_is_refused() -> None:
    sentence = sentence_about({"resourcePrefx": "demo"})
    assert sentence.startswith(
        "custom-labels-demo:resourcePrefx is 'demo', and this program has no such setting"
    )
    assert "pulumi config rm resourcePrefx" in sentence


def test_keys_of_other_namespaces_are_not_ours_to_judge() -> None:
    assert config_of({"aws:profile": "work", "pulumi:autonaming": "{}"}).region == "eu-west-1"


@pytest.mark.parametrize(
    "value",
    [
        (
            '[{"rekognition": "http://127.0.0.1:4566", "cognitoidentity": "http://localhost:4567/"},'
            ' {"cognitoidp": "http://localhost:4568"}]'
        ),
        (
            '{"rekognition": "http://127.0.0.1:4566", "cognitoidentity": "http://localhost:4567",'
            ' "cognitoidp": "http://localhost:4568"}'
        ),
    ],
)
def test_the_browser_calls_the_endpoints_of_the_provider(value: str) -> None:
    assert config_of({"aws:endpoints": value}).endpoints == Endpoints(
        rekognition="http://127.0.0.1:4566",
        cognito_identity="http://localhost:4567",
        cognito_idp="http://localhost:4568",
    )


@pytest.mark.parametrize(
    "url",
    ["", "ftp://host", "//host", "https://host/path", "https://user@host", "https://a b", "https://*.example",
     "https://host; script-src *", "https://host'", "https://host:123456", None, 5],
)  # fmt: skip
def test_an_endpoint_that_could_widen_the_content_security_policy_is_refused(url: object) -> None:
    sentence = sentence_about({"aws:endpoints": json.dumps([{"rekognition": url}])})
    assert sentence.startswith(f"aws:endpoints has {url!r} for rekognition, and it must be")


@pytest.mark.parametrize("value", ["nowhere", "[1]", "7", '["a"]', "null", "[["])
def test_endpoints_that_are_no_list_of_maps_are_refused(value: str) -> None:
    assert sentence_about({"aws:endpoints": value}).startswith(f"aws:endpoints is {value!r}, and it must be")


@given(
    key=st.sampled_from(["resourcePrefix", "createCloudFrontDistribution", "projects", "adminEmail", "idleStopMinutes", "maxRunHours", "inferenceUnitHourUsd", "alertEmail", "monthlyBudgetUsd", "aws:region", "aws:endpoints"]),
    value=st.text() | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    ).map(json.dumps),
)  # fmt: skip
def test_any_value_is_either_accepted_or_refused_in_a_sentence(key: str, value: str) -> None:
    try:
        config_of({key: value})
    except ConfigError as refused:
        assert str(refused).startswith(key)  # noqa: PT017  # most values are refused, some are not

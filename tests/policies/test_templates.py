"""Truths about every template of `policies/`, because it is there."""

import json
import re
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra import policies
from infra.policies import POLICIES, PolicyError, render_policy

with warnings.catch_warnings():
    warnings.simplefilter("ignore", ResourceWarning)  # it leaves the files that it reads open
    import parliament

BUCKET = "arn:aws:s3:::site-1a2b3c4"
DISTRIBUTION = "arn:aws:cloudfront::123456789012:distribution/EDFDVBD6EXAMPLE"
PLACE = {"partition": "aws", "region": "eu-west-1", "account_id": "123456789012"}

VALUES: dict[str, list[dict[str, Any]]] = {
    "identity_pool_trust.json.j2": [
        {"identity_pool_id": "eu-west-1:00000000-0000-0000-0000-000000000000", "amr": amr}
        for amr in ("unauthenticated", "authenticated")
    ],
    "operator.json.j2": [{**PLACE, "projects": []}, {**PLACE, "projects": ["parts", "boats.v2"]}],
    "site_bucket_behind_cloudfront.json.j2": [{"bucket_arn": BUCKET, "distribution_arn": DISTRIBUTION}],
    "site_bucket_public.json.j2": [{"bucket_arn": BUCKET}],
    "viewer.json.j2": [{**PLACE, "projects": []}, {**PLACE, "projects": ["parts", "boats.v2"]}],
}
RENDERED = [
    pytest.param(template, values, id=f"{template.removesuffix('.json.j2')}-{index}")
    for template, variants in VALUES.items()
    for index, values in enumerate(variants)
]
# Actions that IAM cannot limit to a resource, by the Service Authorization Reference.
WITHOUT_RESOURCE_TYPE = {"rekognition:DescribeProjects"}


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(document: str) -> list[dict[str, Any]]:
    return json.loads(document)["Statement"]


def test_every_template_is_tested() -> None:
    assert {path.name for path in POLICIES.iterdir()} == set(VALUES)


@pytest.mark.parametrize(("template", "values"), RENDERED)
def test_a_template_renders_to_a_policy_with_unique_statement_ids(
    template: str, values: dict[str, Any]
) -> None:
    document = json.loads(render_policy(template, **values))
    sids = [statement["Sid"] for statement in document["Statement"]]
    assert document["Version"] == "2012-10-17"
    assert len(set(sids)) == len(sids)
    assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)


@pytest.mark.parametrize(("template", "values"), RENDERED)
def test_parliament_reports_nothing(template: str, values: dict[str, Any]) -> None:
    document = render_policy(template, **values)
    if (
        template == "identity_pool_trust.json.j2"
    ):  # parliament calls any trust policy malformed: it has no Resource
        document = json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{**s, "Resource": "*"} | {"Principal": "*"} for s in statements(document)],
            }
        )
        findings = [f for f in lint(document) if "RESOURCE" not in f]
    else:
        findings = lint(document)
    assert findings == []


def lint(document: str) -> list[str]:
    return [str(finding) for finding in parliament.analyze_policy_string(document).findings]


def test_parliament_would_report_an_action_that_does_not_exist() -> None:
    document = render_policy("viewer.json.j2", **VALUES["viewer.json.j2"][0])
    assert lint(document.replace("DetectCustomLabels", "DetectCustomLabel")) != []


@pytest.mark.parametrize(("template", "values"), RENDERED)
def test_no_allowed_action_is_a_wildcard(template: str, values: dict[str, Any]) -> None:
    for statement in statements(render_policy(template, **values)):
        if statement["Effect"] == "Allow":
            assert not any("*" in action for action in as_list(statement["Action"]))
            assert "NotAction" not in statement


@pytest.mark.parametrize(("template", "values"), RENDERED)
def test_resource_star_stands_only_where_iam_knows_no_resource(template: str, values: dict[str, Any]) -> None:
    for statement in statements(render_policy(template, **values)):
        if "*" in as_list(statement.get("Resource", [])):
            assert set(as_list(statement["Action"])) <= WITHOUT_RESOURCE_TYPE
            assert statement["Condition"] == {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}}


@pytest.mark.parametrize(("template", "values"), RENDERED)
def test_a_service_principal_is_held_to_one_source(template: str, values: dict[str, Any]) -> None:
    for statement in statements(render_policy(template, **values)):
        if statement["Effect"] == "Allow" and "Service" in as_dict(statement.get("Principal")):
            assert {"AWS:SourceArn"} & set(statement["Condition"]["StringEquals"])


def as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


@pytest.mark.parametrize("template", [name for name in VALUES if name.startswith("site_bucket")])
def test_a_bucket_policy_denies_plain_http_on_bucket_and_objects(template: str) -> None:
    denied = [s for s in statements(render_policy(template, **VALUES[template][0])) if s["Effect"] == "Deny"]
    assert [(s["Principal"], s["Action"], s["Resource"], s["Condition"]) for s in denied] == [
        ("*", "s3:*", [BUCKET, f"{BUCKET}/*"], {"Bool": {"aws:SecureTransport": "false"}})
    ]


def test_the_public_bucket_policy_lets_the_world_read_objects_and_nothing_else() -> None:
    allowed = [
        s
        for s in statements(render_policy("site_bucket_public.json.j2", bucket_arn=BUCKET))
        if s["Effect"] == "Allow"
    ]
    assert [(s["Principal"], s["Action"], s["Resource"]) for s in allowed] == [
        ("*", "s3:GetObject", f"{BUCKET}/*")
    ]


def test_guests_and_viewers_may_do_exactly_three_things() -> None:
    actions = [s["Action"] for s in statements(render_policy("viewer.json.j2", **PLACE, projects=["parts"]))]
    assert actions == [
        "rekognition:DetectCustomLabels",
        "rekognition:DescribeProjectVersions",
        "rekognition:DescribeProjects",
    ]


def test_projects_narrow_every_arn_and_end_with_a_slash() -> None:
    """The slash keeps `parts` from matching `parts-secret`."""
    documents = statements(render_policy("viewer.json.j2", **PLACE, projects=["parts", "boats"]))
    base = "arn:aws:rekognition:eu-west-1:123456789012:project"
    assert documents[0]["Resource"] == [f"{base}/parts/version/*", f"{base}/boats/version/*"]
    assert documents[1]["Resource"] == [f"{base}/parts/*", f"{base}/boats/*"]


TEXTS = st.text(alphabet=st.one_of(st.characters(codec="utf-8"), st.sampled_from("\"\\{}[]%\n\r\t,:#<>&'")))


def shape(value: Any) -> Any:
    """The structure of a JSON value without its strings."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value)


@pytest.mark.parametrize(("template", "values"), RENDERED)
@given(data=st.data())
def test_no_value_can_change_a_document_s_structure(
    template: str, values: dict[str, Any], data: st.DataObject
) -> None:
    hostile = {
        name: [data.draw(TEXTS) for _ in value] if isinstance(value, list) else data.draw(TEXTS)
        for name, value in values.items()
    }
    expected = json.loads(render_policy(template, **values))
    actual = json.loads(render_policy(template, **hostile))
    assert shape(actual) == shape(expected)
    for statement, original in zip(actual["Statement"], expected["Statement"], strict=True):
        assert (statement["Effect"], statement["Action"]) == (original["Effect"], original["Action"])


@pytest.mark.parametrize(("template", "values"), RENDERED)
def test_a_missing_value_is_named(template: str, values: dict[str, Any]) -> None:
    for name in values:
        rest = {key: value for key, value in values.items() if key != name}
        with pytest.raises(
            PolicyError, match=f"policies/{template} cannot be rendered without a value for {name}"
        ):
            render_policy(template, **rest)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(policies._LOADER, "searchpath", [str(tmp_path)])
    return tmp_path


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"Version": ', "does not render to JSON"),
        ('{"Sid": "A", "Sid": "B"}', "gives the key 'Sid' twice"),
        ("{% if %}", "cannot be rendered"),
    ],
)
def test_a_broken_template_says_what_is_wrong(folder: Path, text: str, sentence: str) -> None:
    template = f"{folder.name}.j2"
    (folder / template).write_text(text)
    with pytest.raises(PolicyError, match=re.escape(f"policies/{template} {sentence}")):
        render_policy(template)


def test_a_template_that_does_not_exist_is_named() -> None:
    with pytest.raises(PolicyError, match=r"policies/nobody\.json\.j2 cannot be rendered"):
        render_policy("nobody.json.j2")

"""Whatever a stack's configuration says, it is refused in one sentence or every name made from it is legal."""

import contextvars
import json
import random
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pulumi
import pytest
from botocore.loaders import Loader

from infra.config import REGIONS, ConfigError, DemoConfig, read_config
from local.aws.server import LocalAws
from local.engine import up
from local.provider import AwsProvider
from local.stack import PROJECT_DIR, local_config
from tests.fuzz.junk import TEXTS, junk, mangled

PROJECT = "custom-labels-demo"
CASES = 3_000
VALID: dict[str, Sequence[str]] = {
    "resourcePrefix": ["Demo", "my-demo2", "a" * 36],
    "createCloudFrontDistribution": ["true", "false"],
    "projects": ['["parts"]', '["a.1", "b_2"]', "[]"],
    "adminEmail": ["admin@example.com", "a.b+c@mail.example.org", ""],
    "aws:region": REGIONS,
    "aws:endpoints": [
        '[{"rekognition": "http://127.0.0.1:4566", "cognitoidp": "https://host.example"}]',
        '{"cognitoidentity": "http://localhost:1/"}',
    ],
}
OTHER_KEYS = ["resourceprefix", "ResourcePrefix", "adminEmail ", "__proto__", "projects[0]", ""]


def config_of(values: Mapping[str, str]) -> DemoConfig:
    """Read the configuration as a program of a stack with these values would."""

    def program() -> DemoConfig:
        pulumi.runtime.configure(pulumi.runtime.Settings(project=PROJECT, stack="test"))
        pulumi.runtime.set_all_config(
            {
                "aws:region": "eu-west-1",
                **{key if ":" in key else f"{PROJECT}:{key}": value for key, value in values.items()},
            }
        )
        return read_config()

    return contextvars.copy_context().run(program)


def bad_value(rng: random.Random, valid: Sequence[str]) -> str:
    """Return a value that is probably wrong: nonsense, JSON of any shape, or a right one with one flaw."""
    kind = rng.randrange(5)
    if kind == 0:
        return rng.choice(TEXTS)
    if kind == 1:
        return json.dumps(junk(rng))
    if kind == 2:
        return json.dumps([junk(rng) for _ in range(rng.randrange(3))])
    if kind == 3:
        return json.dumps([{rng.choice(["rekognition", "cognitoidp", "s3"]): junk(rng)}])
    return mangled(rng, rng.choice(valid))


@pytest.fixture(scope="module")
def suffixes() -> dict[str, set[str]]:
    """What the deployed resources' names have behind the prefix, by the kind of name."""
    kinds = {
        "aws:s3/bucket:Bucket": "bucket",
        "aws:iam/role:Role": "role",
        "aws:cloudfront/originAccessControl:OriginAccessControl": "access control",
        "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": "policy",
        "aws:iam/rolePolicy:RolePolicy": "policy",
        "aws:cognito/identityPool:IdentityPool": "pool",
        "aws:cognito/userPool:UserPool": "pool",
        "aws:cognito/userPoolClient:UserPoolClient": "pool",
    }
    found: dict[str, set[str]] = {}
    for extra in ({}, {"adminEmail": "admin@example.com"}):
        with LocalAws() as aws:
            settings = local_config(aws.url, {"resourcePrefix": "prefix", **extra})
            provider = AwsProvider(aws.url, settings.values["aws:region"])
            state = up(PROJECT_DIR, settings, provider, on_log=lambda _: None).state
        for resource in state.resources:
            for value in resource.inputs.values():
                if resource.type in kinds and str(value).startswith("prefix"):
                    found.setdefault(kinds[resource.type], set()).add(str(value).removeprefix("prefix"))
    return found


def pattern_of(service: str, shape: str) -> Callable[[str], bool]:
    """Return what the service's own model says about a name."""
    limits: dict[str, Any] = Loader().load_service_model(service, "service-2")["shapes"][shape]
    pattern, longest = re.compile(limits.get("pattern", ".*")), limits["max"]
    return lambda name: len(name) <= longest and pattern.fullmatch(name) is not None


LEGAL: dict[str, Callable[[str], bool]] = {
    # S3's and CloudFront's models are silent; these are their user guides' rules.
    "bucket": lambda name: re.fullmatch(r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", name) is not None,
    "access control": lambda name: len(name) <= 64,
    "policy": pattern_of("iam", "policyNameType"),
    "role": pattern_of("iam", "roleNameType"),
    "pool": pattern_of("cognito-idp", "UserPoolNameType"),
}
is_project = pattern_of("rekognition", "ProjectName")


def is_email(text: str) -> bool:
    """A user name that Cognito takes, with one @ and nothing that a mail header or a template could act on."""
    return re.fullmatch(r"[!-?A-~]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", text) is not None and len(text) <= 128


def check_accepted(config: DemoConfig, suffixes: Mapping[str, set[str]]) -> None:
    for kind, ends in suffixes.items():
        for end in ends:
            name = config.resource_prefix + end
            assert LEGAL[kind](name.lower() if kind == "bucket" else name)
    assert config.region in REGIONS
    assert all(map(is_project, config.projects))
    assert config.admin_email is None or is_email(config.admin_email)
    for origin in vars(config.endpoints).values():
        assert re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?", origin)


def check_refused(sentence: str, key: str, value: str) -> None:
    assert key in sentence
    assert sentence.isprintable()
    assert sentence.endswith((".", ").", "`."))
    assert "Traceback" not in sentence
    assert len(sentence) < len(repr(value)) + 600


def test_a_bad_value_is_refused_in_a_sentence_and_an_accepted_one_makes_legal_names(
    suffixes: dict[str, set[str]],
) -> None:
    assert suffixes.keys() == LEGAL.keys()
    rng = random.Random(4)  # noqa: S311  # the same cases at every run
    refused = 0
    for _ in range(CASES):
        key = rng.choice([*VALID, rng.choice(OTHER_KEYS)])
        value = bad_value(rng, VALID.get(key, ["true"]))
        try:
            config = config_of({key: value})
        except ConfigError as error:
            refused += 1
            check_refused(str(error), key, value)
        else:
            check_accepted(config, suffixes)
    assert refused > CASES / 2

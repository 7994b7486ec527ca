"""The stack's configuration, read once and checked before anything is created."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pulumi
import pulumi.runtime.config

from infra.policies import render_policy

REGIONS = (
    "us-east-1",
    "us-east-2",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-central-1",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "ap-northeast-2",
)
"""Regions with Custom Labels: https://docs.aws.amazon.com/general/latest/gr/rekognition.html."""

MAX_PREFIX_LENGTH = 36
"""Characters. Leaves 27 for what names put behind it: S3 allows 63 for a bucket, IAM 64 for a role."""

_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*")
_RESERVED_PREFIXES = ("amzn-s3-demo-", "sthree-")  # S3 refuses buckets whose names start so
_PROJECT = re.compile(r"[A-Za-z0-9_.\-]{1,255}")  # ProjectName in Rekognition's service model
_MAX_EMAIL_LENGTH = 128  # characters of a Cognito user name
# RFC 5321 with a dot-atom before the @ and a domain of at least two labels behind it
_EMAIL = re.compile(
    r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]",
    re.ASCII,
)
_PRICE = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4})?", re.ASCII)
_CHEAPEST, _DEAREST = Decimal("0.01"), Decimal(1000)
_KEYS = (
    "resourcePrefix",
    "createCloudFrontDistribution",
    "projects",
    "adminEmail",
    "idleStopMinutes",
    "maxRunHours",
    "inferenceUnitHourUsd",
    "alertEmail",
    "monthlyBudgetUsd",
    "trainingBucket",
)
_LARGEST_ROLE = ("viewer.json.j2", "operator.json.j2")  # an operator's two policies; no role has more
_MAX_ROLE_POLICIES = 10_240  # characters without white space: IAM's quota for all inline policies of a role
_ENDPOINTS = {
    "rekognition": "rekognition",
    "cognitoidentity": "cognito-identity",
    "cognitoidp": "cognito-idp",
}


class ConfigError(pulumi.RunError):
    """A configuration value that cannot be used; Pulumi prints the sentence without a traceback."""


@dataclass(frozen=True, kw_only=True)
class Endpoints:
    """Origins of the AWS services that the browser calls."""

    rekognition: str
    cognito_identity: str
    cognito_idp: str


@dataclass(frozen=True, kw_only=True)
class CostConfig:
    """When running models are stopped, what they cost, and who is told."""

    idle_stop_minutes: int
    """How long a model may serve nothing before it is stopped; 0 for ever."""
    max_run_hours: int
    """How long a model may run before it is stopped."""
    inference_unit_hour_usd: Decimal
    """What an inference unit costs an hour, in US dollars."""
    alert_email: str | None
    """Who is told of stops, failures and the budget; None for nobody."""
    monthly_budget_usd: int
    """What Rekognition may cost a month before `alert_email` is told."""


@dataclass(frozen=True, kw_only=True)
class DemoConfig:
    """The checked configuration of one stack."""

    region: str
    resource_prefix: str
    create_cloudfront_distribution: bool
    projects: tuple[str, ...]
    admin_email: str | None
    """Who is invited first when people must sign in; None lets guests in."""
    costs: CostConfig
    training_bucket: bool
    """Whether to create a bucket for images, manifests and what training writes."""
    endpoints: Endpoints


def read_config() -> DemoConfig:
    """Read the configuration of the stack that is being previewed or updated.

    Raises:
        ConfigError: One sentence with the key, the value and what is allowed.
    """
    namespace = pulumi.get_project()
    _refuse_unknown_keys(namespace)
    config, aws = pulumi.Config(), pulumi.Config("aws")
    region = aws.get("region")
    if region not in REGIONS:
        found = f"is {region!r}" if region else "is not set"
        raise ConfigError(
            f"aws:region {found}, and Custom Labels exists only in {', '.join(REGIONS)}:"
            " choose one of these with `pulumi config set aws:region REGION`."
        )
    return DemoConfig(
        region=region,
        resource_prefix=_prefix(config.get("resourcePrefix")),
        create_cloudfront_distribution=_boolean(config, "createCloudFrontDistribution", default=True),
        projects=_projects(config.get("projects"), region),
        admin_email=_email(config, "adminEmail", "guests may use the site"),
        costs=CostConfig(
            idle_stop_minutes=_whole(config, "idleStopMinutes", default=60, low=15, high=1440, never=True),
            max_run_hours=_whole(config, "maxRunHours", default=12, low=1, high=720),
            inference_unit_hour_usd=_price(config.get("inferenceUnitHourUsd")),
            alert_email=_email(config, "alertEmail", "nobody is told of stopped models"),
            monthly_budget_usd=_whole(config, "monthlyBudgetUsd", default=100, low=1, high=1_000_000),
        ),
        training_bucket=_boolean(config, "trainingBucket", default=False),
        endpoints=_endpoints(aws.get("endpoints"), region),
    )


def _refuse_unknown_keys(namespace: str) -> None:
    given = {**pulumi.runtime.config.get_config_env(), **pulumi.runtime.config.CONFIG.get()}
    for key in sorted(given):
        owner, _, name = key.partition(":")
        if owner == namespace and name not in _KEYS:
            raise ConfigError(
                f"{key} is {given[key]!r}, and this program has no such setting; it has {', '.join(_KEYS)}."
                f" Remove it with `pulumi config rm {name}`."
            )


def _prefix(value: str | None) -> str:
    if value is None:
        return "RekogCustomLabelsDemo"
    if (
        not _PREFIX.fullmatch(value)
        or value.lower().startswith(_RESERVED_PREFIXES)
        or len(value) > MAX_PREFIX_LENGTH
    ):
        raise ConfigError(
            f"resourcePrefix is {value!r}, and it must be 1 to {MAX_PREFIX_LENGTH} letters, digits and single"
            " hyphens, start with a letter, end with a letter or digit, and not start with"
            f" {' or '.join(_RESERVED_PREFIXES)}: names of buckets and roles are made from it."
        )
    return value


def _boolean(config: pulumi.Config, key: str, *, default: bool) -> bool:
    value = config.get(key)
    if value is None:
        return default
    if value not in {"true", "false"}:
        raise ConfigError(f"{key} is {value!r}, and it must be true or false.")
    return value == "true"


def _projects(value: str | None, region: str) -> tuple[str, ...]:
    try:
        projects: Any = json.loads(value) if value else []
    except (json.JSONDecodeError, RecursionError):
        projects = None
    if not isinstance(projects, list):
        raise ConfigError(
            f"projects is {value!r}, and it must be a list of project names:"
            " set each with `pulumi config set --path 'projects[0]' NAME`."
        )
    for project in projects:  # pyright: ignore[reportUnknownVariableType]  # JSON; each item is checked here
        if not isinstance(project, str) or not _PROJECT.fullmatch(project):
            raise ConfigError(
                f"projects names {project!r}, and the name of a Custom Labels project has"
                " 1 to 255 letters, digits, dots, underscores and hyphens."
            )
    names: tuple[str, ...] = tuple(dict.fromkeys(projects))  # pyright: ignore[reportUnknownArgumentType]  # all are str by now
    size = sum(len("".join(_role_policy(template, region, names).split())) for template in _LARGEST_ROLE)
    if size > _MAX_ROLE_POLICIES:
        raise ConfigError(
            f"projects names {len(names)} projects, {names[0]!r} first, and the permissions for them take {size} characters,"
            f" while IAM allows {_MAX_ROLE_POLICIES} for a role: name fewer, or none, which means every project."
        )
    return names


def _role_policy(template: str, region: str, projects: Sequence[str]) -> str:
    return render_policy(
        template, partition="aws", region=region, account_id="123456789012", projects=projects
    )


def _email(config: pulumi.Config, key: str, without: str) -> str | None:
    value = config.get(key)
    if not value:
        return None
    if len(value) > _MAX_EMAIL_LENGTH or not _EMAIL.fullmatch(value):
        raise ConfigError(
            f"{key} is {value!r}, and it must be an e-mail address of at most {_MAX_EMAIL_LENGTH} characters,"
            f" such as me@example.com; without one, {without}."
        )
    return value


def _whole(  # noqa: PLR0913  # each names a bound at the place where it is set
    config: pulumi.Config, key: str, *, default: int, low: int, high: int, never: bool = False
) -> int:
    value = config.get(key)
    if value is None:
        return default
    number = int(value) if re.fullmatch(r"[0-9]{1,7}", value, re.ASCII) else -1
    if not low <= number <= high and not (never and number == 0):
        zero = "0 (never) or " if never else ""
        raise ConfigError(f"{key} is {value!r}, and it must be {zero}a whole number from {low} to {high}.")
    return number


def _price(value: str | None) -> Decimal:
    price = Decimal(value or "4.0") if _PRICE.fullmatch(value or "4.0") else Decimal(0)
    if not _CHEAPEST <= price <= _DEAREST:
        raise ConfigError(
            f"inferenceUnitHourUsd is {value!r}, and it must be US dollars from {_CHEAPEST} to {_DEAREST},"
            " such as 4.0."
        )
    return price


def _endpoints(value: str | None, region: str) -> Endpoints:
    """Return where the browser finds AWS: where the provider finds it."""
    given: dict[str, Any] = {}
    try:
        entries: Any = json.loads(value) if value else []
        for entry in [entries] if isinstance(entries, Mapping) else entries:  # pyright: ignore[reportUnknownVariableType]
            given.update(entry)  # pyright: ignore[reportUnknownArgumentType]
    except (RecursionError, TypeError, ValueError):
        raise ConfigError(
            f"aws:endpoints is {value!r}, and it must be a list of maps from service to URL,"
            ' such as [{"rekognition": "http://127.0.0.1:4566"}].'
        ) from None
    origins: dict[str, str] = {}
    for service, host in _ENDPOINTS.items():
        url = given.get(service, f"https://{host}.{region}.amazonaws.com")
        if not re.fullmatch(r"https?://[A-Za-z0-9.\-]+(:[0-9]{1,5})?/?", str(url)):
            raise ConfigError(
                f"aws:endpoints has {url!r} for {service}, and it must be an http or https URL"
                " of a host, without path, query or user."
            )
        parts = urlsplit(str(url))
        origins[service] = f"{parts.scheme}://{parts.netloc}"
    return Endpoints(
        rekognition=origins["rekognition"],
        cognito_identity=origins["cognitoidentity"],
        cognito_idp=origins["cognitoidp"],
    )

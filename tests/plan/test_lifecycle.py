"""The real program: previewed, applied, changed and destroyed against the emulated AWS."""

import gzip
import html
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import botocore.session
import pytest

from local.aws.server import LocalAws
from local.engine import UNKNOWN, DeploymentError, Result, State, destroy, load_config, preview, up
from local.provider import AwsProvider
from local.stack import PROJECT_DIR, STACK, local_config

REGION = "eu-west-1"
SESSION = boto3.Session("local", "local", region_name=REGION)
WITHOUT_CLOUDFRONT = {"createCloudFrontDistribution": False}
SIGN_IN = {"adminEmail": "me@example.com"}
ALERTS = {"alertEmail": "you@example.com"}


class Stack:
    """One stack on one emulated AWS, as `pulumi` would keep it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.provider = AwsProvider(url, REGION)
        self.state = State()

    def preview(self, config: dict[str, Any] | None = None) -> Result:
        return preview(PROJECT_DIR, local_config(self.url, config), self.provider, state=self.state)

    def up(self, config: dict[str, Any] | None = None) -> Result:
        result = up(PROJECT_DIR, local_config(self.url, config), self.provider, state=self.state)
        self.state = result.state
        return result

    def destroy(self) -> Result:
        result = destroy(self.provider, self.state)
        self.state = result.state
        return result

    def client(self, service: Any) -> Any:
        return SESSION.client(service, endpoint_url=self.url)

    def leftovers(self) -> dict[str, int]:
        """How many resources of each kind exist in the account."""
        cloudfront = self.client("cloudfront")
        return {
            "buckets": len(self.client("s3").list_buckets()["Buckets"]),
            "roles": len(self.client("iam").list_roles()["Roles"]),
            "pools": len(self.client("cognito-identity").list_identity_pools(MaxResults=60)["IdentityPools"]),
            "user pools": len(self.client("cognito-idp").list_user_pools(MaxResults=60)["UserPools"]),
            "functions": len(self.client("lambda").list_functions()["Functions"]),
            "log groups": len(self.client("logs").describe_log_groups()["logGroups"]),
            "queues": len(self.client("sqs").list_queues().get("QueueUrls", [])),
            "topics": len(self.client("sns").list_topics()["Topics"]),
            "subscriptions": len(self.client("sns").list_subscriptions()["Subscriptions"]),
            "schedules": len(self.client("scheduler").list_schedules()["Schedules"]),
            "alarms": len(self.client("cloudwatch").describe_alarms()["MetricAlarms"]),
            "budgets": len(self.client("budgets").describe_budgets(AccountId="123456789012")["Budgets"]),
            "distributions": cloudfront.list_distributions()["DistributionList"].get("Quantity", 0),
            "access controls": len(
                cloudfront.list_origin_access_controls()["OriginAccessControlList"].get("Items", [])
            ),
            "headers policies": len(
                cloudfront.list_response_headers_policies(Type="custom")["ResponseHeadersPolicyList"].get(
                    "Items", []
                )
            ),
        }


@pytest.fixture
def stack() -> Iterator[Stack]:
    with LocalAws() as aws:
        yield Stack(aws.url)


def operations(result: Result) -> Counter[str]:
    return Counter(step.op for step in result.steps)


def changed(result: Result) -> dict[str, str]:
    return {f"{step.type.split(':')[-1]} {step.name}": step.op for step in result.changes}


def test_a_preview_creates_nothing_and_marks_what_it_cannot_know(stack: Stack) -> None:
    before = stack.leftovers()
    result = stack.preview()
    assert stack.leftovers() == before
    assert set(operations(result)) == {"create"}
    assert result.outputs["region"] == REGION
    assert UNKNOWN in result.outputs["url"]
    assert UNKNOWN in result.outputs["identityPoolId"]


def test_outputs_are_those_of_the_readme(stack: Stack) -> None:
    with_cloudfront = stack.up().outputs
    always = {"url", "region", "bucketName", "identityPoolId", "guardFunctionName"}
    assert set(with_cloudfront) == {*always, "distributionId"}
    assert with_cloudfront["url"].startswith("https://")
    assert with_cloudfront["url"].endswith(".cloudfront.net/")
    without = stack.up(WITHOUT_CLOUDFRONT).outputs
    assert set(without) == always
    with_sign_in = stack.up({**WITHOUT_CLOUDFRONT, **SIGN_IN}).outputs
    assert set(with_sign_in) == {*without, "userPoolId", "userPoolClientId"}
    assert without["url"] == f"https://{without['bucketName']}.s3.{REGION}.amazonaws.com/index.html"


def test_a_second_apply_changes_nothing(stack: Stack) -> None:
    for config in ({}, WITHOUT_CLOUDFRONT, SIGN_IN, ALERTS, {**WITHOUT_CLOUDFRONT, **SIGN_IN, **ALERTS}):
        stack.up(config)
        assert changed(stack.up(config)) == {}
        assert changed(stack.preview(config)) == {}


def test_switching_cloudfront_off_changes_only_what_must_change(stack: Stack) -> None:
    stack.up()
    assert changed(stack.up(WITHOUT_CLOUDFRONT)) == {
        "BucketPublicAccessBlock RekogCustomLabelsDemo-site-public-access": "update",
        "BucketPolicy RekogCustomLabelsDemo-site-policy": "update",
        "Distribution RekogCustomLabelsDemo-cdn": "delete",
        "ResponseHeadersPolicy RekogCustomLabelsDemo-cdn-headers": "delete",
        "OriginAccessControl RekogCustomLabelsDemo-cdn-access": "delete",
    }


def test_switching_on_off_on_keeps_bucket_pool_and_role(stack: Stack) -> None:
    kept: list[set[tuple[str, str]]] = []
    for config in ({}, WITHOUT_CLOUDFRONT, {}):
        result = stack.up(config)
        kept.append(
            {
                (one.urn, one.id)
                for one in result.state.resources
                if one.type.startswith(("aws:s3/bucket:", "aws:cognito/", "aws:iam/"))
            }
        )
    assert len(kept[0]) == 9
    assert kept[0] == kept[1] == kept[2]


GUESTS_ONLY = {
    "Role RekogCustomLabelsDemo-visitors-guest",
    "RolePolicy RekogCustomLabelsDemo-visitors-guest-policy",
}
SIGN_IN_ONLY = {
    "UserPool RekogCustomLabelsDemo-users",
    "UserPoolClient RekogCustomLabelsDemo-users-client",
    "User RekogCustomLabelsDemo-users-admin",
    "Role RekogCustomLabelsDemo-visitors-viewer",
    "RolePolicy RekogCustomLabelsDemo-visitors-viewer-policy",
    "Role RekogCustomLabelsDemo-visitors-operator",
    "RolePolicy RekogCustomLabelsDemo-visitors-operator-policy",
    "RolePolicy RekogCustomLabelsDemo-visitors-operator-models-policy",
    "UserGroup RekogCustomLabelsDemo-visitors-viewers",
    "UserGroup RekogCustomLabelsDemo-visitors-operators",
    "UserInGroup RekogCustomLabelsDemo-visitors-admin",
}
UPDATED = {
    "ResponseHeadersPolicy RekogCustomLabelsDemo-cdn-headers",
    "IdentityPool RekogCustomLabelsDemo-visitors",
    "IdentityPoolRoleAttachment RekogCustomLabelsDemo-visitors-roles",
    "BucketObjectv2 RekogCustomLabelsDemo-files/index.html",
}
"""What the sign-in is about, and stays."""


def with_a_sign_in_elsewhere(stack: Stack) -> dict[str, Any]:
    """Give sign-in an origin of its own, as in AWS."""
    endpoints = {"rekognition": stack.url, "cognitoidentity": stack.url, "cognitoidp": "http://localhost:1"}
    return {"aws:endpoints": [endpoints]}


def test_switching_the_sign_in_on_and_off_changes_only_what_must_change(stack: Stack) -> None:
    guests = with_a_sign_in_elsewhere(stack)
    stack.up(guests)
    on = changed(stack.up({**guests, **SIGN_IN}))
    assert on == (
        dict.fromkeys(UPDATED, "update")
        | dict.fromkeys(SIGN_IN_ONLY, "create")
        | dict.fromkeys(GUESTS_ONLY, "delete")
    )
    off = changed(stack.up(guests))
    assert off == (
        dict.fromkeys(UPDATED, "update")
        | dict.fromkeys(GUESTS_ONLY, "create")
        | dict.fromkeys(SIGN_IN_ONLY, "delete")
    )


def test_the_page_may_call_the_user_pool_only_when_people_sign_in(stack: Stack) -> None:
    guests = with_a_sign_in_elsewhere(stack)
    for config in (guests, {**guests, **SIGN_IN}):
        result = stack.up(config)
        stored = stack.client("s3").get_object(Bucket=result.outputs["bucketName"], Key="index.html")
        page = gzip.decompress(stored["Body"].read()).decode()
        settings = json.loads(re.findall(r'id="settings">(.*)</script>', page)[0])
        (headers,) = (one for one in result.state.resources if one.type.endswith(":ResponseHeadersPolicy"))
        header = headers.inputs["securityHeadersConfig"]["contentSecurityPolicy"]["contentSecurityPolicy"]
        meta = html.unescape(re.findall(r'Content-Security-Policy" content="([^"]+)"', page)[0])
        called = [stack.url]
        if config is guests:
            assert settings["signIn"] is None
        else:
            called.append("http://localhost:1")
            assert settings["signIn"] == {
                "userPoolId": result.outputs["userPoolId"],
                "clientId": result.outputs["userPoolClientId"],
                "endpoint": "http://localhost:1",
            }
        for policy in (header, meta):
            assert f"; connect-src {' '.join(called)}; " in policy


@pytest.mark.parametrize("site", [{}, WITHOUT_CLOUDFRONT], ids=["cloudfront", "bucket"])
def test_the_site_and_the_identity_pool_stay_the_same_with_and_without_sign_in(
    stack: Stack, site: dict[str, Any]
) -> None:
    stayed: list[set[tuple[str, str, str]]] = []
    for config in (site, {**site, **SIGN_IN}, site):
        result = stack.up(config)
        stayed.append(
            {
                (one.urn, one.id, "" if one.id == "index.html" else str(one.outputs.get("etag")))
                for one in result.state.resources
                if one.type.startswith(("aws:s3/", "aws:cloudfront/", "aws:cognito/identityPool"))
            }
        )
    assert stayed[0] == stayed[1] == stayed[2]
    assert {"index.html"} < {id_ for _, id_, _ in stayed[0]}


def test_other_limits_of_models_change_the_function_and_the_page(stack: Stack) -> None:
    stack.up()
    for config in (
        {"idleStopMinutes": 0},
        {"idleStopMinutes": 0, "maxRunHours": 2},
        {"inferenceUnitHourUsd": "5"},
    ):
        result = stack.up(config)
        assert {step.name: step.changed for step in result.changes} == {
            "RekogCustomLabelsDemo-guard": ("environment",),
            "RekogCustomLabelsDemo-files/index.html": ("contentBase64",),
        }
        assert {step.op for step in result.changes} == {"update"}
    stored = stack.client("s3").get_object(Bucket=result.outputs["bucketName"], Key="index.html")
    page = gzip.decompress(stored["Body"].read()).decode()
    settings = json.loads(re.findall(r'id="settings">(.*)</script>', page)[0])
    assert settings["costs"] == {"inferenceUnitHourUsd": 5.0, "idleStopMinutes": 60, "maxRunHours": 12}


GUARD_IS_TOLD = {
    "RolePolicy RekogCustomLabelsDemo-guard-policy": "update",
    "Function RekogCustomLabelsDemo-guard": "update",
    "MetricAlarm RekogCustomLabelsDemo-guard-errors": "update",
    "MetricAlarm RekogCustomLabelsDemo-guard-missing": "update",
}
ALERTS_ONLY = {
    "Alerts RekogCustomLabelsDemo-alerts",
    "Topic RekogCustomLabelsDemo-alerts",
    "TopicPolicy RekogCustomLabelsDemo-alerts-policy",
    "TopicSubscription RekogCustomLabelsDemo-alerts-email",
    "Budget RekogCustomLabelsDemo-alerts-budget-eu-west-1",
}


def test_switching_alerts_on_and_off_replaces_nothing(stack: Stack) -> None:
    stack.up()
    on = stack.up(ALERTS)
    assert changed(on) == GUARD_IS_TOLD | dict.fromkeys(ALERTS_ONLY, "create")
    (topic,) = (one for one in on.state.resources if one.type == "aws:sns/topic:Topic")
    alarms = stack.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert [one["AlarmActions"] for one in alarms] == [[topic.id]] * 2
    assert changed(stack.up()) == GUARD_IS_TOLD | dict.fromkeys(ALERTS_ONLY, "delete")
    alarms = stack.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert [one["AlarmActions"] for one in alarms] == [[], []]


def test_a_larger_budget_changes_nothing_else(stack: Stack) -> None:
    stack.up(ALERTS)
    assert changed(stack.up({**ALERTS, "monthlyBudgetUsd": 2000})) == {
        "Budget RekogCustomLabelsDemo-alerts-budget-eu-west-1": "update"
    }
    (budget,) = stack.client("budgets").describe_budgets(AccountId="123456789012")["Budgets"]
    assert budget["BudgetLimit"] == {"Amount": "2000", "Unit": "USD"}


def test_another_address_replaces_the_subscription_and_is_told_of_the_budget(stack: Stack) -> None:
    stack.up(ALERTS)
    assert changed(stack.up({"alertEmail": "me@example.com"})) == {
        "TopicSubscription RekogCustomLabelsDemo-alerts-email": "replace",
        "Budget RekogCustomLabelsDemo-alerts-budget-eu-west-1": "update",
    }
    (subscription,) = stack.client("sns").list_subscriptions()["Subscriptions"]
    assert subscription["Endpoint"] == "me@example.com"


def test_the_function_is_what_stands_in_the_repository(stack: Stack) -> None:
    name = stack.up().outputs["guardFunctionName"]
    folder = PROJECT_DIR / "functions" / "idle_model_guard"
    (function,) = (one for one in stack.state.resources if one.type == "aws:lambda/function:Function")
    code = function.inputs["code"]
    assert {path: asset.read() for path, asset in code.files.items()} == {
        f"idle_model_guard/{path.name}": path.read_bytes() for path in folder.glob("*.py")
    }
    made = stack.client("lambda").get_function_configuration(FunctionName=name)
    assert (made["Runtime"], made["Architectures"], made["Timeout"], made["MemorySize"]) == (
        "python3.13",
        ["arm64"],
        300,
        256,
    )
    (logs,) = stack.client("logs").describe_log_groups()["logGroups"]
    assert (logs["logGroupName"], logs["retentionInDays"]) == (made["LoggingConfig"]["LogGroup"], 14)


def pool_of(stack: Stack, result: Result) -> dict[str, Any]:
    return stack.client("cognito-identity").describe_identity_pool(
        IdentityPoolId=result.outputs["identityPoolId"]
    )


def roles_of(stack: Stack, result: Result) -> dict[str, Any]:
    return stack.client("cognito-identity").get_identity_pool_roles(
        IdentityPoolId=result.outputs["identityPoolId"]
    )


def test_with_a_sign_in_there_are_no_guests_and_groups_decide_the_role(stack: Stack) -> None:
    result = stack.up(SIGN_IN)
    pool_id, client_id = result.outputs["userPoolId"], result.outputs["userPoolClientId"]
    name = f"cognito-idp.{REGION}.amazonaws.com/{pool_id}"
    pool = pool_of(stack, result)
    assert (pool["AllowUnauthenticatedIdentities"], pool["AllowClassicFlow"]) == (False, False)
    assert pool["CognitoIdentityProviders"] == [
        {"ProviderName": name, "ClientId": client_id, "ServerSideTokenCheck": True}
    ]
    roles = roles_of(stack, result)
    assert set(roles["Roles"]) == {"authenticated"}
    assert roles["RoleMappings"] == {
        f"{name}:{client_id}": {"Type": "Token", "AmbiguousRoleResolution": "Deny"}
    }
    users = stack.client("cognito-idp")
    groups = {
        one["GroupName"]: (one["Precedence"], one["RoleArn"].split("/")[-1][:-8])
        for one in users.list_groups(UserPoolId=pool_id)["Groups"]
    }
    assert groups == {
        "operators": (1, "RekogCustomLabelsDemo-visitors-operator"),
        "viewers": (2, "RekogCustomLabelsDemo-visitors-viewer"),
    }
    (admin,) = users.list_users_in_group(UserPoolId=pool_id, GroupName="operators")["Users"]
    assert {"Name": "email", "Value": "me@example.com"} in admin["Attributes"]
    assert admin["UserStatus"] == "FORCE_CHANGE_PASSWORD"


def test_without_a_sign_in_guests_are_back_and_nobody_else(stack: Stack) -> None:
    stack.up(SIGN_IN)
    result = stack.up()
    pool = pool_of(stack, result)
    assert pool["AllowUnauthenticatedIdentities"] is True
    assert pool.get("CognitoIdentityProviders", []) == []
    roles = roles_of(stack, result)
    assert set(roles["Roles"]) == {"unauthenticated"}
    assert roles.get("RoleMappings", {}) == {}


def test_another_admin_replaces_the_former(stack: Stack) -> None:
    pool_id = stack.up(SIGN_IN).outputs["userPoolId"]
    result = stack.up({"adminEmail": "you@example.com"})
    assert changed(result) == {
        "User RekogCustomLabelsDemo-users-admin": "replace",
        "UserInGroup RekogCustomLabelsDemo-visitors-admin": "replace",
    }
    (admin,) = stack.client("cognito-idp").list_users(UserPoolId=pool_id)["Users"]
    assert {"Name": "email", "Value": "you@example.com"} in admin["Attributes"]


def test_without_cloudfront_the_deployment_warns_of_the_missing_headers(stack: Stack) -> None:
    assert [log.message for log in stack.up().logs if log.severity == "WARNING"] == []
    (warning,) = [log.message for log in stack.up(WITHOUT_CLOUDFRONT).logs if log.severity == "WARNING"]
    assert warning.startswith("Without CloudFront the site cannot send security headers (HSTS, nosniff,")
    assert (PROJECT_DIR / "docs" / "security.md").is_file()


def test_a_new_list_of_projects_changes_policies_the_guard_and_the_page(stack: Stack) -> None:
    stack.up()
    assert changed(stack.up({"projects": ["parts"]})) == {
        "RolePolicy RekogCustomLabelsDemo-visitors-guest-policy": "update",
        "RolePolicy RekogCustomLabelsDemo-guard-policy": "update",
        "Function RekogCustomLabelsDemo-guard": "update",
        "BucketObjectv2 RekogCustomLabelsDemo-files/index.html": "update",
    }


@pytest.mark.parametrize(
    "config", [{}, WITHOUT_CLOUDFRONT, SIGN_IN, ALERTS], ids=["cloudfront", "bucket", "sign-in", "alerts"]
)
def test_destroy_leaves_nothing(stack: Stack, config: dict[str, Any]) -> None:
    before = stack.leftovers()
    stack.up(config)
    assert stack.leftovers() != before
    stack.destroy()
    assert stack.leftovers() == before
    assert stack.state.resources == ()


MAX_NAME_LENGTHS = {
    "aws:s3/bucket:Bucket": ("bucket", "s3", "BucketName", 63),
    "aws:iam/role:Role": ("name", "iam", "roleNameType", 64),
    "aws:iam/rolePolicy:RolePolicy": ("name", "iam", "policyNameType", 128),
    "aws:cognito/identityPool:IdentityPool": (
        "identityPoolName",
        "cognito-identity",
        "IdentityPoolName",
        128,
    ),
    "aws:cognito/userPool:UserPool": ("name", "cognito-idp", "UserPoolNameType", 128),
    "aws:cognito/userPoolClient:UserPoolClient": ("name", "cognito-idp", "ClientNameType", 128),
    "aws:cognito/userGroup:UserGroup": ("name", "cognito-idp", "GroupNameType", 128),
    "aws:cloudfront/originAccessControl:OriginAccessControl": ("name", "cloudfront", "string", 64),
    "aws:cloudfront/responseHeadersPolicy:ResponseHeadersPolicy": ("name", "cloudfront", "string", 128),
    "aws:lambda/function:Function": ("name", "lambda", "String", 64),
    "aws:cloudwatch/logGroup:LogGroup": ("name", "logs", "LogGroupName", 512),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("name", "cloudwatch", "AlarmName", 255),
    "aws:scheduler/schedule:Schedule": ("name", "scheduler", "Name", 64),
    "aws:sns/topic:Topic": ("name", "sns", "topicName", 256),
    "aws:sqs/queue:Queue": ("name", "sqs", "String", 80),
    "aws:budgets/budget:Budget": ("name", "budgets", "BudgetName", 100),
}
"""Of each type that is named after the prefix: the input, its shape in botocore's model, and the most characters."""


@pytest.mark.parametrize("config", [{}, {**SIGN_IN, **ALERTS}], ids=["guests", "sign-in"])
def test_the_longest_prefix_makes_legal_names(stack: Stack, config: dict[str, Any]) -> None:
    result = stack.preview({**config, "resourcePrefix": "P" + "x" * 35})
    named = [one for one in result.state.resources if one.type in MAX_NAME_LENGTHS]
    for one in named:
        input_, service, shape, most = MAX_NAME_LENGTHS[one.type]
        model = botocore.session.get_session().get_service_model(service).shape_for(shape).metadata
        assert model.get("max", most) == most
        assert len(one.inputs[input_]) <= most
    assert {one.type for one in result.state.resources if "name" in one.inputs} <= set(MAX_NAME_LENGTHS)


def test_a_resource_that_fails_is_reported_and_the_next_apply_goes_on(stack: Stack) -> None:
    """A bucket in the way of nothing: the guest's role cannot be made while IAM refuses, the rest is."""
    iam = stack.client("iam")
    create = stack.provider.create

    def refuse_roles(type_: str, inputs: Any) -> Any:
        if type_ == "aws:iam/role:Role":
            raise RuntimeError("IAM is closed")
        return create(type_, inputs)

    stack.provider.create = refuse_roles
    with pytest.raises(
        DeploymentError, match=r"RekogCustomLabelsDemo-visitors-guest: .*IAM is closed"
    ) as failed:
        stack.up()
    assert iam.list_roles()["Roles"] == []
    stack.provider.create = create
    stack.state = failed.value.state
    result = stack.up()
    assert "aws:iam/role:Role" in {step.type for step in result.changes if step.op == "create"}
    assert "aws:s3/bucket:Bucket" in {step.type for step in result.steps if step.op == "same"}
    assert changed(stack.up()) == {}


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"aws:region": "us-west-1"}, "aws:region is 'us-west-1', and Custom Labels exists only in"),
        ({"resourcePrefix": "my_demo"}, "resourcePrefix is 'my_demo', and it must be"),
        ({"resourcePrefix": "x" * 37}, "resourcePrefix is 'x"),
        ({"projects": ["*"]}, "projects names '*', and the name of a Custom Labels project has"),
        (
            {"adminMail": "me@example.com"},
            "custom-labels-demo:adminMail is 'me@example.com', and this program has no",
        ),
        ({"idleStopMinutes": 5}, "idleStopMinutes is '5', and it must be 0 (never) or a whole number"),
        ({"adminEmail": "me"}, "adminEmail is 'me', and it must be an e-mail address"),
    ],
)
def test_bad_config_is_one_sentence_at_preview_and_nothing_is_created(
    stack: Stack, config: dict[str, Any], sentence: str
) -> None:
    before = stack.leftovers()
    for run in (stack.preview, stack.up):
        with pytest.raises(DeploymentError) as refused:
            run(config)
        assert str(refused.value).startswith(sentence)
        assert str(refused.value).count("\n") == 0
    assert stack.leftovers() == before


def test_the_program_applies_within_two_seconds(stack: Stack) -> None:
    stack.up()
    stack.destroy()
    start = time.perf_counter()
    stack.up()
    assert time.perf_counter() - start <= 2


def test_every_regional_settings_file_names_its_own_region() -> None:
    files = sorted(path for path in PROJECT_DIR.glob("Pulumi.*.yaml") if path.stem != f"Pulumi.{STACK}")
    assert len(files) == 11
    for file in files:
        region = file.stem.removeprefix("Pulumi.")
        assert load_config(PROJECT_DIR, region).values["aws:region"] == region


VIEWER_SIDS = ["DetectWithModels", "SeeWhenModelsStop", "ListModelsOfProjects", "ListProjects"]
GUARD_SIDS = {
    "role": ["LambdaOfThisAccount"],
    "policy": [
        "ListProjects",
        "ReadMetrics",
        "ListModelsOfProjects",
        "StopModels",
        "NoteFirstSight",
        "ForgetRunsThatAreOver",
        "WriteTheLog",
        "TellOfStops",
        "KeepFailedRuns",
    ],
    "schedule-role": ["SchedulesOfThisAccount"],
    "schedule-policy": ["RunTheGuard"],
}


@pytest.mark.parametrize(
    ("config", "access"),
    [
        ({}, {"guest": ["IdentitiesOfThisPool"], "guest-policy": VIEWER_SIDS}),
        (
            SIGN_IN,
            {
                "viewer": ["IdentitiesOfThisPool"],
                "viewer-policy": VIEWER_SIDS,
                "operator": ["IdentitiesOfThisPool"],
                "operator-policy": VIEWER_SIDS,
                "operator-models-policy": ["StartAndStopModels", "NoteStartAndStop"],
            },
        ),
    ],
    ids=["guests", "sign-in"],
)
def test_no_policy_of_the_whole_plan_is_written_outside_the_templates(
    stack: Stack, config: dict[str, Any], access: dict[str, list[str]]
) -> None:
    stack.up({**config, **ALERTS})
    documents = {
        one.name: json.loads(value)
        for one in stack.state.resources
        for name, value in one.inputs.items()
        if name in {"policy", "assumeRolePolicy", "inlinePolicies"}
    }
    assert {name: [s["Sid"] for s in document["Statement"]] for name, document in documents.items()} == {
        "RekogCustomLabelsDemo-site-policy": ["RefusePlainHttp", "LetThisDistributionRead"],
        **{f"RekogCustomLabelsDemo-visitors-{name}": sids for name, sids in access.items()},
        **{f"RekogCustomLabelsDemo-guard-{name}": sids for name, sids in GUARD_SIDS.items()},
        "RekogCustomLabelsDemo-alerts-policy": ["RefusePlainHttp", "LetAlarmsPublish"],
    }

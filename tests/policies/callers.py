"""The callers of the access table: who makes a request, and what comes with them."""

from dataclasses import dataclass

from local.aws.iam import Principal
from local.aws.policy import Context, ContextValue
from tests.policies.documents import (
    ACCOUNT_ID,
    DISTRIBUTION_ARN,
    FUNCTION_ARN,
    IDENTITY_POOL_ID,
    REGION,
    SCHEDULE_GROUP_ARN,
)

OTHER_ACCOUNT = "210987654321"
NEAR_ACCOUNT = f"{ACCOUNT_ID[:6]}999999"
COGNITO = "cognito-identity.amazonaws.com"
USER_POOL = f"cognito-idp.{REGION}.amazonaws.com/{REGION}_Aa1Bb2Cc3"
MEMBER_AMR = ["authenticated", USER_POOL, f"{USER_POOL}:CognitoSignIn:55555555-6666-7777-8888-999999999999"]
EVERYTHING = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
# AWS puts this between a guest's role and the guest; it says much more, but this about Rekognition.
GUEST_SESSION = EVERYTHING.replace('"Action": "*"', '"Action": "rekognition:*"')


@dataclass(frozen=True)
class Caller:
    """Somebody who makes requests."""

    principal: Principal
    context: Context
    """The condition keys that come with this caller."""
    templates: tuple[str, ...] = ()
    """What the caller's role may do, as the first word of names in `DOCUMENTS`."""
    administrator: bool = False
    """Whether the caller may do everything that an identity policy can allow."""
    session_policy: str | None = None
    """What AWS puts between the role and the caller."""
    same_account: bool = True

    @property
    def outsider(self) -> bool:
        """Whether a public-access block keeps the caller from what is public."""
        return self.principal.kind == "Anonymous" or not self.same_account


def _person(role: str, amr: list[str], templates: tuple[str, ...], session_policy: str | None) -> Caller:
    role_arn = f"arn:aws:iam::{ACCOUNT_ID}:role/{role}"
    return Caller(
        Principal(
            kind="AWS",
            name=f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{role}/CognitoIdentityCredentials",
            role_arn=role_arn,
        ),
        {
            "aws:FederatedProvider": COGNITO,
            "aws:PrincipalAccount": ACCOUNT_ID,
            "aws:PrincipalArn": role_arn,
            "aws:PrincipalType": "AssumedRole",
            "aws:userid": "AROAEXAMPLE:CognitoIdentityCredentials",
            **claims(IDENTITY_POOL_ID, amr),
        },
        templates,
        session_policy=session_policy,
    )


def _administrator(account: str, *, same_account: bool) -> Caller:
    arn = f"arn:aws:iam::{account}:user/admin"
    return Caller(
        Principal(kind="AWS", name=arn),
        {
            "aws:PrincipalAccount": account,
            "aws:PrincipalArn": arn,
            "aws:PrincipalType": "User",
            "aws:userid": "AIDAEXAMPLE",
        },
        administrator=True,
        same_account=same_account,
    )


def _service(name: str, source_arn: str | None, source_account: str | None = ACCOUNT_ID) -> Caller:
    source = {"aws:SourceArn": source_arn, "aws:SourceAccount": source_account}
    given = {key: value for key, value in source.items() if value is not None}
    return Caller(
        Principal(kind="Service", name=name),
        {"aws:PrincipalIsAWSService": "true", "aws:PrincipalServiceName": name, **given},
    )


def claims(aud: str | None, amr: list[str] | None) -> dict[str, ContextValue]:
    """Return an identity pool's token as condition keys; None leaves a claim out."""
    given: dict[str, ContextValue | None] = {"aud": aud, "amr": amr, "sub": f"{REGION}:99999999-aaaa"}
    return {f"{COGNITO}:{name}": value for name, value in given.items() if value is not None}


def _role_of_a_service(role: str, service: str, template: str) -> Caller:
    role_arn = f"arn:aws:iam::{ACCOUNT_ID}:role/{role}"
    return Caller(
        Principal(
            kind="AWS", name=f"arn:aws:sts::{ACCOUNT_ID}:assumed-role/{role}/{service}", role_arn=role_arn
        ),
        {
            "aws:PrincipalAccount": ACCOUNT_ID,
            "aws:PrincipalArn": role_arn,
            "aws:PrincipalType": "AssumedRole",
            "aws:userid": f"AROAEXAMPLE:{service}",
        },
        (template,),
    )


def _identity(provider: str, aud: str | None, amr: list[str] | None) -> Caller:
    return Caller(Principal(kind="Federated", name=provider), claims(aud, amr))


MODEL_ARN = f"arn:aws:rekognition:{REGION}:{ACCOUNT_ID}:project/parts/version/first/1580000000001"
ALARM_ARN = f"arn:aws:cloudwatch:{REGION}:{ACCOUNT_ID}:alarm:guard-errors-3d4e5f6"
OTHER_POOL = IDENTITY_POOL_ID.replace("0000", "9999")
OTHER_DISTRIBUTION = DISTRIBUTION_ARN.replace("EDFDVBD6EXAMPLE", "EOTHEREXAMPLE00")

CALLERS = {
    "guest": _person("guest", ["unauthenticated"], ("viewer",), GUEST_SESSION),
    "viewer": _person("viewer", MEMBER_AMR, ("viewer",), None),
    "operator": _person("operator", MEMBER_AMR, ("viewer", "operator"), None),
    "guard": _role_of_a_service("guard", "lambda", "guard"),
    "schedule": _role_of_a_service("schedule", "scheduler", "schedule"),
    "anonymous": Caller(Principal(kind="Anonymous"), {}),
    "owner": _administrator(ACCOUNT_ID, same_account=True),
    "stranger": _administrator(OTHER_ACCOUNT, same_account=False),
    "the distribution": _service("cloudfront.amazonaws.com", DISTRIBUTION_ARN),
    "another distribution": _service("cloudfront.amazonaws.com", OTHER_DISTRIBUTION),
    "a longer distribution": _service("cloudfront.amazonaws.com", f"{DISTRIBUTION_ARN}2"),
    "a stranger's distribution": _service(
        "cloudfront.amazonaws.com", DISTRIBUTION_ARN.replace(ACCOUNT_ID, OTHER_ACCOUNT), OTHER_ACCOUNT
    ),
    "CloudFront for nobody": _service("cloudfront.amazonaws.com", None, None),
    "another service": _service("logging.s3.amazonaws.com", DISTRIBUTION_ARN),
    "Rekognition": _service("rekognition.amazonaws.com", MODEL_ARN),
    "Rekognition for a stranger": _service(
        "rekognition.amazonaws.com", MODEL_ARN.replace(ACCOUNT_ID, OTHER_ACCOUNT), OTHER_ACCOUNT
    ),
    "Rekognition for a near account": _service(
        "rekognition.amazonaws.com", MODEL_ARN.replace(ACCOUNT_ID, NEAR_ACCOUNT), NEAR_ACCOUNT
    ),
    "Rekognition for nobody": _service("rekognition.amazonaws.com", None, None),
    "Lambda": _service("lambda.amazonaws.com", FUNCTION_ARN),
    "Lambda for a stranger": _service(
        "lambda.amazonaws.com", FUNCTION_ARN.replace(ACCOUNT_ID, OTHER_ACCOUNT), OTHER_ACCOUNT
    ),
    "Lambda for a near account": _service("lambda.amazonaws.com", FUNCTION_ARN, NEAR_ACCOUNT),
    "Lambda for nobody": _service("lambda.amazonaws.com", None, None),
    "schedules": _service("scheduler.amazonaws.com", SCHEDULE_GROUP_ARN),
    "schedules of another group": _service(
        "scheduler.amazonaws.com", SCHEDULE_GROUP_ARN.replace("/default", "/default-2")
    ),
    "schedules of a stranger": _service(
        "scheduler.amazonaws.com", SCHEDULE_GROUP_ARN.replace(ACCOUNT_ID, OTHER_ACCOUNT), OTHER_ACCOUNT
    ),
    "schedules in a stranger's name": _service("scheduler.amazonaws.com", SCHEDULE_GROUP_ARN, OTHER_ACCOUNT),
    "schedules in a near account's name": _service(
        "scheduler.amazonaws.com", SCHEDULE_GROUP_ARN, NEAR_ACCOUNT
    ),
    "schedules of no group": _service("scheduler.amazonaws.com", None),
    "schedules of no account": _service("scheduler.amazonaws.com", SCHEDULE_GROUP_ARN, None),
    "another service for schedules": _service("events.amazonaws.com", SCHEDULE_GROUP_ARN),
    "an alarm": _service("cloudwatch.amazonaws.com", ALARM_ARN),
    "an alarm of another region": _service(
        "cloudwatch.amazonaws.com", ALARM_ARN.replace(REGION, "us-east-1")
    ),
    "a stranger's alarm": _service(
        "cloudwatch.amazonaws.com", ALARM_ARN.replace(ACCOUNT_ID, OTHER_ACCOUNT), OTHER_ACCOUNT
    ),
    "an alarm in a stranger's name": _service("cloudwatch.amazonaws.com", ALARM_ARN, OTHER_ACCOUNT),
    "a stranger's alarm in our name": _service(
        "cloudwatch.amazonaws.com", ALARM_ARN.replace(ACCOUNT_ID, OTHER_ACCOUNT)
    ),
    "no alarm of CloudWatch": _service(
        "cloudwatch.amazonaws.com", ALARM_ARN.replace(":alarm:", ":insight-rule/")
    ),
    "an alarm of another partition": _service(
        "cloudwatch.amazonaws.com", ALARM_ARN.replace("arn:aws:", "arn:aws-cn:")
    ),
    "an alarm in a near account's name": _service("cloudwatch.amazonaws.com", ALARM_ARN, NEAR_ACCOUNT),
    "CloudWatch without an alarm": _service("cloudwatch.amazonaws.com", None),
    "an alarm of no account": _service("cloudwatch.amazonaws.com", ALARM_ARN, None),
    "another service for an alarm": _service("events.amazonaws.com", ALARM_ARN),
    "budgets": _service("budgets.amazonaws.com", f"arn:aws:budgets::{ACCOUNT_ID}:budget/any"),
    "a guest of the pool": _identity(COGNITO, IDENTITY_POOL_ID, ["unauthenticated"]),
    "a guest of another pool": _identity(COGNITO, OTHER_POOL, ["unauthenticated"]),
    "a guest of no pool": _identity(COGNITO, None, ["unauthenticated"]),
    "a guest of a longer pool": _identity(COGNITO, f"{IDENTITY_POOL_ID}5", ["unauthenticated"]),
    "a member of the pool": _identity(COGNITO, IDENTITY_POOL_ID, MEMBER_AMR),
    "a member of another pool": _identity(COGNITO, OTHER_POOL, MEMBER_AMR),
    "a member of no pool": _identity(COGNITO, None, MEMBER_AMR),
    "a member of a longer pool": _identity(COGNITO, f"{IDENTITY_POOL_ID}5", MEMBER_AMR),
    "an identity without amr": _identity(COGNITO, IDENTITY_POOL_ID, None),
    "an identity with another amr": _identity(COGNITO, IDENTITY_POOL_ID, ["accounts.google.com"]),
    "a guest in Google's name": _identity("accounts.google.com", IDENTITY_POOL_ID, ["unauthenticated"]),
    "a member in Google's name": _identity("accounts.google.com", IDENTITY_POOL_ID, MEMBER_AMR),
}
PEOPLE = ("guest", "viewer", "operator", "guard", "schedule")
"""Whose role has policies of ours."""

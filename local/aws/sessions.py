"""Temporary credentials that act as a role, and what they stand for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from moto.core.base_backend import BackendDict, BaseBackend
from moto.sts.models import AssumedRole, sts_backends

from local.aws.account import ACCOUNT_ID, PARTITION, find_role, role_policies
from local.aws.clock import clock
from local.aws.iam import Principal, Request, evaluate, trust_allows
from local.aws.policy import Context, Policy, parse_policy

SESSION_LIFETIME = timedelta(hours=1)
_EVERYWHERE = "aws"


class NotAssumableError(Exception):
    """A service may not act as a role; the message is one sentence."""


@dataclass(frozen=True)
class Session:
    """Credentials of a role, given out for a while."""

    access_key_id: str
    secret_key: str
    session_token: str
    expiration: datetime
    role_arn: str
    arn: str
    """ARN of the assumed-role session."""
    user_id: str
    context: Context
    """The condition keys that come with whoever acts as the role."""
    session_policy: Policy | None
    """What limits the role during the session."""

    def may(self, action: str, resource: str) -> bool:
        """Whether the role's policies allow an action on a resource."""
        role = find_role(self.role_arn)
        principal = Principal(kind="AWS", name=self.arn, role_arn=self.role_arn)
        request = Request(principal=principal, action=action, resource=resource, context=self.context)
        return role is not None and evaluate(request, identity=role_policies(role)).allowed


class _Sessions(BaseBackend):
    """The sessions of the account."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.by_key: dict[str, Session] = {}


_backends = BackendDict(_Sessions, "sessions", use_boto3_regions=False, additional_regions=[_EVERYWHERE])


def open_session(
    region: str, role_arn: str, name: str, context: Context, policy: Policy | None = None
) -> Session:
    """Give out credentials of a role, whoever may have them.

    Args:
        region: Where they are asked for.
        role_arn: The role.
        name: Of the session.
        context: The condition keys that come with them.
        policy: What limits the role during the session.
    """
    assumed: AssumedRole = sts_backends[ACCOUNT_ID][PARTITION].assume_role(
        region_name=region,
        role_session_name=name,
        role_arn=role_arn,
        policy="",
        duration=int(SESSION_LIFETIME.total_seconds()),
        external_id="",
    )
    session = Session(
        access_key_id=assumed.access_key_id,
        secret_key=assumed.secret_access_key,
        session_token=assumed.session_token,
        expiration=clock.now() + SESSION_LIFETIME,
        role_arn=role_arn,
        arn=assumed.arn,
        user_id=assumed.user_id,
        context=context,
        session_policy=policy,
    )
    _backends[ACCOUNT_ID][_EVERYWHERE].by_key[session.access_key_id] = session
    return session


def find_session(access_key_id: str) -> Session | None:
    """Return the session behind an access key."""
    return _backends[ACCOUNT_ID][_EVERYWHERE].by_key.get(access_key_id)


def assume_for_service(service: str, region: str, role_arn: str, source_arn: str, name: str) -> Session:
    """Act as a role on behalf of one of the account's resources, as an AWS service does.

    Args:
        service: The service's principal, such as `lambda.amazonaws.com`.
        region: Where it runs.
        role_arn: The role.
        source_arn: What the service acts for.
        name: Of the session.

    Raises:
        NotAssumableError: There is no such role, or it does not trust the service.
    """
    role = find_role(role_arn)
    request = Request(
        principal=Principal(kind="Service", name=service),
        action="sts:AssumeRole",
        resource=role_arn,
        context={"aws:SourceAccount": ACCOUNT_ID, "aws:SourceArn": source_arn},
    )
    if role is None or not trust_allows(parse_policy(role.assume_role_policy_document), request):
        raise NotAssumableError(f"The role {role_arn} cannot be assumed by {service}.")
    return open_session(region, role_arn, name, {})

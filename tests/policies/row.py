"""A row of the access table: one request, and whether it is allowed."""

from dataclasses import dataclass, field
from functools import cached_property

from local.aws.policy import Context, ContextValue
from tests.policies.callers import CALLERS
from tests.policies.documents import ACCOUNT_ID, DOCUMENTS, REGION

# Where a request is made: which of the documents are deployed.
ALL, TWO = "all projects", "two projects"
BEHIND_CLOUDFRONT, PUBLIC = "site behind CloudFront", "public site"
PUBLIC_BUT_BLOCKED = "public site under a public-access block"
TRAINING = "training bucket"
GUESTS, SIGN_IN = "trust in guests", "trust in people signed in"
LAMBDA, SCHEDULES = "trust in Lambda", "trust in schedules"
ALERTS = "alerts topic"

NO_SUCH_REQUEST = "the action never meets this type of resource, so the simulator refuses the question"


@dataclass(frozen=True, kw_only=True)
class Row:
    """One request and its answer."""

    where: str
    who: str
    """A name in `CALLERS`."""
    action: str
    resource: str
    allowed: bool
    context: Context = field(default_factory=dict[str, ContextValue], hash=False)
    """Condition keys that come with this request, or that differ from the usual ones."""
    beyond_simulator: str = ""
    """Why the independent simulator cannot be asked, if it cannot."""

    @property
    def trust_policy(self) -> str | None:
        """Name of the role's trust policy that decides, for those who want to take on a role."""
        return self.where if self.where in {GUESTS, SIGN_IN, LAMBDA, SCHEDULES} else None

    @property
    def resource_policy(self) -> str | None:
        """Name of the policy of the bucket or topic that decides, for requests to one."""
        if self.where == PUBLIC_BUT_BLOCKED:
            return PUBLIC
        places = {BEHIND_CLOUDFRONT, PUBLIC, TRAINING, ALERTS}
        return self.where if self.where in places else None

    @property
    def public_access_block(self) -> bool:
        """Whether the bucket's public-access block is on."""
        return self.where != PUBLIC

    @property
    def identity_policies(self) -> list[str]:
        """Names of the policies of the caller's role."""
        projects = TWO if self.where == TWO else ALL
        templates = CALLERS[self.who].templates
        return [name if name in DOCUMENTS else f"{name}, {projects}" for name in templates]

    @property
    def documents(self) -> list[str]:
        """Names of all documents that decide."""
        return [
            *self.identity_policies,
            *(name for name in (self.resource_policy, self.trust_policy) if name),
        ]

    @cached_property
    def full_context(self) -> dict[str, ContextValue]:
        """Return all condition keys of the request."""
        region = self.resource.split(":")[3] if self.resource.startswith("arn:") else ""
        return {
            "aws:CurrentTime": "2026-11-22T12:00:00Z",
            "aws:EpochTime": "1795348800",
            "aws:RequestedRegion": region or REGION,
            "aws:ResourceAccount": ACCOUNT_ID,
            "aws:SecureTransport": "true",
            "aws:SourceIp": "203.0.113.7",
            "aws:UserAgent": "aws-sdk-js/3",
            **CALLERS[self.who].context,
            **self.context,
        }

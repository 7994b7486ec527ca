"""Every template of `policies/`, rendered with example values: what tests and docs/permissions.md look at."""

from dataclasses import dataclass
from typing import Any

from infra.policies import render_policy

ACCOUNT_ID = "123456789012"
REGION = "eu-west-1"
IDENTITY_POOL_ID = f"{REGION}:00000000-1111-2222-3333-444444444444"
BUCKET_ARN = "arn:aws:s3:::site-1a2b3c4"
TRAINING_BUCKET_ARN = "arn:aws:s3:::images-5d6e7f8"
DISTRIBUTION_ARN = f"arn:aws:cloudfront::{ACCOUNT_ID}:distribution/EDFDVBD6EXAMPLE"
PROJECTS = ["parts", "boats.v2"]
LOG_GROUP_ARN = f"arn:aws:logs:{REGION}:{ACCOUNT_ID}:log-group:guard-logs-7e8f9a0"
QUEUE_ARN = f"arn:aws:sqs:{REGION}:{ACCOUNT_ID}:guard-failures-1b2c3d4"
TOPIC_ARN = f"arn:aws:sns:{REGION}:{ACCOUNT_ID}:alerts-5e6f7a8"
FUNCTION_ARN = f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:guard-9b0c1d2"
SCHEDULE_GROUP_ARN = f"arn:aws:scheduler:{REGION}:{ACCOUNT_ID}:schedule-group/default"

_PLACE = {"partition": "aws", "region": REGION, "account_id": ACCOUNT_ID}


@dataclass(frozen=True)
class Document:
    """A template and the values to render it with."""

    template: str
    """File name in `policies/`."""
    values: dict[str, Any]

    def render(self) -> str:
        """Return the policy as JSON."""
        return render_policy(self.template, **self.values)


DOCUMENTS = {
    "viewer, all projects": Document("viewer.json.j2", {**_PLACE, "projects": []}),
    "viewer, two projects": Document("viewer.json.j2", {**_PLACE, "projects": PROJECTS}),
    "operator, all projects": Document("operator.json.j2", {**_PLACE, "projects": []}),
    "operator, two projects": Document("operator.json.j2", {**_PLACE, "projects": PROJECTS}),
    "guard, all projects": Document(
        "guard.json.j2",
        {
            **_PLACE,
            "projects": [],
            "log_group_arn": LOG_GROUP_ARN,
            "queue_arn": QUEUE_ARN,
            "topic_arns": [],
        },
    ),
    "guard, two projects": Document(
        "guard.json.j2",
        {
            **_PLACE,
            "projects": PROJECTS,
            "log_group_arn": LOG_GROUP_ARN,
            "queue_arn": QUEUE_ARN,
            "topic_arns": [TOPIC_ARN],
        },
    ),
    "schedule": Document("guard_schedule.json.j2", {"function_arn": FUNCTION_ARN}),
    "trust in Lambda": Document("guard_trust.json.j2", {"account_id": ACCOUNT_ID}),
    "trust in schedules": Document(
        "guard_schedule_trust.json.j2", {"account_id": ACCOUNT_ID, "schedule_group_arn": SCHEDULE_GROUP_ARN}
    ),
    "alerts topic": Document("alerts_topic.json.j2", {**_PLACE, "topic_arn": TOPIC_ARN}),
    "trust in guests": Document(
        "identity_pool_trust.json.j2", {"identity_pool_id": IDENTITY_POOL_ID, "amr": "unauthenticated"}
    ),
    "trust in people signed in": Document(
        "identity_pool_trust.json.j2", {"identity_pool_id": IDENTITY_POOL_ID, "amr": "authenticated"}
    ),
    "site behind CloudFront": Document(
        "site_bucket_behind_cloudfront.json.j2",
        {"bucket_arn": BUCKET_ARN, "distribution_arn": DISTRIBUTION_ARN},
    ),
    "public site": Document("site_bucket_public.json.j2", {"bucket_arn": BUCKET_ARN}),
    "training bucket": Document(
        "training_bucket.json.j2", {"bucket_arn": TRAINING_BUCKET_ARN, "account_id": ACCOUNT_ID}
    ),
}
"""By what they are called in the tests."""

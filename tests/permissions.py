"""Writes docs/permissions.md from `policies/`: `python -m tests.permissions`, or `--check` to only compare."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.policies import POLICIES
from local.aws.policy import listed
from tests.policies.documents import ACCOUNT_ID, DOCUMENTS, PROJECTS, REGION, Document
from tests.policies.service_reference import resource_types

PAGE = Path(__file__).parent.parent / "docs" / "permissions.md"


class PageError(Exception):
    """What the page does not say yet, in a sentence."""


@dataclass(frozen=True)
class Section:
    """What the page says about one template beside the policy itself."""

    title: str
    text: str
    reasons: dict[str, str]
    """Why each action is in the policy."""


SECTIONS = {
    "viewer.json.j2": Section(
        "Guests and viewers",
        "The inline policy of the roles `guest` and `viewer`, and one of the two of `operator`. AWS lays its own"
        " session policy over guests as well, but that one lets Rekognition through: this policy is the limit.",
        {
            "rekognition:DetectCustomLabels": "To detect labels in the image that the person chose.",
            "rekognition:ListTagsForResource": "To show since when a model runs and when it stops, which its tags"
            " say. **The other tags of models can be read with it.**",
            "rekognition:DescribeProjectVersions": "To list the models of a project, whether they are running,"
            " and how good they are.",
            "rekognition:DescribeProjects": "To list the projects. IAM knows no resource for this action, so it"
            " can be held to the region only: **guests, or with a sign-in whoever signs in, can read the names"
            " of all projects of the account in the region**, also with `projects` set.",
        },
    ),
    "operator.json.j2": Section(
        "Operators",
        "The other inline policy of the role `operator`, which exists with a sign-in only.",
        {
            "rekognition:StartProjectVersion": "To start a model; from then on it costs money.",
            "rekognition:StopProjectVersion": "To stop a model.",
            "rekognition:TagResource": "To note on a model when it was started and when it is to stop;"
            " these two tags and no others, so that nobody can undo how an account tags for costs or access.",
            "rekognition:UntagResource": "To take these two tags back from a model that was stopped or did not start,"
            " so that an old note cannot end its next run.",
        },
    ),
    "guard.json.j2": Section(
        "The guard",
        "The inline policy of the role of the function that stops models. The second example has `alertEmail` as well.",
        {
            "rekognition:DescribeProjects": "To list the projects.",
            "cloudwatch:GetMetricData": "To see which models served nothing. IAM knows no resource for this"
            " action, so it can be held to the region only.",
            "rekognition:DescribeProjectVersions": "To list the models that run.",
            "rekognition:ListTagsForResource": "To read until when a model was asked for, and whether it is to be"
            " left alone.",
            "rekognition:StopProjectVersion": "To stop a model. The guard cannot start one.",
            "rekognition:TagResource": "To note on a model when the guard first saw it running, if nobody else"
            " noted when it was started; this tag and no other.",
            "rekognition:UntagResource": "To remove these notes from a model that does not run any more, so that"
            " they cannot end its next run.",
            "logs:CreateLogStream": "To write the function's log.",
            "logs:PutLogEvents": "To write the function's log.",
            "sns:Publish": "To tell which models were stopped and why; with `alertEmail` only.",
            "sqs:SendMessage": "For Lambda to keep what became of runs that failed.",
        },
    ),
    "guard_trust.json.j2": Section(
        "Who may take on the guard's role",
        "The trust policy of the role of the function that stops models.",
        {"sts:AssumeRole": "For Lambda to run the function, on behalf of this account only."},
    ),
    "guard_schedule.json.j2": Section(
        "The guard's schedule",
        "The inline policy of the role of the schedule that runs the guard.",
        {"lambda:InvokeFunction": "To run the guard, and no other function."},
    ),
    "guard_schedule_trust.json.j2": Section(
        "Who may take on the schedule's role",
        "The trust policy of that role.",
        {"sts:AssumeRole": "For schedules of this account, in the group that the guard's schedule is in."},
    ),
    "alerts_topic.json.j2": Section(
        "The topic for alerts",
        "The policy of the SNS topic that exists with `alertEmail`. The guard publishes by its own role's policy.",
        {
            "sns:Publish": "For alarms of this account and region to reach the topic; refused over plain http,"
            " to everyone.",
        },
    ),
    "identity_pool_trust.json.j2": Section(
        "Who may take on a role",
        "The trust policy of each role: identities of this one identity pool (`aud`), and either guests or people"
        " who signed in (`amr`), never both. `guest` trusts in the first, `viewer` and `operator` in the second.",
        {"sts:AssumeRoleWithWebIdentity": "For Cognito to hand out credentials of the role."},
    ),
    "site_bucket_behind_cloudfront.json.j2": Section(
        "The site bucket behind CloudFront",
        "The bucket policy with `createCloudFrontDistribution: true`. All four settings of the public-access block"
        " are on.",
        {
            "s3:GetObject": "For CloudFront to fetch what it serves, and only for this distribution: another"
            " one cannot be pointed at the bucket.",
            "s3:*": "Refused over plain http, to everyone, the account's own administrators included.",
        },
    ),
    "site_bucket_public.json.j2": Section(
        "The site bucket without CloudFront",
        "The bucket policy with `createCloudFrontDistribution: false`. The public-access block lets public policies"
        " be, and still refuses public access control lists.",
        {
            "s3:GetObject": "For browsers to load the site from S3. Nobody can list the bucket.",
            "s3:*": "Refused over plain http, to everyone, the account's own administrators included.",
        },
    ),
    "training_bucket.json.j2": Section(
        "The bucket for training",
        "The policy of the bucket that `trainingBucket: true` creates, and what `custom-labels bucket policy --attach`"
        " adds to another: Rekognition may use the bucket for this account (`aws:SourceAccount`) and for no stranger.",
        {
            "s3:GetBucketAcl": "For Rekognition to see whose bucket it is.",
            "s3:GetBucketLocation": "For Rekognition to see that the bucket is in its region.",
            "s3:GetObject": "To read images and manifests.",
            "s3:GetObjectAcl": "To see whose objects they are.",
            "s3:GetObjectTagging": "To read an object's tags with it.",
            "s3:GetObjectVersion": "To read images and manifests of a versioned bucket.",
            "s3:PutObject": "To write manifests and the evaluation, which then belong to the bucket's owner.",
            "s3:*": "Refused over plain http, to everyone, the account's own administrators included.",
        },
    ),
}

INTRODUCTION = f"""\
# Permissions

This page is written by `make fix` from the templates in [policies/](../policies); `make check` fails when it is stale.
Its examples are account {ACCOUNT_ID}, region {REGION}, and `projects` unset or {" and ".join(PROJECTS)}.
Each row below, and each denial, is proven by [tests/policies/access_table.py](../tests/policies/access_table.py).

## Who may do what with models
"""

NOBODY = """
## What nobody may do

- Anything outside the stack's own account and region; with `projects` set, anything with other projects but read
  their names. A project whose name only begins like one of `projects` is another project.
- Start, stop or tag a model without having signed in, or as a viewer.
- Get credentials as a guest where there is a sign-in, or as somebody who is in no group.
- Write, delete or list anything in the site bucket, or reach it over plain http.
- Use any other AWS service with the site's credentials.
- Any other action of Rekognition:
"""


def page() -> str:
    """Return the page.

    Raises:
        PageError: a template or an action of one has no text here, or a text has no action.
    """
    templates = {path.name for path in POLICIES.iterdir()}
    if templates != SECTIONS.keys() or templates != {one.template for one in DOCUMENTS.values()}:
        raise PageError(
            "docs/permissions.md needs a section for each of policies/, and tests/policies/documents.py examples:"
            f" they disagree about {', '.join(sorted(templates ^ SECTIONS.keys())) or 'the examples'}."
        )
    lines = [INTRODUCTION, *_who_may_do_what()]
    for template, section in SECTIONS.items():
        lines += _section(template, section)
    lines += [NOBODY, *_never_allowed()]
    return "\n".join(lines) + "\n"


def _who_may_do_what() -> Iterator[str]:
    people = {
        "guest": ["viewer.json.j2"],
        "viewer": ["viewer.json.j2"],
        "operator": ["viewer.json.j2", "operator.json.j2"],
    }
    yield f"| | {' | '.join(people)} |"
    yield f"|---|{'---|' * len(people)}"
    for template in people["operator"]:
        for action in SECTIONS[template].reasons:
            marks = ("yes" if template in templates else "no" for templates in people.values())
            yield f"| `{action}` | {' | '.join(marks)} |"


def _section(template: str, section: Section) -> Iterator[str]:
    documents = {name: one for name, one in DOCUMENTS.items() if one.template == template}
    actions = {action for one in documents.values() for action in _actions(one)}
    if actions != section.reasons.keys():
        raise PageError(
            f"tests/permissions.py must give a reason for each action of policies/{template} and for no other:"
            f" they disagree about {', '.join(sorted(actions ^ section.reasons.keys()))}."
        )
    yield f"\n## {section.title}\n"
    yield f"From [{template}](../policies/{template}). {section.text}\n"
    yield from (f"- `{action}`: {reason}" for action, reason in section.reasons.items())
    for name, document in documents.items():
        yield f"\n{name[0].upper()}{name[1:]}:\n"
        yield f"```json\n{json.dumps(json.loads(document.render()), indent=2)}\n```"


def _actions(document: Document) -> list[str]:
    statements: list[dict[str, Any]] = json.loads(document.render())["Statement"]
    return [action for statement in statements for action in listed(statement["Action"])]


def _never_allowed() -> Iterator[str]:
    allowed = {action for document in DOCUMENTS.values() for action in _actions(document)}
    denied = sorted(resource_types("rekognition").keys() - allowed)
    yield "  " + ", ".join(f"`{action.partition(':')[2]}`" for action in denied) + "."


def main(arguments: list[str]) -> int:
    """Write the page, or compare it with `--check`; return the exit status."""
    try:
        text = page()
    except PageError as error:
        print(error, file=sys.stderr)
        return 1
    if "--check" not in arguments:
        PAGE.write_text(text)
    elif not PAGE.exists() or PAGE.read_text() != text:
        print(
            "docs/permissions.md is not what policies/ says: run `make fix` and read what changed.",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

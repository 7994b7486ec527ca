"""The access table notices every small change to a policy."""

from collections import defaultdict
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

import pytest

from local.aws.policy import parse_policy
from tests.policies.access_table import rows
from tests.policies.documents import DOCUMENTS
from tests.policies.judges import decide
from tests.policies.mutants import Mutant, mutants
from tests.policies.row import Row

RENDERED = {name: document.render() for name, document in DOCUMENTS.items()}
POLICIES = {name: parse_policy(text) for name, text in RENDERED.items()}

ALWAYS_SENT = "AWS sends this key with every request"
NOTHING_BEFORE = "nothing that AWS sends only ends like this"
NO_OTHER_AMR = "AWS sends no other amr that looks like this"
NO_OTHER_ACL = "S3 knows no other canned ACL that looks like this"
TWELVE_DIGITS = "an account id has twelve digits"
HAS_IT = "another statement of the role allows it already"
ONLY_ITS_OWN = "no service comes with another service's resource"
SAME = "it means the same"
EQUIVALENT = {
    "*, all projects | ListModelsOfProjects | *:project/[*]/[*] became *:project/[*]": (
        "every project's ARN has the time of its creation behind the name"
    ),
    "* | StringEquals aws:RequestedRegion for all values": ALWAYS_SENT,
    "* | StringEquals aws:RequestedRegion if it exists": ALWAYS_SENT,
    "* | StringEquals aws:RequestedRegion like [*]eu-west-1": NOTHING_BEFORE,
    "viewer, * | DetectWithModels | rekognition:ListTagsForResource added": HAS_IT,
    "viewer, * | SeeWhenModelsStop | rekognition:DetectCustomLabels added": HAS_IT,
    "operator, * | StartAndStopModels | rekognition:ListTagsForResource added": HAS_IT,
    "guard, * | NoteFirstSight | rekognition:UntagResource added": HAS_IT,
    "guard, * | WriteTheLog | *:[*] became *:[*][*]": SAME,
    "guard, * | WriteTheLog | * became *:[*]log-group:*": NOTHING_BEFORE,
    "schedule | RunTheGuard | * became *:[*]function:*": NOTHING_BEFORE,
    "trust in Lambda | * | StringEquals aws:SourceAccount like [*]123456789012": TWELVE_DIGITS,
    "trust in Lambda | * | StringEquals aws:SourceAccount like 123456789012[*]": TWELVE_DIGITS,
    "trust in schedules | * | StringEquals aws:SourceAccount like [*]123456789012": TWELVE_DIGITS,
    "trust in schedules | * | StringEquals aws:SourceAccount like 123456789012[*]": TWELVE_DIGITS,
    "trust in schedules | * | StringEquals aws:SourceArn like [*]arn:*": NOTHING_BEFORE,
    "trust in schedules | * | StringEquals aws:SourceArn also arn:aws:cloudwatch:*": ONLY_ITS_OWN,
    "alerts topic | * | StringEquals aws:SourceAccount like [*]123456789012": TWELVE_DIGITS,
    "alerts topic | * | StringEquals aws:SourceAccount like 123456789012[*]": TWELVE_DIGITS,
    "alerts topic | * | ArnLike aws:SourceArn like [*]arn:*": NOTHING_BEFORE,
    "alerts topic | * | ArnLike aws:SourceArn like *:alarm:[*][*]": SAME,
    "alerts topic | * | ArnLike aws:SourceArn also arn:aws:scheduler:*": ONLY_ITS_OWN,
    "* | RefusePlainHttp | Bool aws:SecureTransport if it exists": ALWAYS_SENT,
    "* | LetThisDistributionRead | StringEquals AWS:SourceArn like [*]arn:*": NOTHING_BEFORE,
    "trust in * | StringEquals cognito-identity.amazonaws.com:aud like [*]eu-west-1:*": NOTHING_BEFORE,
    "trust in * | ForAnyValue:StringLike cognito-identity.amazonaws.com:amr like unauth*": NO_OTHER_AMR,
    "trust in * | ForAnyValue:StringLike cognito-identity.amazonaws.com:amr like auth*": NO_OTHER_AMR,
    "trust in guests | *:amr like [*]unauthenticated": NO_OTHER_AMR,
    "training * | StringEquals aws:SourceAccount like [*]123456789012": TWELVE_DIGITS,
    "training * | StringEquals aws:SourceAccount like 123456789012[*]": TWELVE_DIGITS,
    "training bucket | * | StringEquals s3:x-amz-acl like [*]bucket-owner-full-control": NO_OTHER_ACL,
    "training bucket | * | StringEquals s3:x-amz-acl like bucket-owner-full-control[*]": NO_OTHER_ACL,
    "operator, * | StartAndStopModels | rekognition:DetectCustomLabels added": HAS_IT,
}
"""Mutants that no request can tell from the policy, and why; each pattern covers only such mutants."""


@cache
def rows_by_action(document: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows():
        if document in row.documents:
            found[row.action].append(row)
    return found


def in_likely_order(mutant: Mutant) -> Iterator[Row]:
    """The rows that the mutant's document decides, those about its actions first."""
    asked = rows_by_action(mutant.document)
    likely = [one for one in asked if any(fnmatchcase(one, action) for action in mutant.actions)]
    for action in dict.fromkeys((*likely, *asked)):
        yield from asked[action]


def is_caught(mutant: Mutant) -> bool:
    policies = {**POLICIES, mutant.document: mutant.policy}
    return any(decide(row, policies) is not row.allowed for row in in_likely_order(mutant))


@cache
def judged() -> dict[str, bool]:
    """Every mutant of every document, and whether a row notices it."""
    return {
        str(mutant): is_caught(mutant) for name, text in RENDERED.items() for mutant in mutants(name, text)
    }


def test_a_row_catches_every_mutant_that_a_request_could_tell() -> None:
    survivors = [name for name, caught in judged().items() if not caught]
    assert [one for one in survivors if not any(fnmatchcase(one, known) for known in EQUIVALENT)] == []


@pytest.mark.parametrize("known", EQUIVALENT)
def test_what_is_called_equivalent_survives(known: str) -> None:
    assert {caught for name, caught in judged().items() if fnmatchcase(name, known)} == {False}


def test_there_are_hundreds_of_mutants_and_nearly_all_are_caught() -> None:
    caught = sum(judged().values())
    print(f"{caught} of {len(judged())} mutants are caught")
    assert caught >= 750
    assert caught >= 0.95 * len(judged())


def test_every_document_is_mutated_in_each_way() -> None:
    for document in DOCUMENTS:
        names = [name for name in judged() if name.startswith(f"{document} | ")]
        for way in ("statement dropped", "effect flipped", "action inverted", " added", " became "):
            assert any(way in name for name in names), (document, way)

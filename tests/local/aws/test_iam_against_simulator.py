"""The policy evaluator and an independent one, `@cloud-copilot/iam-simulate`, decide alike.

The requests and policies are made by chance from a fixed seed, of parts that are likely to meet. Left out,
because the simulator differs from AWS's documentation there, or the evaluator is stricter on purpose:

- the network 0.0.0.0/0: the simulator finds no address in it; and a single IPv4 address without a prefix, which
  it cannot compare with IPv6;
- seconds since 1970 as a date: the simulator compares them with milliseconds;
- variables in policies of version 2008-10-17, where they are plain text: the simulator replaces them;
- `ForAllValues` with `amr`: the simulator takes that key for one with a single value;
- negations of variables in a Deny: of one without a value, the evaluator lets the Deny apply;
- resource policies that name a session by its ARN, or everyone, which a session policy does not limit: the
  simulator lets it.
"""

import json
import random
import re
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from local.aws.iam import Principal, Request, evaluate, is_public, trust_allows
from local.aws.policy import parse_policy

SIMULATOR = Path(__file__).parents[2] / "tools" / "simulate_table.mjs"
ACCOUNT, OTHER = "123456789012", "999988887777"
COGNITO = "cognito-identity.amazonaws.com"
REKOGNITION = f"arn:aws:rekognition:eu-west-1:{ACCOUNT}:project/"
CASES = 1600

ACTIONS = {
    "s3:GetObject": ["arn:aws:s3:::site/index.html", "arn:aws:s3:::site/me/x", "arn:aws:s3:::other/x"],
    "s3:PutObject": ["arn:aws:s3:::site/me/x", "arn:aws:s3:::site/a.b"],
    "s3:ListBucket": ["arn:aws:s3:::site", "arn:aws:s3:::other"],
    "rekognition:DetectCustomLabels": [
        f"{REKOGNITION}parts/version/v/1",
        f"{REKOGNITION}parts-2/version/v/1",
    ],
    "rekognition:StopProjectVersion": [f"{REKOGNITION}parts/version/v/1"],
    "rekognition:DescribeProjects": ["*"],
}
ACTION_PATTERNS = [
    "*",
    "s3:*",
    "s3:Get*",
    "S3:getobject",
    "s3:?etObject",
    "s3:*Object",
    "rekognition:*",
    "rekognition:Detect*",
    "rekognition:D*s",
    *ACTIONS,
]
RESOURCE_PATTERNS = [
    "*",
    "arn:aws:s3:::site/*",
    "arn:aws:s3:::site",
    "arn:aws:s3:::*",
    "arn:aws:s3:::site/?ndex.html",
    "arn:aws:s3:::site/a.b",
    "arn:aws:s3:::site/aXb",
    "arn:aws:s3:::site/${aws:username}/*",
    "arn:aws:s3:::site/${aws:PrincipalTag/team, 'me'}/*",
    f"{REKOGNITION}parts/*",
    f"{REKOGNITION}parts*/version/*",
    f"arn:aws:rekognition:*:{ACCOUNT}:project/parts/version/v/?",
    "arn:aws:rekognition:us-*:*:project/*",
    "arn:*:rekognition:eu-west-?:*:*",
]
VALUES: dict[str, list[str]] = {
    "aws:username": ["me", "ME", "you"],
    "aws:PrincipalTag/team": ["me", "red", "Red"],
    "aws:RequestedRegion": ["eu-west-1", "us-east-1"],
    "aws:SourceIp": ["127.0.0.1", "10.1.2.3", "2001:db8::1"],
    "aws:SecureTransport": ["true", "false"],
    "aws:MultiFactorAuthAge": ["0", "59", "60", "3600.5"],
    "aws:CurrentTime": ["2026-11-22T12:00:00Z", "2026-11-22T12:00:01Z", "2025-01-01T00:00:00Z"],
    "aws:PrincipalArn": [f"arn:aws:iam::{ACCOUNT}:role/viewer", f"arn:aws:iam::{OTHER}:role/viewer"],
    "aws:SourceArn": [f"arn:aws:cloudfront::{ACCOUNT}:distribution/E1", "arn:aws:s3:::site"],
}
SETS: dict[str, list[str]] = {
    "aws:PrincipalOrgPaths": ["o-1/r-1/ou-1/", "o-1/r-1/ou-2/", "o-2/r-1/"],
    "aws:CalledVia": ["athena.amazonaws.com", "cloudformation.amazonaws.com"],
}
TEXT_OPERATORS = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
]
ORDERS = ["Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"]
OPERATORS: dict[str, list[str]] = {
    "aws:username": TEXT_OPERATORS,
    "aws:PrincipalTag/team": TEXT_OPERATORS,
    "aws:RequestedRegion": TEXT_OPERATORS,
    "aws:SourceIp": ["IpAddress", "NotIpAddress"],
    "aws:SecureTransport": ["Bool"],
    "aws:MultiFactorAuthAge": [f"Numeric{order}" for order in ORDERS],
    "aws:CurrentTime": [f"Date{order}" for order in ORDERS],
    "aws:PrincipalArn": ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike"],
    "aws:SourceArn": ["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringEquals"],
}
WANTED: dict[str, list[str]] = {
    **VALUES,
    "aws:username": ["me", "m*", "?e", "*", "${aws:PrincipalTag/team}", "${aws:username}", "x"],
    "aws:PrincipalTag/team": ["me", "r*", "red", "${aws:username}", "${*}", "r?d"],
    "aws:RequestedRegion": ["eu-west-1", "eu-*", "EU-WEST-1", "us-east-?"],
    "aws:SourceIp": ["127.0.0.1/32", "127.0.0.0/8", "10.1.0.0/16", "2001:db8::/32", "0.0.0.0/1"],
    "aws:MultiFactorAuthAge": ["0", "60", "60.0", "-1", "3600"],
    "aws:CurrentTime": ["2026-11-22T12:00:00Z", "2026-11-22", "2026-11-22T13:00:00+01:00"],
    "aws:PrincipalArn": [
        *VALUES["aws:PrincipalArn"],
        f"arn:aws:iam::{ACCOUNT}:role/*",
        "arn:aws:iam::*:role/v*",
    ],
    "aws:SourceArn": [*VALUES["aws:SourceArn"], f"arn:aws:cloudfront::{ACCOUNT}:*", "arn:*:s3:*:*:site"],
}
PRINCIPALS = [
    "*",
    {"AWS": "*"},
    {"AWS": ACCOUNT},
    {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    {"AWS": [f"arn:aws:iam::{OTHER}:root", f"arn:aws:iam::{ACCOUNT}:role/viewer"]},
    {"AWS": f"arn:aws:sts::{ACCOUNT}:assumed-role/viewer/me"},
    {"AWS": f"arn:aws:iam::{OTHER}:user/someone"},
    {"AWS": OTHER},
    {"Service": "cloudfront.amazonaws.com"},
    {"Federated": COGNITO},
]
CALLERS = {
    "role": Principal(
        kind="AWS",
        name=f"arn:aws:sts::{ACCOUNT}:assumed-role/viewer/me",
        role_arn=f"arn:aws:iam::{ACCOUNT}:role/viewer",
    ),
    "user": Principal(kind="AWS", name=f"arn:aws:iam::{ACCOUNT}:user/someone"),
    "stranger": Principal(kind="AWS", name=f"arn:aws:iam::{OTHER}:user/someone"),
    "service": Principal(kind="Service", name="cloudfront.amazonaws.com"),
    "anonymous": Principal(kind="Anonymous"),
}


@dataclass
class Case:
    """A request with the policies that decide it."""

    kind: str
    principal: Principal
    action: str
    resource: str
    context: dict[str, Any]
    identity: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    on_resource: dict[str, Any] | None = None
    session: dict[str, Any] | None = None
    public_access_block: bool = False

    def decide(self) -> bool:
        """Answer with the project's evaluator."""
        request = Request(
            principal=self.principal, action=self.action, resource=self.resource, context=self.context
        )
        on_resource = parse_policy(json.dumps(self.on_resource)) if self.on_resource else None
        if self.kind == "trust":
            assert on_resource
            return trust_allows(on_resource, request)
        outsider = self.principal.account != ACCOUNT and self.principal.kind != "Service"
        if self.public_access_block and on_resource and outsider and is_public(on_resource):
            return False
        return evaluate(
            request,
            identity=[parse_policy(json.dumps(policy)) for policy in self.identity],
            resource=on_resource,
            session=parse_policy(json.dumps(self.session)) if self.session else None,
            same_account=self.principal.account == ACCOUNT,
        ).allowed

    def simulation(self) -> dict[str, Any]:
        """Return the case as the simulator takes it."""
        return {
            "request": {
                "principal": self.principal.name or {"type": "Anonymous"},
                "action": self.action,
                "resource": {"resource": self.resource, "accountId": ACCOUNT},
                "contextVariables": self.context,
            },
            "identityPolicies": [
                {"name": str(number), "policy": policy} for number, policy in enumerate(self.identity)
            ],
            "serviceControlPolicies": [],
            "resourceControlPolicies": [],
            "additionalSettings": {"s3": {"blockPublicAccess": self.public_access_block}},
            **({"resourcePolicy": self.on_resource} if self.on_resource else {}),
            **({"sessionPolicy": self.session} if self.session else {}),
        }


class Maker:
    """Makes cases by chance."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - cases, not secrets

    def case(self) -> Case:
        chance = self._random
        kind = chance.choice(["identity", "identity", "resource", "session", "outside", "block", "trust"])
        if kind == "trust":
            return self._trust()
        on_bucket = kind in {"resource", "outside", "block"}
        action = chance.choice([name for name in ACTIONS if not on_bucket or name.startswith("s3:")])
        resource = chance.choice(ACTIONS[action])
        who = {"outside": ["stranger", "service", "anonymous"], "block": ["stranger", "anonymous", "role"]}
        principal = CALLERS[chance.choice(who.get(kind, ["role"] if kind == "session" else ["role", "user"]))]
        case = Case(kind, principal, action, resource, self._context())
        if principal.kind == "AWS":
            case.identity = [self._policy(case) for _ in range(chance.choice([0, 1, 1, 2]))]
        if on_bucket or (action.startswith("s3:") and chance.random() < 0.3):
            case.on_resource = self._policy(case, on_resource=True)
        if kind == "session":
            case.session = self._policy(case)
        case.public_access_block = kind == "block"
        return case

    def _trust(self) -> Case:
        chance = self._random
        context = {
            f"{COGNITO}:aud": chance.choice(["eu-west-1:pool", "eu-west-1:other"]),
            f"{COGNITO}:amr": chance.choice([["authenticated", "x"], ["unauthenticated"]]),
        }
        condition: dict[str, Any] = {}
        if chance.random() < 0.8:
            condition["StringEquals"] = {f"{COGNITO}:aud": "eu-west-1:pool"}
        if chance.random() < 0.8:
            amr = chance.choice(["authenticated", "unauthenticated", "un*"])
            condition["ForAnyValue:StringLike"] = {f"{COGNITO}:amr": amr}
        statement = {
            "Effect": chance.choice(["Allow"] * 6 + ["Deny"]),
            "Principal": chance.choice([{"Federated": COGNITO}] * 4 + [{"Federated": "accounts.google.com"}]),
            "Action": chance.choice(
                ["sts:AssumeRoleWithWebIdentity"] * 3 + ["sts:AssumeRole", "sts:*", "sts:Assume*"]
            ),
            **({"Condition": condition} if condition else {}),
        }
        return Case(
            "trust",
            Principal(kind="Federated", name=COGNITO),
            "sts:AssumeRoleWithWebIdentity",
            f"arn:aws:iam::{ACCOUNT}:role/viewer",
            context,
            on_resource={"Version": "2012-10-17", "Statement": [statement]},
        )

    def _context(self) -> dict[str, Any]:
        chance = self._random
        context: dict[str, Any] = {
            key: chance.choice(values) for key, values in VALUES.items() if chance.random() < 0.75
        }
        for key, values in SETS.items():
            if chance.random() < 0.75:
                context[key] = chance.sample(values, chance.randint(1, len(values)))
        return context

    def _policy(self, case: Case, *, on_resource: bool = False) -> dict[str, Any]:
        statements = [
            self._statement(case, on_resource=on_resource) for _ in range(self._random.choice([1, 1, 2, 3]))
        ]
        variables = "${" in json.dumps(statements)
        version = "2012-10-17" if variables or self._random.random() < 0.7 else "2008-10-17"
        return {"Version": version, "Statement": statements}

    def _statement(self, case: Case, *, on_resource: bool) -> dict[str, Any]:
        chance = self._random
        effect = chance.choice(["Allow", "Allow", "Allow", "Deny"])
        actions = self._some([case.action, *ACTION_PATTERNS], case.action)
        if on_resource:
            actions = [action for action in actions if action == "*" or action.lower().startswith("s3:")] or [
                "s3:*"
            ]
        resources = self._some(RESOURCE_PATTERNS, case.resource)
        if on_resource:
            resources = [one for one in resources if one.startswith("arn:aws:s3")] or ["arn:aws:s3:::site/*"]
        excluded = chance.random() < 0.2 and (effect == "Allow" or "$" not in "".join(resources))
        statement: dict[str, Any] = {
            "Effect": effect,
            chance.choice(["Action"] * 5 + ["NotAction"]): actions,
            "NotResource" if excluded else "Resource": resources,
        }
        if on_resource:
            negated = effect == "Deny" and chance.random() < 0.2
            statement["NotPrincipal" if negated else "Principal"] = chance.choice(
                [
                    one
                    for one in PRINCIPALS
                    if case.kind != "session" or not re.search(r"assumed-role|\*", str(one))
                ]
            )
        condition: dict[str, Any] = {}
        for _ in range(chance.choice([0, 0, 0, 1, 1, 2])):
            name, key, wanted = self._condition()
            if effect == "Allow" or "Not" not in name or "$" not in json.dumps(wanted):
                condition.setdefault(name, {})[key] = wanted
        if condition:
            statement["Condition"] = condition
        return statement

    def _some(self, patterns: list[str], exact: str) -> list[str]:
        chosen = self._random.sample(patterns, self._random.choice([1, 1, 2]))
        return [*chosen, exact] if self._random.random() < 0.4 else chosen

    def _condition(self) -> tuple[str, str, Any]:
        chance = self._random
        if chance.random() < 0.12:
            return "Null", chance.choice([*VALUES, *SETS]), chance.choice(["true", "false"])
        if chance.random() < 0.25:
            key = chance.choice(list(SETS))
            quantifier = chance.choice(["ForAllValues", "ForAnyValue"])
            wanted = chance.sample([*SETS[key], "o-1/*", "*.amazonaws.com"], chance.randint(1, 2))
            return f"{quantifier}:{chance.choice(TEXT_OPERATORS)}", key, wanted
        key = chance.choice(list(OPERATORS))
        name = chance.choice(OPERATORS[key]) + chance.choice(["", "", "IfExists"])
        wanted = chance.sample(WANTED[key], chance.choice([1, 1, 2]))
        return name, key, chance.choice(wanted) if chance.random() < 0.5 else wanted


@pytest.fixture(scope="module")
def compared() -> list[tuple[Case, bool, str]]:
    """Cases with the evaluator's decision and the simulator's answer; one run of node for all of them."""
    maker = Maker(20261122)
    cases = [maker.case() for _ in range(CASES)]
    answer = subprocess.run(
        ["node", SIMULATOR],
        input=json.dumps([case.simulation() for case in cases]),
        capture_output=True,
        text=True,
        check=True,
    )
    return [(case, case.decide(), told) for case, told in zip(cases, json.loads(answer.stdout), strict=True)]


def test_the_evaluator_and_the_simulator_never_disagree(compared: list[tuple[Case, bool, str]]) -> None:
    different = [
        (case, told) for case, allowed, told in compared if "{" not in told and allowed != (told == "Allowed")
    ]
    assert different == []


def test_enough_was_compared_and_of_every_kind(compared: list[tuple[Case, bool, str]]) -> None:
    outcomes = Counter((case.kind, allowed) for case, allowed, told in compared if "{" not in told)
    assert sum(outcomes.values()) == CASES
    assert sum(count for (_, allowed), count in outcomes.items() if allowed) >= 200
    assert {kind for kind, _ in outcomes} == {"identity", "resource", "session", "outside", "block", "trust"}
    assert all(count >= 10 for count in outcomes.values())
    assert len(outcomes) == 12

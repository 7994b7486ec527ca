"""The policy evaluator, case by case after AWS's documentation."""

import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.aws.iam import Decision, Principal, Request, evaluate, is_public, trust_allows
from local.aws.policy import MalformedPolicyError, Policy, glob, parse_policy

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/guest"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/guest/CognitoIdentityCredentials"
GUEST = Principal(kind="AWS", name=SESSION, role_arn=ROLE)
USER = Principal(kind="AWS", name=f"arn:aws:iam::{ACCOUNT}:user/ann")
ANYONE = Principal(kind="Anonymous")
CLOUDFRONT = Principal(kind="Service", name="cloudfront.amazonaws.com")
COGNITO = Principal(kind="Federated", name="cognito-identity.amazonaws.com")
OBJECT = "arn:aws:s3:::site/assets/app.js"
MODEL = f"arn:aws:rekognition:eu-west-1:{ACCOUNT}:project/parts/version/v1/1700000000000"


def policy(*statements: dict[str, Any], version: str = "2012-10-17") -> Policy:
    return parse_policy(json.dumps({"Version": version, "Statement": list(statements)}))


def allow(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": "*", "Resource": "*", **elements}


def deny(**elements: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "*", "Resource": "*", **elements}


def request(
    action: str = "s3:GetObject", resource: str = OBJECT, principal: Principal = GUEST, **context: Any
) -> Request:
    return Request(principal=principal, action=action, resource=resource, context=context.pop("context", {}))


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("*", "s3:GetObject", True),
        ("s3:*", "s3:GetObject", True),
        ("s3:GetObject", "s3:GetObject", True),
        ("S3:getobject", "s3:GetObject", True),
        ("s3:GETOBJECT", "s3:getObject", True),
        ("s3:Get*", "s3:GetObject", True),
        ("s3:*Object", "s3:GetObject", True),
        ("s3:G?tObject", "s3:GetObject", True),
        ("s3:Get?bject", "s3:GetObject", True),
        ("s3:GetObject?", "s3:GetObject", False),
        ("s3:GetObjec", "s3:GetObject", False),
        ("s3:GetObjectVersion", "s3:GetObject", False),
        ("s3:GetObject", "s3:GetObjectVersion", False),
        ("rekognition:*", "s3:GetObject", False),
        ("s3:[G]etObject", "s3:GetObject", False),
        ("s3:Get.bject", "s3:GetObject", False),
        ("s3:Put*", "s3:GetObject", False),
        ("rekognition:Detect*", "rekognition:DetectCustomLabels", True),
        ("rekognition:DetectCustomLabel?", "rekognition:DetectCustomLabels", True),
        (["s3:PutObject", "s3:GetObject"], "s3:GetObject", True),
        (["s3:PutObject", "s3:DeleteObject"], "s3:GetObject", False),
        ([], "s3:GetObject", False),
    ],
)
def test_actions_match_whole_without_regard_to_case(
    pattern: str | list[str], action: str, *, expected: bool
) -> None:
    assert evaluate(request(action), identity=[policy(allow(Action=pattern))]).allowed is expected


@pytest.mark.parametrize(
    ("pattern", "action", "expected"),
    [
        ("s3:GetObject", "s3:GetObject", False),
        ("s3:PutObject", "s3:GetObject", True),
        ("s3:*", "s3:GetObject", False),
        ("s3:*", "rekognition:DescribeProjects", True),
        (["iam:*", "s3:*"], "s3:GetObject", False),
        ("S3:GETOBJECT", "s3:GetObject", False),
    ],
)
def test_not_action_means_every_other_action(
    pattern: str | list[str], action: str, *, expected: bool
) -> None:
    statement = {"Effect": "Allow", "NotAction": pattern, "Resource": "*"}
    assert evaluate(request(action), identity=[policy(statement)]).allowed is expected


@pytest.mark.parametrize(
    ("pattern", "resource", "expected"),
    [
        ("*", OBJECT, True),
        ("*", "*", True),
        (OBJECT, OBJECT, True),
        (OBJECT, "*", False),
        ("arn:aws:s3:::site/*", OBJECT, True),
        ("arn:aws:s3:::site/assets/app.j?", OBJECT, True),
        ("arn:aws:s3:::si*", OBJECT, True),
        ("arn:aws:s3:::*/app.js", OBJECT, True),
        ("arn:aws:s3:::site", OBJECT, False),
        ("arn:aws:s3:::site/", OBJECT, False),
        ("arn:aws:s3:::other/*", OBJECT, False),
        ("arn:aws:s3:::SITE/*", OBJECT, False),
        ("arn:aws:s3:::sit[e]/*", OBJECT, False),
        ("arn:aws:s3:::site/assets.app.js", OBJECT, False),
        ("arn:aws:s3", OBJECT, True),
        ("arn:aws:s3:*", OBJECT, True),
        ("arn:aws:rekognition", OBJECT, False),
        ("arn:*:s3:::site/*", OBJECT, True),
        ("arn:aws:s3:eu-west-1::site/*", OBJECT, False),
        ("arn:aws:rekognition:eu-west-1:*:project/parts/version/*", MODEL, True),
        ("arn:aws:rekognition:us-east-1:*:project/parts/version/*", MODEL, False),
        ("arn:aws:rekognition:*:*:project/parts-secret/*", MODEL, False),
        ("arn:aws:rekognition:*:*:project/*/version/v2/*", MODEL, False),
        ("arn:aws:rekognition:*project/parts/version/*", MODEL, False),
        ("arn:aws:logs:eu-west-1:1:log-group:*", "arn:aws:logs:eu-west-1:1:log-group:a:b", True),
        ([OBJECT, MODEL], MODEL, True),
        (["arn:aws:s3:::a", "arn:aws:s3:::b"], OBJECT, False),
        ("arn:aws:s3:::site/${*}", "arn:aws:s3:::site/*", True),
        ("arn:aws:s3:::site/${*}", "arn:aws:s3:::site/x", False),
        ("arn:aws:s3:::site/a*\n", "arn:aws:s3:::site/a\nb", False),
        ("arn:aws:s3:::site/a*", "arn:aws:s3:::site/a\nb", True),
    ],
)
def test_resources_match_part_by_part(pattern: str | list[str], resource: str, *, expected: bool) -> None:
    decision = evaluate(request(resource=resource), identity=[policy(allow(Resource=pattern))])
    assert decision.allowed is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("arn:aws:s3:::site/*", False),
        ("arn:aws:s3:::other/*", True),
        (["arn:aws:s3:::other/*", OBJECT], False),
        ("*", False),
    ],
)
def test_not_resource_means_every_other_resource(pattern: str | list[str], *, expected: bool) -> None:
    statement = {"Effect": "Allow", "Action": "*", "NotResource": pattern}
    assert evaluate(request(), identity=[policy(statement)]).allowed is expected


def test_an_identity_statement_without_a_resource_allows_nothing() -> None:
    statement = {"Effect": "Allow", "Action": "*"}
    assert not evaluate(request(), identity=[policy(statement)]).allowed


CONDITIONS: list[tuple[str, Any, Any, bool]] = [
    # operator, value in the policy, value in the request (None: absent), holds
    ("StringEquals", "a", "a", True),
    ("StringEquals", "a", "A", False),
    ("StringEquals", ["x", "a"], "a", True),
    ("StringEquals", ["x", "y"], "a", False),
    ("StringEquals", "a*", "abc", False),
    ("StringEquals", "a*", "a*", True),
    ("StringEquals", "a", None, False),
    ("StringEquals", [], "a", False),
    ("StringEquals", True, "true", True),
    ("StringEquals", 5, "5", True),
    ("StringEqualsIfExists", "a", None, True),
    ("StringEqualsIfExists", "a", "b", False),
    ("StringEqualsIfExists", "a", "a", True),
    ("StringNotEquals", "a", "b", True),
    ("StringNotEquals", "a", "a", False),
    ("StringNotEquals", ["a", "b"], "b", False),
    ("StringNotEquals", ["a", "b"], "c", True),
    ("StringNotEquals", "a", None, True),
    ("StringNotEqualsIfExists", "a", None, True),
    ("StringEqualsIgnoreCase", "AbC", "aBc", True),
    ("StringEqualsIgnoreCase", "AbC", "abd", False),
    ("StringNotEqualsIgnoreCase", "AbC", "aBc", False),
    ("StringNotEqualsIgnoreCase", "AbC", "abd", True),
    ("StringLike", "a*c", "abbbc", True),
    ("StringLike", "a?c", "abc", True),
    ("StringLike", "a?c", "abbc", False),
    ("StringLike", "A*", "abc", False),
    ("StringLike", "a[bc]", "ab", False),
    ("StringLike", "a.c", "abc", False),
    ("StringLike", "*", "", True),
    ("StringLike", "?", "", False),
    ("StringLike", "*", None, False),
    ("StringNotLike", "a*", "abc", False),
    ("StringNotLike", "a*", "xyz", True),
    ("StringNotLike", "a*", None, True),
    ("ArnEquals", "arn:aws:s3:::b", "arn:aws:s3:::b", True),
    ("ArnEquals", "arn:aws:s3:::*", "arn:aws:s3:::b", True),
    ("ArnLike", "arn:aws:cloudfront::*:distribution/E?", "arn:aws:cloudfront::1:distribution/E1", True),
    ("ArnLike", "arn:aws:cloudfront:*:distribution/E1", "arn:aws:cloudfront::1:distribution/E1", False),
    ("ArnLike", "arn:aws:s3:::a", "arn:aws:s3:::b", False),
    ("ArnLike", "arn:aws:s3:::a", "not an arn", False),
    ("ArnLike", "arn:aws:s3:::a", None, False),
    ("ArnNotEquals", "arn:aws:s3:::a", "arn:aws:s3:::b", True),
    ("ArnNotLike", "arn:aws:s3:::*", "arn:aws:s3:::b", False),
    ("ArnNotLike", "arn:aws:s3:::*", None, True),
    ("Bool", "true", "true", True),
    ("Bool", "true", "false", False),
    ("Bool", "TRUE", "true", True),
    ("Bool", True, "true", True),
    ("Bool", "false", None, False),
    ("BoolIfExists", "false", None, True),
    ("Null", "true", None, True),
    ("Null", "true", "x", False),
    ("Null", "false", "x", True),
    ("Null", "false", None, False),
    ("Null", True, None, True),
    ("NumericEquals", "5", "5.0", True),
    ("NumericEquals", 5, "6", False),
    ("NumericNotEquals", "5", "6", True),
    ("NumericNotEquals", "5", None, True),
    ("NumericLessThan", "5", "4", True),
    ("NumericLessThan", "5", "5", False),
    ("NumericLessThanEquals", "5", "5", True),
    ("NumericGreaterThan", "5", "6", True),
    ("NumericGreaterThan", "5", "10", True),
    ("NumericGreaterThanEquals", "5", "5", True),
    ("NumericGreaterThanEquals", "5", "-7", False),
    ("NumericLessThan", "5", None, False),
    ("NumericLessThanIfExists", "5", None, True),
    ("DateLessThan", "2026-11-22T12:00:00Z", "2026-11-22T11:59:59Z", True),
    ("DateLessThan", "2026-11-22T12:00:00Z", "2026-11-22T12:00:00Z", False),
    ("DateGreaterThan", "2026-11-22", "2026-11-22T00:00:01+00:00", True),
    ("DateEquals", "1700000000", "2023-11-14T22:13:20Z", True),
    ("DateNotEquals", "1700000000", "2023-11-14T22:13:20Z", False),
    ("DateLessThanEquals", "2026-11-22T12:00:00+01:00", "2026-11-22T11:00:00Z", True),
    ("DateGreaterThanEquals", "2026-11-22T12:00:00Z", "2026-11-22T11:00:00Z", False),
    ("IpAddress", "127.0.0.0/8", "127.0.0.1", True),
    ("IpAddress", "127.0.0.1", "127.0.0.1", True),
    ("IpAddress", "10.0.0.0/8", "127.0.0.1", False),
    ("IpAddress", ["10.0.0.0/8", "127.0.0.0/8"], "127.0.0.1", True),
    ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
    ("IpAddress", "2001:db8::/32", "127.0.0.1", False),
    ("IpAddress", "0.0.0.0/0", None, False),
    ("NotIpAddress", "10.0.0.0/8", "127.0.0.1", True),
    ("NotIpAddress", "127.0.0.0/8", "127.0.0.1", False),
    ("BinaryEquals", "QUJD", "QUJD", True),
    ("BinaryEquals", "QUJD", "QUJE", False),
    ("ForAnyValue:StringEquals", ["a", "b"], ["x", "b"], True),
    ("ForAnyValue:StringEquals", ["a", "b"], ["x", "y"], False),
    ("ForAnyValue:StringEquals", ["a"], [], False),
    ("ForAnyValue:StringEquals", ["a"], None, False),
    ("ForAnyValue:StringEqualsIfExists", ["a"], None, True),
    ("ForAnyValue:StringLike", "unauth*", ["unauthenticated"], True),
    ("ForAnyValue:StringLike", "authenticated", ["unauthenticated"], False),
    ("ForAnyValue:StringLike", "unauthenticated", "unauthenticated", True),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "c"], True),
    ("ForAnyValue:StringNotEquals", ["a", "b"], ["a", "b"], False),
    ("ForAnyValue:StringNotEquals", ["a"], None, False),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "b"], True),
    ("ForAllValues:StringEquals", ["a", "b"], ["a", "c"], False),
    ("ForAllValues:StringEquals", ["a"], [], True),
    ("ForAllValues:StringEquals", ["a"], None, True),
    ("ForAllValues:StringNotEquals", ["a"], ["b", "c"], True),
    ("ForAllValues:StringNotEquals", ["a"], ["a", "c"], False),
    ("ForAllValues:StringNotLike", ["a*"], ["b", "c"], True),
]


@pytest.mark.parametrize(("operator", "wanted", "found", "holds"), CONDITIONS)
def test_conditions_decide_allow_and_deny_alike(
    operator: str, wanted: Any, found: Any, *, holds: bool
) -> None:
    context = {} if found is None else {"aws:Key": found}
    condition = {operator: {"AWS:key": wanted}}
    allowing = evaluate(request(context=context), identity=[policy(allow(Condition=condition))])
    denying = evaluate(request(context=context), identity=[policy(allow(), deny(Condition=condition))])
    assert (allowing.allowed, denying.allowed) == (holds, not holds)


@pytest.mark.parametrize(
    ("operator", "wanted", "found"),
    [
        ("StringMatches", "a", "a"),
        ("stringequals", "a", "a"),
        ("ForSomeValues:StringEquals", "a", ["a"]),
        ("StringEquals", "a", ["a", "b"]),
        ("NumericEquals", "five", "5"),
        ("NumericLessThan", "5", "nan"),
        ("DateLessThan", "tomorrow", "2026-11-22T12:00:00Z"),
        ("IpAddress", "127.0.0.0/99", "127.0.0.1"),
        ("BinaryEquals", "%", "QUJD"),
        ("Null", "maybe", "a"),
        ("NullIfExists", "true", "a"),
    ],
)
def test_a_condition_that_cannot_be_evaluated_never_opens_a_door(
    operator: str, wanted: Any, found: Any
) -> None:
    condition = {operator: {"aws:Key": wanted}}
    for statements in ([allow(Condition=condition)], [allow(), deny(Condition=condition)]):
        decision = evaluate(request(context={"aws:Key": found}), identity=[policy(*statements)])
        assert not decision.allowed


@pytest.mark.parametrize("order", [1, -1])
def test_a_deny_whose_other_condition_fails_does_not_apply_whatever_the_order(order: int) -> None:
    conditions = [("Unheard", {"aws:Key": "a"}), ("StringEquals", {"aws:Key": "b"})][::order]
    decision = evaluate(
        request(context={"aws:Key": "a"}), identity=[policy(allow(), deny(Condition=dict(conditions)))]
    )
    assert decision.allowed


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"StringEquals": {"aws:A": "1", "aws:B": "2"}}, True),
        ({"StringEquals": {"aws:A": "1", "aws:B": "x"}}, False),
        ({"StringEquals": {"aws:A": "1"}, "StringLike": {"aws:B": "?"}}, True),
        ({"StringEquals": {"aws:A": "1"}, "StringLike": {"aws:B": "??"}}, False),
        ({}, True),
    ],
)
def test_all_conditions_of_a_statement_must_hold(condition: dict[str, Any], *, expected: bool) -> None:
    context = {"aws:a": "1", "AWS:B": "2"}
    decision = evaluate(request(context=context), identity=[policy(allow(Condition=condition))])
    assert decision.allowed is expected


@pytest.mark.parametrize(
    ("resource", "version", "expected"),
    [
        ("arn:aws:s3:::site/${aws:userid}/*", "2012-10-17", True),
        ("arn:aws:s3:::site/${ aws:userid }/*", "2012-10-17", True),
        ("arn:aws:s3:::site/${AWS:UserId}/*", "2012-10-17", True),
        ("arn:aws:s3:::site/${aws:userid}/*", "2008-10-17", False),
        ("arn:aws:s3:::site/${aws:nothing}/*", "2012-10-17", False),
        ("arn:aws:s3:::site/${aws:nothing, 'A*'}/*", "2012-10-17", True),
        ("arn:aws:s3:::site/${aws:nothing, 'B'}/*", "2012-10-17", False),
        ("arn:aws:s3::${aws:nothing,''}:site/${aws:userid}/*", "2012-10-17", True),
        ("arn:aws:s3:::site/${aws:multi}/*", "2012-10-17", False),
    ],
)
def test_variables_stand_for_values_of_the_request_literally(
    resource: str, version: str, *, expected: bool
) -> None:
    wanted = request(resource="arn:aws:s3:::site/A*/x", context={"aws:userid": "A*", "aws:multi": ["A*"]})
    decision = evaluate(wanted, identity=[policy(allow(Resource=resource), version=version)])
    assert decision.allowed is expected


def test_a_wildcard_inside_a_variables_value_is_no_wildcard() -> None:
    own = policy(allow(Resource="arn:aws:s3:::site/${aws:userid}"))
    wanted = request(resource="arn:aws:s3:::site/bob", context={"aws:userid": "*"})
    assert not evaluate(wanted, identity=[own]).allowed


def test_a_variable_in_a_condition_compares_two_values_of_the_request() -> None:
    own = policy(allow(Condition={"StringEquals": {"aws:PrincipalAccount": "${aws:ResourceAccount}"}}))
    same = {"aws:PrincipalAccount": "1", "aws:ResourceAccount": "1"}
    assert evaluate(request(context=same), identity=[own]).allowed
    assert not evaluate(request(context={**same, "aws:ResourceAccount": "2"}), identity=[own]).allowed


PRINCIPALS: list[tuple[Any, Principal, bool]] = [
    ("*", GUEST, True),
    ("*", ANYONE, True),
    ("*", CLOUDFRONT, True),
    ({"AWS": "*"}, ANYONE, True),
    ({"AWS": ["*"]}, GUEST, True),
    ({"AWS": SESSION}, GUEST, True),
    ({"AWS": ROLE}, GUEST, True),
    ({"AWS": [USER.name, ROLE]}, GUEST, True),
    ({"AWS": "arn:aws:iam::123456789012:role/app/other"}, GUEST, False),
    ({"AWS": "arn:aws:iam::123456789012:role/app/*"}, GUEST, False),
    ({"AWS": SESSION}, USER, False),
    ({"AWS": USER.name}, USER, True),
    ({"AWS": ROLE}, ANYONE, False),
    ({"Service": "cloudfront.amazonaws.com"}, CLOUDFRONT, True),
    ({"Service": ["lambda.amazonaws.com", "cloudfront.amazonaws.com"]}, CLOUDFRONT, True),
    ({"Service": "lambda.amazonaws.com"}, CLOUDFRONT, False),
    ({"Service": "cloudfront.amazonaws.com"}, ANYONE, False),
    ({"Service": "cloudfront.amazonaws.com"}, GUEST, False),
    ({"Service": "*"}, ANYONE, False),
    ({"AWS": "cloudfront.amazonaws.com"}, CLOUDFRONT, False),
    ({"Federated": "cognito-identity.amazonaws.com"}, GUEST, False),
    ({"CanonicalUser": "*"}, ANYONE, False),
    ({}, ANYONE, False),
]


@pytest.mark.parametrize(("element", "principal", "expected"), PRINCIPALS)
def test_a_resource_policy_allows_those_it_names(
    element: Any, principal: Principal, *, expected: bool
) -> None:
    own = policy(allow(Principal=element))
    assert evaluate(request(principal=principal), resource=own).allowed is expected


@pytest.mark.parametrize(("element", "principal", "expected"), PRINCIPALS)
def test_a_resource_policy_denies_those_it_names(
    element: Any, principal: Principal, *, expected: bool
) -> None:
    own = policy(allow(Principal="*"), deny(Principal=element))
    assert evaluate(request(principal=principal), resource=own).allowed is not expected


@pytest.mark.parametrize(
    ("element", "principal", "expected"),
    [
        ({"AWS": ROLE}, GUEST, True),
        ({"AWS": ROLE}, USER, False),
        ({"AWS": ROLE}, ANYONE, False),
        ("*", GUEST, True),
    ],
)
def test_not_principal_spares_only_those_it_names_from_a_deny(
    element: Any, principal: Principal, *, expected: bool
) -> None:
    own = policy(allow(Principal="*"), deny(NotPrincipal=element))
    assert evaluate(request(principal=principal), resource=own).allowed is expected


def test_not_principal_allows_nobody() -> None:
    own = policy({"Effect": "Allow", "NotPrincipal": {"AWS": USER.name}, "Action": "*", "Resource": "*"})
    assert not evaluate(request(principal=ANYONE), resource=own).allowed


def test_a_resource_policy_without_principal_allows_nobody() -> None:
    assert not evaluate(request(principal=ANYONE), resource=policy(allow())).allowed


YES, NO, DENY = [policy(allow())], [policy(allow(Action="x:y"))], [policy(allow(), deny())]
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


@pytest.mark.parametrize(
    ("identity", "principal", "session", "same_account", "expected"),
    [
        # Within the account, either side's Allow is enough; a session policy cuts away.
        (YES, None, None, True, True),
        (NO, None, None, True, False),
        (DENY, None, None, True, False),
        (NO, SESSION, None, True, True),
        (NO, ROLE, None, True, True),
        (NO, "*", None, True, True),
        (DENY, "*", None, True, False),
        (NO, ROOT, None, True, False),
        (YES, ROOT, None, True, True),
        (NO, ACCOUNT, None, True, False),
        (YES, None, NO, True, False),
        (YES, None, YES, True, True),
        (NO, None, YES, True, False),
        (YES, None, DENY, True, False),
        (NO, ROLE, NO, True, False),
        (NO, ROLE, YES, True, True),
        (NO, SESSION, NO, True, True),
        (NO, "*", NO, True, True),
        (NO, "*", DENY, True, False),
        # Across accounts, both sides must allow.
        (YES, None, None, False, False),
        (NO, SESSION, None, False, False),
        (YES, SESSION, None, False, True),
        (YES, ROLE, None, False, True),
        (YES, ROOT, None, False, True),
        (NO, ROOT, None, False, False),
        (YES, "*", None, False, True),
        (YES, ROLE, NO, False, False),
        (YES, ROLE, YES, False, True),
        (DENY, ROLE, None, False, False),
    ],
)
def test_kinds_of_policies_combine_as_at_aws(
    identity: list[Policy],
    principal: str | None,
    session: list[Policy] | None,
    *,
    same_account: bool,
    expected: bool,
) -> None:
    decision = evaluate(
        request(),
        identity=identity,
        resource=policy(allow(Principal={"AWS": principal})) if principal else None,
        session=session[0] if session else None,
        same_account=same_account,
    )
    assert decision.allowed is expected


@pytest.mark.parametrize(
    ("identity", "resource", "session", "reason"),
    [
        (NO, None, None, "because no identity-based policy allows the s3:GetObject action"),
        (YES, None, NO[0], "because no session policy allows the s3:GetObject action"),
        (DENY, None, None, "with an explicit deny in an identity-based policy"),
        (YES, policy(deny(Principal="*")), None, "with an explicit deny in a resource-based policy"),
        (YES, None, DENY[0], "with an explicit deny in a session policy"),
    ],
)
def test_a_denial_says_where_it_comes_from(
    identity: list[Policy], resource: Policy | None, session: Policy | None, reason: str
) -> None:
    decision = evaluate(request(), identity=identity, resource=resource, session=session)
    assert decision == Decision(allowed=False, reason=reason)


def test_nothing_is_allowed_by_no_policy() -> None:
    assert not evaluate(request()).allowed
    assert not evaluate(request(principal=ANYONE)).allowed
    assert not evaluate(request(principal=CLOUDFRONT)).allowed


def test_identity_policies_give_nothing_to_callers_without_identity() -> None:
    assert not evaluate(request(principal=ANYONE), identity=YES).allowed


SITE_BEHIND_CLOUDFRONT = policy(
    {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::site", "arn:aws:s3:::site/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    },
    {
        "Effect": "Allow",
        "Principal": {"Service": "cloudfront.amazonaws.com"},
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::site/*",
        "Condition": {"StringEquals": {"AWS:SourceArn": "arn:aws:cloudfront::1:distribution/E1"}},
    },
)


@pytest.mark.parametrize(
    ("principal", "source", "secure", "action", "expected"),
    [
        (CLOUDFRONT, "E1", "true", "s3:GetObject", True),
        (CLOUDFRONT, "E2", "true", "s3:GetObject", False),
        (CLOUDFRONT, "E1", "false", "s3:GetObject", False),
        (CLOUDFRONT, "E1", "true", "s3:PutObject", False),
        (ANYONE, "E1", "true", "s3:GetObject", False),
        (GUEST, "E1", "true", "s3:GetObject", False),
    ],
)
def test_only_the_one_distribution_reads_the_site_bucket(
    principal: Principal, source: str, secure: str, action: str, *, expected: bool
) -> None:
    context = {"aws:SecureTransport": secure, "aws:SourceArn": f"arn:aws:cloudfront::1:distribution/{source}"}
    wanted = request(action, principal=principal, context=context)
    assert evaluate(wanted, resource=SITE_BEHIND_CLOUDFRONT).allowed is expected


TRUST = {
    "Effect": "Allow",
    "Principal": {"Federated": "cognito-identity.amazonaws.com"},
    "Action": "sts:AssumeRoleWithWebIdentity",
    "Condition": {
        "StringEquals": {"cognito-identity.amazonaws.com:aud": "eu-west-1:pool"},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "unauthenticated"},
    },
}


@pytest.mark.parametrize(
    ("aud", "amr", "principal", "action", "expected"),
    [
        ("eu-west-1:pool", ["unauthenticated"], COGNITO, "sts:AssumeRoleWithWebIdentity", True),
        ("eu-west-1:other", ["unauthenticated"], COGNITO, "sts:AssumeRoleWithWebIdentity", False),
        ("eu-west-1:pool", ["authenticated", "x"], COGNITO, "sts:AssumeRoleWithWebIdentity", False),
        ("eu-west-1:pool", ["unauthenticated"], COGNITO, "sts:AssumeRole", False),
        ("eu-west-1:pool", ["unauthenticated"], GUEST, "sts:AssumeRoleWithWebIdentity", False),
    ],
)
def test_a_role_trusts_whom_its_trust_policy_describes(
    aud: str, amr: list[str], principal: Principal, action: str, *, expected: bool
) -> None:
    context = {"cognito-identity.amazonaws.com:aud": aud, "cognito-identity.amazonaws.com:amr": amr}
    wanted = Request(principal=principal, action=action, resource=ROLE, context=context)
    assert trust_allows(policy(TRUST), wanted) is expected
    assert not trust_allows(policy(), wanted)
    assert not trust_allows(policy(TRUST, {"Effect": "Deny", "Principal": "*", "Action": "sts:*"}), wanted)


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (allow(Principal="*"), True),
        (allow(Principal={"AWS": "*"}), True),
        (allow(Principal={"AWS": [ROLE, "*"]}), True),
        (allow(Principal={"AWS": ROLE}), False),
        (allow(Principal={"Service": "cloudfront.amazonaws.com"}), False),
        (deny(Principal="*"), False),
        ({"Effect": "Allow", "NotPrincipal": {"AWS": ROLE}, "Action": "*", "Resource": "*"}, True),
        (allow(Principal="*", Condition={"Bool": {"aws:SecureTransport": "true"}}), True),
        (allow(Principal="*", Condition={"StringEquals": {"aws:SourceArn": "arn:aws:s3:::a"}}), False),
        (allow(Principal="*", Condition={"ArnLike": {"AWS:SourceArn": "arn:aws:s3:::*"}}), True),
        (allow(Principal="*", Condition={"StringNotEquals": {"aws:SourceArn": "arn:aws:s3:::a"}}), True),
        (allow(Principal="*", Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), False),
        (allow(Principal="*", Condition={"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}}), True),
        (allow(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": ["o-1", "o-*"]}}), True),
    ],
)
def test_a_policy_is_public_when_it_lets_unknown_people_in(
    statement: dict[str, Any], *, expected: bool
) -> None:
    assert is_public(policy(statement)) is expected


@pytest.mark.parametrize(
    ("document", "message"),
    [
        ("{", "not valid JSON"),
        ("[]", "must be a JSON object"),
        ('{"Statement": ["x"]}', "must be a JSON object, not 'x'"),
        ('{"Statement": {"Effect": "Permit", "Action": "*"}}', "Effect must be Allow or Deny, not 'Permit'"),
        ('{"Statement": {"Effect": "Allow"}}', "either Action or NotAction"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "NotAction": "*"}}', "either Action or NotAction"),
        ('{"Statement": {"Effect": "Allow", "Action": 5}}', "Action must be a string"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Resource": [{}]}}', "Resource must be a string"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Principal": []}}', "Principal must be"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Condition": []}}', "Condition must be"),
        ('{"Statement": {"Effect": "Allow", "Action": "*", "Condition": {"Bool": 1}}}', "Condition must be"),
        ('{"Statement": {"Effect": "Deny", "Effect": "Allow", "Action": "*"}}', "a key is given twice"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_a_document_that_is_no_policy_is_refused(document: str, message: str) -> None:
    with pytest.raises(MalformedPolicyError, match=re.escape(message)):
        parse_policy(document)


def test_a_single_statement_needs_no_list() -> None:
    own = parse_policy(json.dumps({"Version": "2012-10-17", "Statement": allow()}))
    assert evaluate(request(), identity=[own]).allowed


def _matches_by_hand(pattern: str, text: str) -> bool:
    """Wildcards by their definition, one character at a time."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(_matches_by_hand(pattern[1:], text[start:]) for start in range(len(text) + 1))
    return bool(text) and pattern[0] in {"?", text[0]} and _matches_by_hand(pattern[1:], text[1:])


@given(st.text("ab*?[].\\^$(\n", max_size=6), st.text("ab*?[].\\^$(\n", max_size=6))
def test_wildcards_mean_what_their_definition_says(pattern: str, text: str) -> None:
    assert (re.fullmatch(glob(pattern), text) is not None) is _matches_by_hand(pattern, text)


@given(st.text(max_size=30))
def test_text_without_wildcards_matches_itself_only(text: str) -> None:
    literal = text.replace("*", "").replace("?", "")
    assert re.fullmatch(glob(literal), literal)
    assert not re.fullmatch(glob(literal), literal + "x")


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_star_swallows_anything(head: str, tail: str) -> None:
    assert re.fullmatch(glob("*"), head + tail)


@pytest.mark.parametrize(
    "operator", ["StringNotEquals", "StringNotLike", "ArnNotLike", "StringNotEqualsIfExists"]
)
def test_to_differ_from_a_variable_without_a_value_opens_no_door(operator: str) -> None:
    condition = {operator: {"aws:username": "${aws:PrincipalTag/team}"}}
    context = {"aws:username": "me"}
    allowed = evaluate(request(context=context), identity=[policy(allow(Condition=condition))])
    assert not allowed.allowed
    refused = evaluate(request(context=context), identity=[policy(allow(), deny(Condition=condition))])
    assert not refused.allowed
    named = {**context, "aws:PrincipalTag/team": "arn:aws:s3:::x"}
    if operator != "ArnNotLike":
        assert evaluate(request(context=named), identity=[policy(allow(Condition=condition))]).allowed


def test_all_resources_but_those_of_a_variable_without_a_value_are_none() -> None:
    statement = {
        "Effect": "Allow",
        "Action": "*",
        "NotResource": "arn:aws:s3:::bucket/${aws:username}/*",
    }
    assert not evaluate(request(), identity=[policy(statement)]).allowed
    assert evaluate(request(context={"aws:username": "me"}), identity=[policy(statement)]).allowed
    refused = evaluate(request(), identity=[policy(allow(), {**statement, "Effect": "Deny"})])
    assert not refused.allowed

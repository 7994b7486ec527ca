"""The two judges of the access table: the emulator's evaluator, and an independent simulator."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local.aws.iam import Request, evaluate, is_public, trust_allows
from local.aws.policy import Policy, parse_policy
from tests.policies.callers import CALLERS, EVERYTHING
from tests.policies.documents import ACCOUNT_ID
from tests.policies.row import Row

SIMULATOR = Path(__file__).parent.parent / "tools" / "simulate_table.mjs"


def decide(row: Row, policies: Mapping[str, Policy]) -> bool:
    """Answer a row with the emulator's evaluator, under these deployed policies."""
    caller = CALLERS[row.who]
    request = Request(
        principal=caller.principal, action=row.action, resource=row.resource, context=row.full_context
    )
    if row.trust_policy:
        return trust_allows(policies[row.trust_policy], request)
    on_resource = policies[row.resource_policy] if row.resource_policy else None
    if on_resource and row.public_access_block and is_public(on_resource) and caller.outsider:
        return False
    own = [parse_policy(EVERYTHING)] if caller.administrator else []
    return evaluate(
        request,
        identity=[*own, *(policies[name] for name in row.identity_policies)],
        resource=on_resource,
        session=parse_policy(caller.session_policy) if caller.session_policy else None,
        same_account=caller.same_account,
    ).allowed


def simulate(rows: Sequence[Row], documents: Mapping[str, str]) -> list[str]:
    """Answer rows with iam-simulate: `Allowed`, `ImplicitlyDenied`, `ExplicitlyDenied`, or what it objects to."""
    policies = {name: json.loads(document) for name, document in documents.items()}
    answer = subprocess.run(
        ["node", SIMULATOR],
        input=json.dumps([_simulation(row, policies) for row in rows]),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(answer.stdout)


def _simulation(row: Row, policies: Mapping[str, Any]) -> dict[str, Any]:
    caller = CALLERS[row.who]
    own = [json.loads(EVERYTHING)] if caller.administrator else []
    own += [policies[name] for name in row.identity_policies]
    on_resource = row.resource_policy or row.trust_policy
    return {
        "request": {
            "principal": caller.principal.name or {"type": "Anonymous"},
            "action": row.action,
            "resource": {"resource": row.resource, "accountId": ACCOUNT_ID},
            "contextVariables": row.full_context,
        },
        "identityPolicies": [{"name": str(index), "policy": policy} for index, policy in enumerate(own)],
        "serviceControlPolicies": [],
        "resourceControlPolicies": [],
        "additionalSettings": {"s3": {"blockPublicAccess": row.public_access_block}},
        **({"resourcePolicy": policies[on_resource]} if on_resource else {}),
        **({"sessionPolicy": json.loads(caller.session_policy)} if caller.session_policy else {}),
    }

"""A receipt held against the ledger once more, by code that shares nothing with what wrote it.

The gate is asked in plain SQL (`population.py`), as the facts were and as they were known at the
receipt's instant: what was learned later makes no liar of an honest receipt.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from eligibility.models import Policy
from eligibility.population import judge_one

_CRITERIA = ("billing_method", "spend", "tenure", "first_payment", "good_standing")
_IN_FORCE = """
SELECT version FROM eligibility_policy
WHERE starts_at <= %s AND (recorded_at <= %s OR version = %s)
ORDER BY starts_at DESC LIMIT 1
"""
_KNOWN = """
SELECT COUNT(*) FROM accounts_relationship
WHERE client_id = %s AND freelancer_id = %s AND at <= %s AND recorded_at <= %s
    AND kind IN ('contract', 'proposal', 'invitation_accepted')
"""


def differences(
    *,
    client_id: int,
    freelancer_id: int,
    at: datetime,
    policy_version: int,
    basis: str,
    results: Sequence[Mapping[str, Any]],
) -> list[str]:
    """What the receipt says otherwise than the records of `at`: names of criteria, "spend_cents",
    "policy", "relationship", "eligible". Nothing: it holds.

    `results` are as `receipts.content` stores them; `basis` is "gate" or "relationship".
    """
    found = []
    if _one(_IN_FORCE, at, at, policy_version) != policy_version:
        found.append("policy")
    row = judge_one(client_id, Policy.objects.get(version=policy_version).terms(), at, at)
    found += [name for name, met in _met(results).items() if met != bool(getattr(row, name))]
    if _spend(results) != row.spend_cents:
        found.append("spend_cents")
    if basis == "relationship":
        if not _one(_KNOWN, client_id, freelancer_id, at, at):
            found.append("relationship")
        if not row.good_standing:
            found.append("eligible")
    elif not row.eligible:
        found.append("eligible")
    return found


def _met(results: Sequence[Mapping[str, Any]]) -> dict[str, bool]:
    told = {str(result["criterion"]): bool(result["met"]) for result in results}
    return {name: told.get(name, False) for name in _CRITERIA}


def _spend(results: Sequence[Mapping[str, Any]]) -> int | None:
    return next((row["observed"] for row in results if row["criterion"] == "spend"), None)


def _one(statement: str, *values: int | datetime) -> Any:
    stored = [
        connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
        for value in values
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, stored)
        (found,) = cursor.fetchone() or (None,)
    return found

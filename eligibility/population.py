"""The gate over every client at once, or over one again: one statement, the same on PostgreSQL and
SQLite.

Written apart from `rules.py` and `selectors.py` on purpose: the tests hold the two against each
other, so that a slip in one is seen in the other. For the same reason a freelancer's "check this
again" asks here.
"""

import csv
from calendar import monthrange
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from io import TextIOBase
from typing import NamedTuple

from django.db import connection, transaction

from eligibility.rules import Criterion, PlanTerms, PolicyTerms


class Row(NamedTuple):
    """One client. Criteria are 1 or 0; money is US cents; the instant is ISO 8601 in UTC.

    `first_payment_at` is the earliest payment that was kept at least in part. None: there is none.
    """

    external_id: str | None
    eligible: int
    billing_method: int
    spend: int
    tenure: int
    first_payment: int
    good_standing: int
    spend_cents: int
    first_payment_at: str | None


_BATCH = 2000
_ISO = {
    "postgresql": "to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')",
    "sqlite": "replace(%s, ' ', 'T')",
}

_STATEMENT = """
WITH
asks (plan, may_start, billing_method, spend, tenure, first_payment, good_standing) AS (
    VALUES {plans}
),
refunded AS (
    SELECT payment_id, CAST(SUM(amount_cents) AS bigint) AS cents
    FROM eligibility_refund
    WHERE payment_id IS NOT NULL{and_client} AND at <= %(at)s AND recorded_at <= %(known_at)s
    GROUP BY payment_id
),
step AS (
    SELECT payment_id, step, ROW_NUMBER() OVER (
        PARTITION BY payment_id
        ORDER BY at DESC, CASE step WHEN 'lost' THEN 3 WHEN 'won' THEN 2 ELSE 1 END DESC
    ) AS latest
    FROM eligibility_dispute
    WHERE payment_id IS NOT NULL{and_client} AND at <= %(at)s AND recorded_at <= %(known_at)s
),
kept AS (
    SELECT payment.client_id, payment.at,
        payment.amount_cents - COALESCE(refunded.cents, 0) AS cents
    FROM eligibility_payment AS payment
    LEFT JOIN refunded ON refunded.payment_id = payment.id
    LEFT JOIN step
        ON step.payment_id = payment.id AND step.latest = 1 AND step.step IN ('opened', 'lost')
    WHERE payment.at <= %(at)s{and_payment_client} AND payment.recorded_at <= %(known_at)s
        AND step.payment_id IS NULL
        AND payment.amount_cents > COALESCE(refunded.cents, 0)
),
paid AS (
    SELECT client_id, MIN(at) AS first_at,
        CAST(SUM(CASE WHEN at > %(window_start)s THEN cents ELSE 0 END) AS bigint) AS cents
    FROM kept
    GROUP BY client_id
),
given_back AS (
    SELECT client_id, CAST(SUM(amount_cents) AS bigint) AS cents
    FROM eligibility_refund
    WHERE payment_event_id = ''{and_client}
        AND at > %(window_start)s AND at <= %(at)s AND recorded_at <= %(known_at)s
    GROUP BY client_id
),
method AS (
    SELECT DISTINCT client_id
    FROM eligibility_billingmethod
    WHERE verified_at <= %(at)s{and_client} AND recorded_at <= %(known_at)s
        AND (expires_at IS NULL OR expires_at > %(at)s)
        AND NOT (
            removed_at IS NOT NULL AND removed_at <= %(at)s AND removal_recorded_at <= %(known_at)s
        )
),
held AS (
    SELECT DISTINCT client_id
    FROM eligibility_hold
    WHERE at <= %(at)s{and_client} AND recorded_at <= %(known_at)s
        AND NOT (
            released_at IS NOT NULL AND released_at <= %(at)s
            AND release_recorded_at <= %(known_at)s
        )
),
plan AS (
    SELECT client_id, plan,
        ROW_NUMBER() OVER (PARTITION BY client_id ORDER BY at DESC, id DESC) AS latest
    FROM accounts_planchange
    WHERE at <= %(at)s{and_client} AND recorded_at <= %(known_at)s
),
state AS (
    SELECT client_id, active,
        ROW_NUMBER() OVER (PARTITION BY client_id ORDER BY at DESC, id DESC) AS latest
    FROM accounts_statechange
    WHERE at <= %(at)s{and_client} AND recorded_at <= %(known_at)s
),
judged AS (
    SELECT
        client.id,
        client.external_id,
        COALESCE(plan.plan, 'marketplace') AS plan,
        CASE WHEN method.client_id IS NULL THEN 0 ELSE 1 END AS billing_method,
        COALESCE(paid.cents, 0) - COALESCE(given_back.cents, 0) AS spend_cents,
        CASE WHEN client.joined_at < %(tenure_start)s THEN 1 ELSE 0 END AS tenure,
        CASE WHEN paid.first_at < %(first_payment_start)s THEN 1 ELSE 0 END AS first_payment,
        CASE WHEN held.client_id IS NULL AND (state.client_id IS NULL OR state.active)
            THEN 1 ELSE 0 END AS good_standing,
        paid.first_at
    FROM accounts_clientaccount AS client
    LEFT JOIN paid ON paid.client_id = client.id
    LEFT JOIN given_back ON given_back.client_id = client.id
    LEFT JOIN method ON method.client_id = client.id
    LEFT JOIN held ON held.client_id = client.id
    LEFT JOIN plan ON plan.client_id = client.id AND plan.latest = 1
    LEFT JOIN state ON state.client_id = client.id AND state.latest = 1
    {where_client}
)
SELECT
    external_id,
    CASE WHEN asks.may_start = 1
        AND judged.billing_method >= asks.billing_method
        AND (asks.spend = 0 OR spend_cents > %(spend_over)s)
        AND judged.tenure >= asks.tenure
        AND judged.first_payment >= asks.first_payment
        AND judged.good_standing >= asks.good_standing
    THEN 1 ELSE 0 END AS eligible,
    judged.billing_method,
    CASE WHEN spend_cents > %(spend_over)s THEN 1 ELSE 0 END AS spend,
    judged.tenure,
    judged.first_payment,
    judged.good_standing,
    spend_cents,
    replace({first_at}, '.000000', '') || 'Z' AS first_payment_at
FROM judged
LEFT JOIN asks ON asks.plan = judged.plan
ORDER BY judged.id
"""


def judge_everyone(policy: PolicyTerms, at: datetime, known_at: datetime) -> Iterator[Row]:
    """Every client's verdict under `policy` at `at`, from what was recorded by `known_at`.

    In order of account; memory stays flat, for the database hands the rows over in batches.
    """
    # PostgreSQL keeps a cursor only in a transaction; on SQLite one would keep every writer out.
    held = transaction.atomic() if connection.vendor == "postgresql" else nullcontext()
    with held, connection.chunked_cursor() as cursor:
        cursor.execute(*_question(policy, at, known_at))
        while rows := cursor.fetchmany(_BATCH):
            yield from map(Row._make, rows)


def judge_one(client_id: int, policy: PolicyTerms, at: datetime, known_at: datetime) -> Row:
    """One client's verdict by the same statement. Raises LookupError when there is none such."""
    with connection.cursor() as cursor:
        cursor.execute(*_question(policy, at, known_at, client_id))
        row = cursor.fetchone()
    if row is None:
        raise LookupError(client_id)
    return Row._make(row)


def write_csv(policy: PolicyTerms, at: datetime, known_at: datetime, out: TextIOBase) -> None:
    """The same rows as CSV with a header. PostgreSQL writes the text itself, which halves the
    time that is not the statement's own."""
    if connection.vendor != "postgresql":
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(Row._fields)
        writer.writerows(judge_everyone(policy, at, known_at))
        return
    with connection.cursor() as cursor:
        asked = cursor.mogrify(*_question(policy, at, known_at)).decode()
        cursor.copy_expert(f"COPY ({asked}) TO STDOUT WITH (FORMAT csv, HEADER)", out)


_ONE_CLIENT = {
    "and_client": " AND client_id = %(client)s",
    "and_payment_client": " AND payment.client_id = %(client)s",
    "where_client": "WHERE client.id = %(client)s",
}


def _question(
    policy: PolicyTerms, at: datetime, known_at: datetime, client_id: int | None = None
) -> tuple[str, dict[str, str | int | datetime | None]]:
    """The statement and its values."""
    values: dict[str, str | int | datetime | None] = {
        **_plans(policy),
        "at": _stored(at),
        "known_at": _stored(known_at),
        "window_start": _stored(_months_before(at, policy.spend_window_months)),
        "tenure_start": _stored(at - timedelta(days=policy.tenure_over_days)),
        "first_payment_start": _stored(at - timedelta(days=policy.first_payment_over_days)),
        "spend_over": policy.spend_over_cents,
        "client": client_id,
    }
    narrowed = _ONE_CLIENT if client_id is not None else dict.fromkeys(_ONE_CLIENT, "")
    statement = _STATEMENT.format(
        plans=", ".join(_placeholders(number) for number in range(len(policy.plans))),
        first_at=_ISO[connection.vendor] % "judged.first_at",
        **narrowed,
    )
    return statement, values


def _months_before(at: datetime, months: int) -> datetime:
    """The same day and time so many calendar months earlier; a day the month lacks is its last."""
    at = at.astimezone(UTC)
    years, month = divmod(at.year * 12 + at.month - 1 - months, 12)
    return at.replace(year=years, month=month + 1, day=min(at.day, monthrange(years, month + 1)[1]))


def _stored(instant: datetime) -> str | datetime | None:
    """The instant as this database keeps it."""
    return connection.ops.adapt_datetimefield_value(instant)


def _plans(policy: PolicyTerms) -> dict[str, str | int]:
    return {
        f"plan_{number}_{column}": value
        for number, (name, terms) in enumerate(policy.plans.items())
        for column, value in enumerate(_plan(name, terms))
    }


def _plan(name: str, terms: PlanTerms) -> tuple[str | int, ...]:
    return name, int(terms.may_start), *(int(one in terms.criteria) for one in Criterion)


def _placeholders(number: int) -> str:
    columns = range(2 + len(Criterion))
    return "(" + ", ".join(f"%(plan_{number}_{column})s" for column in columns) + ")"

"""Times `check_eligibility --all` against one hand-written aggregate over the same tables.

    python bench/check_eligibility.py --at 2011-12-09T12:50:00Z [--rounds 15]

Runs on the database of the environment (see bench/README.md), alternating the two in one process.
Exits with 1 when the check takes more than three times as long as the aggregate.
"""

import argparse
import io
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 3.0

# What one would type to answer "how much did each client spend, and since when?", a row for each
# client as the check gives: the money only,
# without disputes, plans, holds, methods or the criteria.
AGGREGATE = """
SELECT client.external_id,
    CAST(SUM(CASE WHEN payment.at > %(start)s
        THEN payment.amount_cents - COALESCE(refund.cents, 0) ELSE 0 END) AS bigint) AS spend_cents,
    MIN(CASE WHEN payment.amount_cents > COALESCE(refund.cents, 0)
        THEN payment.at END) AS first_payment_at
FROM accounts_clientaccount AS client
LEFT JOIN eligibility_payment AS payment
    ON payment.client_id = client.id AND payment.at <= %(at)s
LEFT JOIN (
    SELECT payment_id, SUM(amount_cents) AS cents
    FROM eligibility_refund
    WHERE at <= %(at)s
    GROUP BY payment_id
) AS refund ON refund.payment_id = payment.id
GROUP BY client.id
ORDER BY client.id
"""


def main() -> int:
    """Print the medians and their ratio."""
    options = _options()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    django.setup()
    check = _check(options.at)
    aggregate = _aggregate(options.at)
    size = _size()
    checks, aggregates = [], []
    for _ in range(options.rounds):
        aggregates.append(_seconds(aggregate))
        checks.append(_seconds(check))
    ratio = statistics.median(checks) / statistics.median(aggregates)
    print(f"{size}, at {options.at}, {options.rounds} rounds, alternating")
    print(f"hand-written aggregate, all rows fetched: {_spread(aggregates)}")
    print(f"check_eligibility --all --format csv:     {_spread(checks)}")
    print(f"ratio of the medians: {ratio:.2f} (limit {LIMIT:.0f})")
    return int(ratio > LIMIT)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at", required=True, help="the instant, like 2026-11-20T00:00:00Z")
    parser.add_argument("--rounds", type=int, default=15)
    return parser.parse_args()


def _check(at: str) -> Callable[[], object]:
    from django.core.management import call_command

    def check() -> None:
        out = io.StringIO()
        call_command("check_eligibility", all=True, at=at, format="csv", stdout=out)

    return check


def _aggregate(at: str) -> Callable[[], object]:
    from django.db import connection

    from eligibility.imports.values import parse_instant
    from eligibility.rules import window_start

    instant = parse_instant(at)
    store = connection.ops.adapt_datetimefield_value
    values = {"at": store(instant), "start": store(window_start(instant, 12))}

    def aggregate() -> None:
        with connection.cursor() as cursor:
            cursor.execute(AGGREGATE, values)
            cursor.fetchall()

    return aggregate


def _size() -> str:
    from django.db import connection

    from accounts.models import ClientAccount
    from eligibility.models import Payment, Refund

    return (
        f"{connection.vendor}: {ClientAccount.objects.count():,} clients, "
        f"{Payment.objects.count():,} payments, {Refund.objects.count():,} refunds"
    )


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


def _spread(seconds: list[float]) -> str:
    return (
        f"median {statistics.median(seconds) * 1000:.0f} ms "
        f"({min(seconds) * 1000:.0f} to {max(seconds) * 1000:.0f})"
    )


if __name__ == "__main__":
    sys.exit(main())

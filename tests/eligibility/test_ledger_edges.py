"""The edge rules of the gate on ledger rows, through both gates, in every order of arrival."""

from datetime import UTC, datetime

import pytest

from accounts.models import ClientAccount
from tests.eligibility.ledgers import checked, run, write

pytestmark = pytest.mark.django_db

NOW = "2026-06-30T00:00:00Z"
FIRST, SECOND = "2026-01-05T10:00:00Z", "2026-05-05T10:00:00Z"


def payment(event_id, at, cents):
    return f"{event_id},acme,payment,{at},{cents},USD,"


def back(day, cents, event_id="R1", of="P1"):
    return f"{event_id},acme,refund,{day}T00:00:00Z,{cents},USD,{of}"


def step(kind, day):
    return f"D-{kind},acme,dispute_{kind},{day}T00:00:00Z,,,P1"


PAID, SMALL = payment("P1", FIRST, 100001), payment("P2", SECOND, 500)
LAST_YEAR = "2025-03-05T10:00:00Z"
A_YEAR_AGO, A_MOMENT_LESS = "2025-06-30T00:00:00Z", "2025-06-30T00:00:00.000001Z"
OPENED = step("opened", "2026-02-01")
WON, LOST = step("won", "2026-03-01"), step("lost", "2026-03-01")

# What it is: rows, then spend in cents and the first payment that was kept, at NOW.
EDGES = {
    "part of it refunded": ([PAID, back("2026-02-01", 60000)], 40001, FIRST),
    "all of it refunded": ([PAID, back("2026-02-01", 100001)], 0, ""),
    "refunded in two parts": (
        [PAID, back("2026-02-01", 60000), back("2026-02-02", 40001, "R2")],
        0,
        "",
    ),
    "more refunded than paid": (
        [PAID, SMALL, back("2026-02-01", 100001), back("2026-02-02", 60000, "R2")],
        500,
        SECOND,
    ),
    "refunded later than now": ([PAID, back("2026-07-01", 100001)], 100001, FIRST),
    "refunded at this very instant": ([PAID, back("2026-06-30", 100001)], 0, ""),
    "refunded in the window, paid before it": (
        [payment("P1", LAST_YEAR, 100001), SMALL, back("2026-06-01", 60000)],
        500,
        LAST_YEAR,
    ),
    "refund of no payment": ([PAID, back("2026-02-01", 60000, of="")], 40001, FIRST),
    "refund of no payment, before the window": (
        [PAID, back("2025-06-30", 60000, of="")],
        100001,
        FIRST,
    ),
    "more given back than paid": ([SMALL, back("2026-02-01", 60000, of="")], -59500, SECOND),
    "refund of an unknown payment": ([SMALL, back("2026-06-01", 60000)], 500, SECOND),
    "dispute opened": ([PAID, OPENED], 0, ""),
    "dispute opened later than now": ([PAID, step("opened", "2026-07-01")], 100001, FIRST),
    "dispute won": ([PAID, OPENED, WON], 100001, FIRST),
    "dispute lost": ([PAID, OPENED, LOST], 0, ""),
    "dispute won, and opened again": ([PAID, WON, step("opened", "2026-04-01")], 0, ""),
    "opened and won at one instant": ([PAID, WON, step("opened", "2026-03-01")], 100001, FIRST),
    "won and lost at one instant": ([PAID, WON, LOST], 0, ""),
    "refunded in part, dispute won": (
        [PAID, back("2026-02-01", 60000), OPENED, WON],
        40001,
        FIRST,
    ),
    "twelve months old exactly": ([payment("P1", A_YEAR_AGO, 100001)], 0, A_YEAR_AGO),
    "a moment younger": ([payment("P1", A_MOMENT_LESS, 100001)], 100001, A_MOMENT_LESS),
}
every_edge = pytest.mark.parametrize(
    ("rows", "cents", "first"), EDGES.values(), ids=list(EDGES.keys())
)


@pytest.fixture
def judged(tmp_path):
    """Imports rows, then (spend in cents, first kept payment) as both gates see them."""
    ClientAccount.objects.create(
        name="Acme", external_id="acme", joined_at=datetime(2025, 1, 1, tzinfo=UTC)
    )

    def judge(*rows, at=NOW):
        run("import_ledger", write(tmp_path / "ledger.csv", *rows))
        everyone, one = checked("--all", "--at", at), checked("--client", "acme", "--at", at)
        assert everyone == one
        return int(one["acme"]["spend_cents"]), one["acme"]["first_payment_at"]

    return judge


@every_edge
def test_in_one_file_the_payment_first(judged, rows, cents, first):
    assert judged(*rows) == (cents, first)


@every_edge
def test_in_one_file_the_payment_last(judged, rows, cents, first):
    assert judged(*reversed(rows)) == (cents, first)


@every_edge
def test_in_a_file_each_the_payment_last(judged, rows, cents, first):
    told = None
    for row in reversed(rows):
        told = judged(row)
    assert told == (cents, first)


def test_a_leap_day_looks_back_to_the_28th(judged):
    on_the_28th = payment("P1", "2023-02-28T12:00:00Z", 100001)
    assert judged(on_the_28th, at="2024-02-29T11:59:59Z")[0] == 100001
    assert judged(at="2024-02-29T12:00:00Z")[0] == 0

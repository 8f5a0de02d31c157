"""The boundary table: facts and an instant, and every number the gate must report about them.

Written out by hand from the published criteria, never computed by the rules.
"""

from datetime import datetime, timedelta

from eligibility.facts import MethodFact, RefundFact
from eligibility.rules import Criterion
from tests.eligibility.case import NOW, QUARTER, TICK, Row, good, paid, utc

DAY = timedelta(days=1)
PAID = NOW - 120 * DAY
PAID_LEAVES = utc(2027, 7, 23, 12)
FIRST = Criterion.FIRST_PAYMENT


def spend(name, payments, observed, *, refunds=(), **rest):
    facts = good(payments=tuple(payments), refunds=tuple(refunds))
    return Row(name=name, facts=facts, observed=observed, **rest)


def gone(cents: int, at: datetime = NOW - 10 * DAY) -> RefundFact:
    return RefundFact(at=at, amount_cents=cents)


SPEND = [
    spend("999.99", [paid(99_999)], 99_999, missing=2),
    spend("1,000.00", [paid(100_000)], 100_000, missing=1),
    spend("1,000.01", [paid(100_001)], 100_001, lapses_at=PAID_LEAVES),
    spend("nothing", [], 0, missing=100_001, also=(FIRST,)),
    spend(
        "1,000.01 in two",
        [paid(60_000), paid(40_001, NOW - DAY)],
        100_001,
        lapses_at=PAID_LEAVES,
    ),
    spend(
        "falls to 1,000.00 when the first leaves",
        [paid(1), paid(100_000, NOW - DAY)],
        100_001,
        lapses_at=PAID_LEAVES,
    ),
    spend(
        "falls to 1,000.01 when the first leaves",
        [paid(1), paid(100_001, NOW - DAY)],
        100_002,
        lapses_at=utc(2027, 11, 19, 12),
    ),
    spend(
        "settled now", [paid(100_001, NOW)], 100_001, lapses_at=utc(2027, 11, 20, 12), also=(FIRST,)
    ),
    spend(
        "settled a moment after now", [paid(200_000, NOW + TICK)], 0, missing=100_001, also=(FIRST,)
    ),
    spend("12 months ago exactly", [paid(200_000, utc(2025, 11, 20, 12))], 0, missing=100_001),
    spend(
        "a moment less than 12 months ago",
        [paid(200_000, utc(2025, 11, 20, 12) + TICK)],
        200_000,
        lapses_at=NOW + TICK,
    ),
    spend("1,500.00 less 500.00", [paid(150_000, refunded_cents=50_000)], 100_000, missing=1),
    spend(
        "1,500.00 less 499.99",
        [paid(150_000, refunded_cents=49_999)],
        100_001,
        lapses_at=PAID_LEAVES,
    ),
    spend(
        "refunded whole", [paid(150_000, refunded_cents=150_000)], 0, missing=100_001, also=(FIRST,)
    ),
    spend(
        "refunded by more than it was",
        [paid(150_000, refunded_cents=200_000), paid(100_001)],
        100_001,
        lapses_at=PAID_LEAVES,
    ),
    spend("disputed", [paid(150_000, disputed=True)], 0, missing=100_001, also=(FIRST,)),
    spend(
        "refunded and disputed counts once",
        [paid(150_000, refunded_cents=150_000, disputed=True), paid(100_001)],
        100_001,
        lapses_at=PAID_LEAVES,
    ),
    spend("refund of no payment", [paid(150_000)], 100_000, refunds=[gone(50_000)], missing=1),
    spend(
        "refund of no payment, a cent less",
        [paid(150_000)],
        100_001,
        refunds=[gone(49_999)],
        lapses_at=PAID_LEAVES,
    ),
    spend(
        "refund of no payment, out of the window",
        [paid(150_000)],
        150_000,
        refunds=[gone(50_000, utc(2025, 11, 20, 12))],
        lapses_at=PAID_LEAVES,
    ),
    spend(
        "refund of no payment, a moment after now",
        [paid(150_000)],
        150_000,
        refunds=[gone(50_000, NOW + TICK)],
        lapses_at=PAID_LEAVES,
    ),
    spend("below nothing", [], -5_000, refunds=[gone(5_000)], missing=105_001, also=(FIRST,)),
]

LEAP = [
    spend(
        "29 Feb looks back to 28 Feb",
        [paid(200_000, utc(2027, 2, 28, 12))],
        0,
        now=utc(2028, 2, 29, 12),
        missing=100_001,
    ),
    spend(
        "29 Feb, a moment inside",
        [paid(200_000, utc(2027, 2, 28, 12) + TICK)],
        200_000,
        now=utc(2028, 2, 29, 12),
        lapses_at=utc(2028, 2, 29, 12) + TICK,
    ),
    spend(
        "28 Feb before a leap day: out",
        [paid(200_000, utc(2027, 2, 28, 10))],
        0,
        now=utc(2028, 2, 28, 10),
        missing=100_001,
    ),
    spend(
        "and back in on the leap day's first moment",
        [paid(200_000, utc(2027, 2, 28, 10))],
        200_000,
        now=utc(2028, 2, 29),
        lapses_at=utc(2028, 2, 29, 10),
    ),
    spend(
        "paid on a leap day, in until February ends",
        [paid(200_000, utc(2028, 2, 29, 12))],
        200_000,
        now=utc(2029, 3, 1) - TICK,
        lapses_at=utc(2029, 3, 1),
    ),
    spend(
        "paid on a leap day, out on 1 March",
        [paid(200_000, utc(2028, 2, 29, 12))],
        0,
        now=utc(2029, 3, 1),
        missing=100_001,
    ),
]


def joined(name, at, observed, **rest):
    facts = good(joined_at=at)
    return Row(name=name, criterion=Criterion.TENURE, facts=facts, observed=observed, **rest)


TENURE = [
    joined(
        "90 days less a moment",
        NOW - QUARTER + TICK,
        QUARTER - TICK,
        missing=2 * TICK,
        met_at=NOW + 2 * TICK,
    ),
    joined("90 days exactly", NOW - QUARTER, QUARTER, missing=TICK, met_at=NOW + TICK),
    joined("90 days and a moment", NOW - QUARTER - TICK, QUARTER + TICK),
    joined(
        "90 days and a second", NOW - QUARTER - timedelta(seconds=1), QUARTER + timedelta(seconds=1)
    ),
    joined("now", NOW, timedelta(), missing=QUARTER + TICK, met_at=NOW + QUARTER + TICK),
    joined("tomorrow", NOW + DAY, -DAY, missing=QUARTER + DAY + TICK, met_at=NOW + 91 * DAY + TICK),
]


def first(name, payments, observed, **rest):
    facts = good(payments=tuple(payments))
    return Row(name=name, criterion=FIRST, facts=facts, observed=observed, **rest)


AGO_90 = NOW - QUARTER
FIRST_PAYMENT = [
    first("90 days exactly", [paid(150_000, AGO_90)], QUARTER, missing=TICK, met_at=NOW + TICK),
    first("90 days and a moment", [paid(150_000, AGO_90 - TICK)], QUARTER + TICK),
    first(
        "90 days and a second",
        [paid(150_000, AGO_90 - timedelta(seconds=1))],
        QUARTER + timedelta(seconds=1),
    ),
    first("none ever", [], None, missing=QUARTER + TICK, also=(Criterion.SPEND,)),
    first(
        "the old one refunded whole: the next counts",
        [paid(500, refunded_cents=500), paid(150_000, NOW - 10 * DAY)],
        10 * DAY,
        missing=80 * DAY + TICK,
        met_at=NOW + 80 * DAY + TICK,
    ),
    first(
        "the old one refunded in part",
        [paid(500, refunded_cents=499), paid(150_000, NOW - DAY)],
        120 * DAY,
    ),
    first(
        "the old one disputed: the next counts",
        [paid(500, disputed=True), paid(150_000, NOW - DAY)],
        DAY,
        missing=89 * DAY + TICK,
        met_at=NOW + 89 * DAY + TICK,
    ),
    first("three years ago", [paid(1, NOW - 1095 * DAY), paid(150_000, NOW - DAY)], 1095 * DAY),
]


def card(name, methods, observed, **rest):
    facts = good(methods=tuple(methods))
    return Row(
        name=name, criterion=Criterion.BILLING_METHOD, facts=facts, observed=observed, **rest
    )


LONG_AGO = utc(2020, 1, 1)
FOREVER = MethodFact(verified_at=LONG_AGO)
NOVEMBER = MethodFact(verified_at=LONG_AGO, expires_at=utc(2026, 12, 1))
JANUARY = MethodFact(verified_at=LONG_AGO, expires_at=utc(2027, 2, 1))
BILLING = [
    card("none", [], 0, missing=1),
    card("without an end", [FOREVER], 1),
    card("verified now", [MethodFact(verified_at=NOW)], 1),
    card("verified a moment later", [MethodFact(verified_at=NOW + TICK)], 0, missing=1),
    card("expires this month", [NOVEMBER], 1, lapses_at=utc(2026, 12, 1)),
    card(
        "its month's last moment",
        [NOVEMBER],
        1,
        now=utc(2026, 12, 1) - TICK,
        lapses_at=utc(2026, 12, 1),
    ),
    card("its month is over", [NOVEMBER], 0, now=utc(2026, 12, 1), missing=1),
    card("two that expire", [NOVEMBER, JANUARY], 2, lapses_at=utc(2027, 2, 1)),
    card("one of them never expires", [NOVEMBER, FOREVER], 2),
    card(
        "one of them expired",
        [NOVEMBER, JANUARY],
        1,
        now=utc(2026, 12, 5),
        lapses_at=utc(2027, 2, 1),
    ),
]


def standing(name, observed, **changes):
    return Row(
        name=name,
        criterion=Criterion.GOOD_STANDING,
        facts=good(**changes),
        observed=observed,
        missing=observed or None,
    )


STANDING = [
    standing("good", 0),
    standing("on hold", 1, holds=("A report",)),
    standing("inactive", 1, active=False),
    standing("on hold and inactive", 2, holds=("A report",), active=False),
]

ROWS = [*SPEND, *LEAP, *TENURE, *FIRST_PAYMENT, *BILLING, *STANDING]

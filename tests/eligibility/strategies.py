"""Facts for hypothesis, crowded around month ends, leap days and each other."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from hypothesis import strategies as st

from eligibility.facts import BillingFacts, MethodFact, PaymentFact, RefundFact
from eligibility.rules import PolicyTerms
from tests.eligibility.case import POLICY_1

YEARS = range(2023, 2030)
MONTH_STARTS = [datetime(year, month, 1, tzinfo=UTC) for year in YEARS for month in range(1, 13)]
LEAP_DAYS = [datetime(year, 3, 1, tzinfo=UTC) for year in YEARS for _ in range(6)]
HOURS = [time(), time(0, 0, 0, 1), time(10), time(12), time(23, 59, 59, 999_999)]


def _instant(month_start: datetime, days: int, hour: time) -> datetime:
    return datetime.combine(month_start + timedelta(days=days), hour, UTC)


instants = st.builds(
    _instant,
    st.sampled_from(MONTH_STARTS + LEAP_DAYS),
    st.integers(-4, 2),
    st.sampled_from(HOURS) | st.times(),
)
cents = st.sampled_from([1, 50_000, 99_999, 100_000, 100_001]) | st.integers(1, 200_000)
payments = st.builds(
    PaymentFact,
    settled_at=instants,
    amount_cents=cents,
    refunded_cents=st.just(0) | cents,
    disputed=st.sampled_from([False, False, False, True]),
)
refunds = st.builds(RefundFact, at=instants, amount_cents=cents)
methods = st.builds(MethodFact, verified_at=instants, expires_at=st.none() | instants)
facts = st.builds(
    BillingFacts,
    joined_at=instants,
    plan=st.just("marketplace"),
    methods=st.lists(methods, max_size=3).map(tuple),
    payments=st.lists(payments, max_size=6).map(tuple),
    refunds=st.lists(refunds, max_size=2).map(tuple),
)


def _with_window(months: int) -> PolicyTerms:
    return replace(POLICY_1, spend_window_months=months)


#: Policy 1, and later versions that count other numbers of months.
policies = st.sampled_from([12, 12, 12, 1, 6, 13]).map(_with_window)


@st.composite
def judged_late(draw: st.DrawFn) -> tuple[BillingFacts, datetime]:
    """Facts, and an instant at which many of them still count."""
    some = draw(facts)
    known = [each.settled_at for each in some.payments] or [some.joined_at]
    days = draw(st.integers(0, 370))
    return some, max(known) + timedelta(days=days, hours=draw(st.integers(-12, 12)))


@st.composite
def spending(draw: st.DrawFn) -> tuple[BillingFacts, datetime, PolicyTerms]:
    """Facts all known by an instant of the drawn policy's window, most of them within it."""
    policy, now = draw(policies), draw(instants)
    opens = now - timedelta(days=31 * policy.spend_window_months + 4)
    near = [start for start in MONTH_STARTS + LEAP_DAYS if opens < start <= now] or [now]
    dates = st.builds(
        _instant, st.sampled_from(near), st.integers(-4, 2), st.sampled_from(HOURS)
    ).map(lambda at: min(at, now))
    amounts = st.sampled_from([60_000, 100_001, 150_000])
    paid = st.builds(PaymentFact, settled_at=dates, amount_cents=amounts)
    back = st.builds(RefundFact, at=dates, amount_cents=st.integers(1, 90_000))
    some = draw(facts)
    return (
        replace(
            some,
            payments=tuple(draw(st.lists(paid, min_size=1, max_size=6))),
            refunds=tuple(draw(st.lists(back, max_size=2))),
        ),
        now,
        policy,
    )

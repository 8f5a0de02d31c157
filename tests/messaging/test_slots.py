"""Credits: when they come back, for which answers, and how many a cycle."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.rules import Quota
from messaging.slots import Answered, credits_due, cycle_start, next_cycle_start, quota_state

# Pure: one pass is enough.
pytestmark = pytest.mark.sqlite

PLUS = Quota(slots=40, window="cycle", returns=10)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
MONTH_START = datetime(2026, 11, 1, tzinfo=UTC)


def answered(number: int, told_at: datetime, used_at: datetime | None = None, **fields) -> Answered:
    return Answered(request=number, used_at=used_at or told_at, told_at=told_at, **fields)


def due(
    *requests: Answered, quota: Quota = PLUS, now: datetime = NOW, anchor: int = 1
) -> list[int]:
    return [one.request for one in credits_due(requests, quota, anchor_day=anchor, now=now)]


def test_a_credit_comes_back_at_the_instant_the_client_is_told():
    assert due(answered(1, NOW + TICK)) == []
    assert due(answered(1, NOW)) == [1]


def test_a_daily_slot_never_comes_back():
    assert due(answered(1, NOW), quota=Quota(slots=5, window="day", returns=10)) == []


def test_a_plan_that_returns_nothing_returns_nothing():
    assert due(answered(1, NOW), quota=Quota(slots=40, window="cycle")) == []


def test_what_is_in_the_ledger_is_not_due_again_and_counts_towards_the_ten():
    assert due(answered(1, NOW, returned=True)) == []
    told = [answered(number, NOW - number * TICK, returned=True) for number in range(1, 11)]
    assert due(*told, answered(11, NOW)) == []


def test_ten_a_cycle_come_back_those_told_first():
    told = [answered(number, NOW - number * TICK) for number in range(12)]
    assert due(*told) == list(range(11, 1, -1))


def test_told_at_one_instant_the_earlier_request_comes_first():
    assert due(*[answered(number, NOW) for number in range(12, 0, -1)]) == list(range(1, 11))


def test_a_slot_of_an_earlier_cycle_does_not_come_back():
    last_month = MONTH_START - TICK
    assert due(answered(1, NOW, used_at=last_month)) == []
    assert due(answered(1, NOW, used_at=MONTH_START)) == [1]
    assert due(answered(1, MONTH_START, used_at=MONTH_START)) == [1]


def test_each_cycle_returns_its_own_ten():
    before = [answered(number, MONTH_START - number * TICK) for number in range(1, 12)]
    within = [answered(100 + number, MONTH_START + number * TICK) for number in range(11)]
    assert due(*before, *within) == [*range(11, 1, -1), *range(100, 110)]


def test_the_cycle_is_the_one_of_the_anchor_day_clamped():
    """A plan of the 31st: in February the cycle begins on the 28th."""
    at = datetime(2026, 2, 28, tzinfo=UTC)
    assert due(answered(1, at, used_at=at - TICK), anchor=31) == []
    assert due(answered(1, at, used_at=at), anchor=31) == [1]


uses = st.integers(0, 60).map(lambda hours: NOW - hours * timedelta(hours=12))


@given(
    st.lists(st.tuples(uses, st.integers(0, 30)), max_size=30),
    st.integers(1, 31),
    st.integers(0, 4),
)
def test_however_late_the_lines_are_written_the_balance_is_the_same(used, anchor, returns):
    """What was settled earlier counts as returned, and the sum does not move."""
    quota = Quota(slots=5, window="cycle", returns=returns)
    told = [answered(number, at + days * DAY, at) for number, (at, days) in enumerate(used)]
    whole = due(*told, quota=quota, anchor=anchor)
    for moment in (NOW - 20 * DAY, NOW - DAY):
        early = set(due(*told, quota=quota, anchor=anchor, now=moment))
        settled = [
            answered(one.request, one.told_at, one.used_at, returned=one.request in early)
            for one in told
        ]
        rest = due(*settled, quota=quota, anchor=anchor)
        assert sorted({*early, *rest}) == sorted(whole)
        assert not early & set(rest)


@given(st.integers(1, 31), st.integers(0, 3653 * 24))
def test_cycles_follow_each_other_without_a_gap(anchor, hours):
    now = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
    start, following = cycle_start(anchor, now), next_cycle_start(anchor, now)
    assert start <= now < following
    assert cycle_start(anchor, following) == following
    assert cycle_start(anchor, following - TICK) == start
    assert timedelta(days=27) < following - start <= timedelta(days=31)


@given(st.lists(st.tuples(uses, st.sampled_from([1, 1, -1])), max_size=12))
def test_a_balance_is_never_negative_and_never_more_than_the_plan(lines):
    for window in ("day", "cycle"):
        state = quota_state(Quota(slots=5, window=window), lines, anchor_day=1, now=NOW)
        assert 0 <= state.left <= 5

"""What a pair's earlier requests mean: waiting, rest, "not now" and cool-off, to the instant."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.pair import COOL_OFF, EXPIRES_AFTER, REST, UNDO, Aftermath, Past, aftermath

# Pure: one pass is enough.
pytestmark = pytest.mark.sqlite

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)


def past(state: str, ended_at: datetime | None = None, **fields) -> Past:
    """A request that ended and was told at `ended_at`, a day after it came."""
    expires_at = (ended_at or NOW) - DAY + EXPIRES_AFTER
    told: dict[str, Any] = {"told_at": ended_at} | fields
    return Past(state=state, expires_at=expires_at, ended_at=ended_at, **told)


def declined(at: datetime, **fields) -> Past:
    return past("declined", at, declined_at=at, **fields)


def put_off(at: datetime, until: datetime) -> Past:
    return past("put_off", at, put_off_until=until)


def after(*requests: Past, invitation: datetime | None = None, now: datetime = NOW) -> Aftermath:
    return aftermath(requests, invitation, now)


def test_the_figures_are_the_products():
    assert (EXPIRES_AFTER.days, REST.days, COOL_OFF.days) == (14, 30, 180)
    assert UNDO.total_seconds() == 30


def test_a_pair_without_a_past_is_free():
    assert after() == Aftermath()


# Waiting


@pytest.mark.parametrize(("left", "waits"), [(TICK, True), (0 * TICK, False), (-TICK, False)])
def test_a_request_waits_until_its_time_is_over_written_down_or_not(left, waits):
    over = NOW + left
    assert after(Past(state="waiting", expires_at=over)).waiting is waits


def test_an_undone_answer_waits_again_and_leaves_nothing_else():
    assert after(past("waiting")) == Aftermath(waiting=True, rests_until=NOW - DAY + 44 * DAY)


@pytest.mark.parametrize("state", ["accepted", "declined", "put_off"])
@pytest.mark.parametrize(("left", "waits"), [(TICK, True), (0 * TICK, False)])
def test_an_answer_waits_until_the_client_is_told(state, left, waits):
    said = {"declined": {"declined_at": NOW}, "put_off": {"put_off_until": NOW + DAY}}
    answer = past(state, NOW, **{"told_at": NOW + left} | said.get(state, {}))
    assert after(answer).waiting is waits


def test_an_answer_that_came_late_in_the_fortnight_still_waits_to_be_told():
    """Its time is over within the thirty seconds; the client has still heard nothing."""
    answer = Past(
        state="accepted", expires_at=NOW - TICK, ended_at=NOW - 2 * TICK, told_at=NOW + DAY
    )
    assert after(answer).waiting


# Rest


def test_an_unanswered_request_rests_the_pair_from_its_end_however_late_it_is_written():
    unwritten = Past(state="waiting", expires_at=NOW)
    written = Past(state="expired", expires_at=NOW, ended_at=NOW, told_at=NOW)
    assert after(unwritten).rests_until == after(written).rests_until == NOW + 30 * DAY


def test_a_withdrawn_request_rests_the_pair_from_the_withdrawal():
    assert after(past("withdrawn", NOW)).rests_until == NOW + 30 * DAY


def test_a_request_taken_back_for_its_receipt_rests_nobody():
    assert after(past("withdrawn", NOW, revoked=True)).rests_until is None


@pytest.mark.parametrize(
    "answer", [past("accepted", NOW), declined(NOW), put_off(NOW, NOW + DAY)], ids=lambda a: a.state
)
def test_an_answered_request_rests_nobody(answer):
    assert after(answer).rests_until is None


def test_only_the_latest_request_rests_the_pair():
    assert after(declined(NOW), past("withdrawn", NOW - DAY)).rests_until is None


# No


def test_a_no_cools_the_pair_for_180_days():
    assert after(declined(NOW)).cools_until == NOW + 180 * DAY


def test_a_no_on_its_way_counts_though_the_client_withdraws():
    withdrawn = past("withdrawn", NOW, declined_at=NOW - TICK)
    assert after(withdrawn).cools_until == NOW - TICK + 180 * DAY
    assert after(withdrawn).rests_until == NOW + 30 * DAY


def test_a_declined_invitation_is_a_no():
    assert after(invitation=NOW).cools_until == NOW + 180 * DAY


def test_of_several_the_last_no_counts():
    assert after(declined(NOW - DAY), invitation=NOW).cools_until == NOW + 180 * DAY
    assert after(declined(NOW), invitation=NOW - DAY).cools_until == NOW + 180 * DAY
    assert after(declined(NOW), declined(NOW - DAY)).cools_until == NOW + 180 * DAY


# Not now


def test_a_not_now_tells_its_day_and_nothing_else():
    assert after(put_off(NOW, NOW + DAY)) == Aftermath(put_off_until=NOW + DAY)


def test_a_not_now_lifts_an_earlier_no_and_not_a_later_one():
    later = put_off(NOW, NOW + DAY)
    assert after(later, declined(NOW - DAY)).cools_until is None
    assert after(declined(NOW + TICK), later).cools_until == NOW + TICK + 180 * DAY
    assert after(declined(NOW + TICK), later).put_off_until is None


def test_a_not_now_lifts_an_invitation_declined_before_and_not_after():
    later = put_off(NOW, NOW + DAY)
    assert after(later, invitation=NOW - TICK).cools_until is None
    assert after(later, invitation=NOW + TICK).cools_until == NOW + TICK + 180 * DAY


def test_after_the_request_that_a_not_now_asked_for_the_pair_is_as_any_other():
    later = put_off(NOW - 20 * DAY, NOW - 19 * DAY)
    assert after(past("withdrawn", NOW), later) == Aftermath(rests_until=NOW + 30 * DAY)


def test_a_not_now_that_the_client_withdrew_from_is_none():
    """The service clears its day: what is left is a withdrawal."""
    assert after(past("withdrawn", NOW)).put_off_until is None


# Whatever came before


states = st.sampled_from(["accepted", "declined", "put_off", "expired", "withdrawn"])


@st.composite
def pasts(draw: st.DrawFn) -> list[Past]:
    """A pair's requests, the newest first, all told."""
    ends = sorted(draw(st.lists(st.integers(1, 400), max_size=4, unique=True)))
    made = []
    for days in ends:
        state, at = draw(states), NOW - days * DAY
        extra = {"declined": {"declined_at": at}, "put_off": {"put_off_until": at + DAY}}
        made.append(past(state, at, **extra.get(state, {})))
    return made


@given(pasts(), st.none() | st.integers(1, 400))
def test_what_is_read_is_what_a_walk_through_the_days_gives(requests, invitation_days):
    """Told forward, from the oldest on, as a person would."""
    invited = NOW - invitation_days * DAY - TICK if invitation_days else None
    events = [(one.ended_at, one.state) for one in requests]
    events += [(invited, "invitation")] if invited else []
    cools = rests = later = None
    for at, what in sorted(events):
        if what in {"declined", "invitation"}:
            cools = at + timedelta(days=180)
        if what == "put_off":
            cools = None
        if what != "invitation":
            rests = at + timedelta(days=30) if what == "withdrawn" else None
            later = at + DAY if what == "put_off" else None
        if what == "expired":
            rests = next(one.ended_at for one in requests if one.ended_at == at) + REST
    assert after(*requests, invitation=invited) == Aftermath(
        rests_until=rests, put_off_until=later, cools_until=cools
    )

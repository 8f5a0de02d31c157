"""What time brings a pair: expiry, rest, cool-off and "not now", each to the microsecond."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from messaging.door import Refusal
from messaging.invariants import violations
from messaging.models import Act, Conversation
from messaging.services.outcomes import Refused
from tests import people
from tests.messaging.letters import send, writes_nothing
from tests.messaging.replies import LATER, decline, fresh, put_off, undo, withdraw

TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _intact(db):
    yield
    assert list(violations()) == []


@pytest.fixture
def cleo(cleo, now):
    """Cleo, whose account has paid for a year."""
    people.pay(cleo.client, people.PLENTY, now - 350 * DAY)
    return cleo


def refused(act: Callable[[], object]) -> Refusal:
    return writes_nothing(act, Refused).refusal


def test_a_withdrawal_rests_the_pair_for_thirty_days(cleo, finn, now):
    then = now - 30 * DAY
    withdraw(send(cleo, finn, now=then - TICK), cleo, then)
    assert refused(lambda: send(cleo, finn, now=now - TICK)) == Refusal.RESTING
    assert send(cleo, finn, now=now).pk


def test_a_no_on_its_way_counts_though_the_client_withdraws(cleo, finn, now):
    then = now - 40 * DAY
    asked = send(cleo, finn, now=then)
    decline(asked, then + MINUTE)
    withdraw(asked, cleo, then + MINUTE + TICK)
    assert refused(lambda: send(cleo, finn)) == Refusal.COOLING


# Unanswered, refused, put off


def test_an_unanswered_request_expires_and_rests_the_pair_written_down_or_not(cleo, finn, now):
    asked = send(cleo, finn, now=now - 44 * DAY)
    assert fresh(asked).state == "waiting"
    assert fresh(asked).state_at(now - 30 * DAY) == "expired"
    assert fresh(asked).state_at(now - 30 * DAY - TICK) == "waiting"
    assert refused(lambda: send(cleo, finn, now=now - TICK)) == Refusal.RESTING
    send(cleo, finn, now=now)
    request = fresh(asked)
    assert (request.state, request.ended_at, request.told_at) == (
        "expired",
        now - 30 * DAY,
        now - 30 * DAY,
    )
    act = Act.objects.get(kind="request_expired")
    assert (act.at, act.actor, act.old, act.new) == (now, None, "waiting", "expired")


def test_a_no_holds_for_180_days_and_a_day_said_with_not_now_is_kept(cleo, finn, now):
    then = now - 200 * DAY
    asked = send(cleo, finn, now=then)
    decline(asked, then + MINUTE)
    free = then + MINUTE + 180 * DAY
    assert refused(lambda: send(cleo, finn, now=free - TICK)) == Refusal.COOLING
    again = send(cleo, finn, now=free)
    put_off(again, free + MINUTE)
    day = free + MINUTE + LATER
    assert refused(lambda: send(cleo, finn, now=day - TICK)) == Refusal.RESTING
    assert send(cleo, finn, now=day).pk
    assert refused(lambda: send(cleo, finn, now=day + TICK)) == Refusal.WAITING


def test_a_not_now_lifts_an_invitation_declined_before_it(cleo, finn, now):
    """The day that was told is kept."""
    then = now - 10 * DAY
    asked = send(cleo, finn, now=then)
    people.related(cleo.client, finn, then + MINUTE, kind="invitation_declined")
    put_off(asked, then + 2 * MINUTE)
    assert send(cleo, finn, now=then + 2 * MINUTE + LATER).pk
    assert Conversation.objects.count() == 1


def test_an_undone_no_leaves_no_cool_off(cleo, finn, now):
    then = now - 15 * DAY
    asked = send(cleo, finn, now=then)
    decline(asked, then + MINUTE)
    undo(asked, then + MINUTE + TICK)
    assert refused(lambda: send(cleo, finn, now=then + 14 * DAY)) == Refusal.RESTING

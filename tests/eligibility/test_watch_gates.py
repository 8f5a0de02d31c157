"""The gate is looked at from time to time, and who writes is told when it opens or closes."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Membership
from eligibility.watch import AHEAD, LOOK_EVERY, watch_gates
from tests import people
from tests.messaging.outbox import DAY, told

GAINED, LOST, LAPSING = ("gate", "gained"), ("gate", "lost"), ("gate", "lapsing")


def look(now: datetime) -> int:
    return watch_gates(clock=people.at(now))


@pytest.fixture
def member(now) -> Membership:
    """Meets every criterion, and was looked at a day ago; the card ends in ten days."""
    account = people.eligible_client(now)
    account.billing_methods.update(expires_at=now + 10 * DAY)
    member = people.member(account, "Mia")
    assert look(now - DAY) == 1
    return member


def test_the_first_look_tells_nothing(nils, now):
    sam = people.member(people.eligible_client(now, "Sam & Co"), "Sam")
    sam.client.billing_methods.update(expires_at=now + DAY)
    assert look(now) == 2
    assert told(nils) == told(sam) == []


def test_nobody_is_looked_at_again_too_soon(member, now):
    assert look(now - DAY + LOOK_EVERY - timedelta(seconds=1)) == 0
    assert look(now - DAY + LOOK_EVERY) == 1


def test_what_stays_is_told_to_nobody(member, now):
    assert look(now) == 1
    assert told(member) == []


def test_lost_and_gained_are_told_once_each(member, now):
    member.client.billing_methods.update(expires_at=now - timedelta(hours=1))
    for hours in (0, 6, 12):
        look(now + timedelta(hours=hours))
    assert told(member) == [LOST]
    people.card(member.client, now + timedelta(hours=13))
    for hours in (18, 24):
        look(now + timedelta(hours=hours))
    assert told(member) == [LOST, GAINED]


def test_a_gate_that_will_close_is_told_once_within_seven_days(member, now):
    ends = now + 10 * DAY
    look(ends - AHEAD - timedelta(seconds=1))
    assert told(member) == []
    for days in (7, 5, 1):
        look(ends - days * DAY)
    assert told(member) == [LAPSING]


def test_a_hold_is_told_as_such_and_the_gate_when_it_ends(member, now):
    hold = people.hold(member.client, now - timedelta(hours=1))
    member.client.billing_methods.update(expires_at=now - timedelta(minutes=1))
    assert look(now) == 1
    assert told(member) == []
    hold.released_at = now + timedelta(hours=1)
    hold.release_recorded_at = hold.released_at
    hold.save()
    look(now + timedelta(hours=7))
    assert told(member) == [LOST]


def test_who_has_left_is_neither_looked_at_nor_told(member, now):
    Membership.objects.update(left_at=now - timedelta(hours=1))
    assert look(now) == 0
    assert told(member) == []


def test_a_member_who_came_later_is_told_with_the_others(member, now):
    late = people.member(member.client, "Late")
    member.client.billing_methods.update(expires_at=now - timedelta(hours=1))
    look(now)
    assert told(member) == told(late) == [LOST]

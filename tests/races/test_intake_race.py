"""What a door or a link lets in is counted as exactly as the quota, however many clients ask at the
same time."""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial

import pytest

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership
from messaging.models import ContactRequest, OpenDoorLink
from messaging.services import door
from tests import people
from tests.messaging import letters
from tests.races.conftest import LONG, SENDERS
from tests.races.crew import Crew
from tests.races.deeds import keep_sending, send
from tests.races.trials import trial

LET_IN, USES = 3, 2
SELECTIVE, CLOSED = FreelancerProfile.Door.SELECTIVE, FreelancerProfile.Door.CLOSED

pytestmark = pytest.mark.usefixtures("intact", "no_deadlock")


def link_of(freelancer: FreelancerProfile, most_uses: int | None = None) -> OpenDoorLink:
    return door.make_link(
        freelancer=freelancer, label="", expires_at=None, most_uses=most_uses, clock=database_now
    )


def turned(askers: list[Membership], number: int) -> list[Membership]:
    """Each round begins with somebody else, so that nobody runs out of slots."""
    first = number * 7 % len(askers)
    return askers[first:] + askers[:first]


def test_fifty_clients_at_once_come_through_a_bar_of_three(
    crew: Crew, askers: list[Membership], rounds
):
    ended = []
    for number in range(rounds // 2 or 1):
        finn = people.freelancer(f"F{number}", skills=(), door=SELECTIVE, intake_day=LET_IN)
        outcomes = crew.together([send(member, finn) for member in askers])
        ended.append(Counter(outcome.said for outcome in outcomes))
    assert ended == [Counter(done=LET_IN, full=len(askers) - LET_IN)] * len(ended)
    assert ContactRequest.objects.count() == LET_IN * len(ended)


def test_what_came_earlier_in_the_week_counts_in_the_week(
    crew: Crew, askers: list[Membership], now: datetime, rounds
):
    """Two came three days ago, so that one of those who ask now is let in."""
    ended = []
    for number in range(rounds // 4 or 1):
        finn = people.freelancer(f"F{number}", skills=(), door=SELECTIVE, intake_week=LET_IN)
        for member in askers[:2]:
            letters.send(member, finn, now=now - timedelta(days=3))
        outcomes = crew.together([send(member, finn) for member in askers[2:]])
        ended.append(Counter(outcome.said for outcome in outcomes))
    assert ended == [Counter(done=1, full=len(askers) - 3)] * len(ended)


def test_a_bar_holds_from_its_commit_on(crew: Crew, askers: list[Membership], rounds):
    """It is set while sends are on their way. Whoever is in is in; nobody comes on top of them
    unless fewer than the bar lets in were there."""
    set_bar = door.DoorSettings(door=SELECTIVE, intake_day=LET_IN)
    full = 0
    for number in range(rounds):
        finn = people.freelancer(f"F{number}", skills=())
        pairs = [(member, finn) for member in turned(askers, number)]
        ended = trial(
            crew,
            partial(door.set_door, freelancer=finn, to=set_bar, clock=database_now),
            [partial(keep_sending, pairs[n::SENDERS]) for n in range(SENDERS)],
            {"conversation__freelancer": finn},
        )
        assert ended.finally_ == max(ended.then, LET_IN)
        assert ended.stopped.keys() <= {"full", "never refused"}
        full += ended.then >= LET_IN
    assert full < rounds or rounds < LONG, "the bar always came too late to matter"


def test_a_link_opens_as_often_as_it_says(crew: Crew, askers: list[Membership], rounds):
    ended = []
    for number in range(rounds // 2 or 1):
        finn = people.freelancer(f"F{number}", skills=(), door=CLOSED)
        code = link_of(finn, USES).code
        outcomes = crew.together(
            [send(member, finn, code=code) for member in turned(askers, number)[:20]]
        )
        ended.append(Counter(outcome.said for outcome in outcomes))
    assert ended == [Counter(done=USES, closed=20 - USES)] * len(ended)


def test_a_link_and_a_bar_each_let_in_their_own_number(
    crew: Crew, askers: list[Membership], rounds
):
    """Who has the code needs the link only once the bar is full, so the two add up."""
    ended = []
    for number in range(rounds // 4 or 1):
        finn = people.freelancer(f"F{number}", skills=(), door=SELECTIVE, intake_day=LET_IN)
        code = link_of(finn, USES).code
        outcomes = crew.together(
            [
                send(member, finn, code=code if place % 2 else "")
                for place, member in enumerate(askers)
            ]
        )
        ended.append(Counter(outcome.said for outcome in outcomes))
    total = LET_IN + USES
    assert ended == [Counter(done=total, full=len(askers) - total)] * len(ended)

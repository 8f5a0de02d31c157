"""What an open-door link passes, what it does not, and when it counts a use."""

from datetime import timedelta

import pytest

from accounts.clock import database_now
from messaging.door import Refusal
from messaging.invariants import violations
from messaging.models import OpenDoorLink
from messaging.services import door
from messaging.services.outcomes import Refused
from tests import people
from tests.messaging import obstacles
from tests.messaging.letters import send, writes_nothing

TICK = timedelta(microseconds=1)
DAY = timedelta(days=1)
#: Made before every obstacle, some of which are dated back.
MADE = timedelta(days=60)


@pytest.fixture(autouse=True)
def _intact(db):
    yield
    assert list(violations()) == []


@pytest.fixture
def link(finn, now) -> OpenDoorLink:
    return make(finn, now)


def make(finn, now, **limits) -> OpenDoorLink:
    limits = {"expires_at": None, "most_uses": None} | limits
    return door.make_link(freelancer=finn, label="", clock=people.at(now - MADE), **limits)


def uses(link: OpenDoorLink) -> int:
    return link.receipts.count()


PASSED = {Refusal.CLOSED, Refusal.BAR, Refusal.FULL}


@pytest.mark.parametrize(("obstacle", "refusal"), obstacles.AGAINST)
def test_it_passes_closed_paused_bar_and_intake_and_nothing_else(
    cleo, finn, link, obstacle, refusal
):
    obstacle(cleo, finn)
    if refusal not in PASSED:
        refused = writes_nothing(lambda: send(cleo, finn, code=link.code), Refused)
        assert refused.refusal == refusal
        return
    request = send(cleo, finn, code=link.code)
    assert (request.receipt.link, request.receipt.door["way"]) == (link, "link")
    assert not request.through_door
    assert cleo.client.quota_entries.count() == 1, "it takes a slot like any other"
    assert uses(link) == 1


def test_it_counts_no_use_where_the_door_was_open(cleo, finn, link):
    request = send(cleo, finn, code=link.code)
    assert (request.receipt.link, request.receipt.door["way"]) == (None, "door")
    assert request.through_door
    assert uses(link) == 0


def test_it_counts_no_use_for_who_passes_as_known(cleo, finn, link, now):
    people.related(cleo.client, finn, now)
    obstacles.closed(cleo, finn)
    assert send(cleo, finn, code=link.code).receipt.door["way"] == "known"
    assert uses(link) == 0


def test_who_is_known_and_waits_like_others_passes_by_it(cleo, finn, link, now):
    people.related(cleo.client, finn, now)
    obstacles.set_door(finn, door="closed", known_clients_pass=False)
    request = send(cleo, finn, code=link.code)
    assert (request.receipt.basis, request.receipt.door["way"]) == ("relationship", "link")
    assert not cleo.client.quota_entries.exists()


def test_it_is_used_as_often_as_it_says_and_no_more(cleo, otto, petra, finn, now):
    link = make(finn, now, most_uses=2)
    obstacles.closed(cleo, finn)
    for member in (cleo, otto):
        assert send(member, finn, code=link.code).pk
    refused = writes_nothing(lambda: send(petra, finn, code=link.code), Refused)
    assert refused.refusal == Refusal.CLOSED
    assert uses(link) == 2


def test_a_repeat_of_the_last_use_gives_the_first_result(cleo, finn, now):
    link = make(finn, now, most_uses=1)
    obstacles.closed(cleo, finn)
    first = send(cleo, finn, code=link.code, key="click")
    assert send(cleo, finn, code=link.code, key="click") == first
    assert uses(link) == 1


def test_it_ends_at_its_instant(cleo, finn, now):
    link = make(finn, now, expires_at=now - DAY)
    obstacles.closed(cleo, finn)
    over = now - DAY
    refused = writes_nothing(lambda: send(cleo, finn, code=link.code, now=over), Refused)
    assert refused.refusal == Refusal.CLOSED
    assert send(cleo, finn, code=link.code, now=over - TICK).pk


def test_revoked_it_opens_nothing(cleo, finn, link):
    obstacles.closed(cleo, finn)
    door.revoke_link(freelancer=finn, link=link, clock=database_now)
    refused = writes_nothing(lambda: send(cleo, finn, code=link.code), Refused)
    assert refused.refusal == Refusal.CLOSED


@pytest.mark.parametrize("change", [str.upper, str.swapcase, lambda code: code[:-1], lambda _: "x"])
def test_only_the_very_code_opens(cleo, finn, link, change):
    obstacles.closed(cleo, finn)
    refused = writes_nothing(lambda: send(cleo, finn, code=change(link.code)), Refused)
    assert refused.refusal == Refusal.CLOSED


def test_another_freelancers_link_opens_nothing_here(cleo, finn, olga, link):
    refused = writes_nothing(lambda: send(cleo, olga, code=link.code), Refused)
    assert refused.refusal == Refusal.CLOSED
    hers = make(olga, database_now())
    assert send(cleo, olga, code=hers.code).receipt.link == hers


def test_the_selective_lets_a_bearer_in_whom_nobody_else_resembles(cleo, sela, now):
    assert writes_nothing(lambda: send(cleo, sela), Refused).refusal == Refusal.BAR
    assert send(cleo, sela, code=make(sela, now).code).receipt.door["way"] == "link"

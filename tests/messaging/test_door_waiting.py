"""What becomes of the requests that wait when the door is shut, and what others see of a door."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.clock import database_now
from messaging.services.answers import undo_answer, withdraw_request
from messaging.views.door import decline_each
from tests import people
from tests.messaging.doors import said, save, soon
from tests.messaging.letters import reply, send


@pytest.fixture
def browser(finn, signed_in) -> Client:
    page: Client = signed_in(finn)
    return page


@pytest.fixture
def waiting(cleo, otto, finn):
    return [send(cleo, finn), send(otto, finn)]


def states(waiting) -> list[str]:
    for request in waiting:
        request.refresh_from_db()
    return [request.state for request in waiting]


@pytest.mark.parametrize("shut", [{"door": "closed"}, {"door": "open", "pause_until": "later"}])
def test_closing_or_pausing_can_decline_all_that_wait(browser, finn, waiting, shut):
    shut = shut | {"pause_until": soon()} if "pause_until" in shut else shut
    answer = save(browser, waiting="decline", **shut)
    assert states(waiting) == ["declined", "declined"]
    assert "2 requests are declined." in said(answer)
    for request in waiting:
        assert request.told_at - request.ended_at == timedelta(seconds=30)
        undo_answer(request=request, freelancer=finn, clock=database_now)
    assert states(waiting) == ["waiting", "waiting"]


@pytest.mark.parametrize(
    "fields",
    [
        {"door": "closed"},
        {"door": "closed", "waiting": "keep"},
        {"door": "closed", "waiting": ""},
        {"door": "open", "waiting": "decline"},
        {"door": "selective", "waiting": "decline", "least_spend": "10000000"},
    ],
)
def test_otherwise_they_stay(browser, waiting, fields):
    assert save(browser, **fields).status_code == 303
    assert states(waiting) == ["waiting", "waiting"]


def test_the_page_says_how_many_wait_and_that_conversations_stay(browser, cleo, finn, waiting):
    text = browser.get(reverse("door")).content.decode()
    assert "2 requests wait for your answer." in text
    assert "2 requests wait: keep them or decline them below." in text
    assert "Open conversations stay as they are." in text
    reply(finn, waiting[0].conversation, "Gladly.")
    save(browser, door="closed", waiting="decline")
    assert states(waiting) == ["accepted", "declined"]


def test_what_could_not_be_declined_is_named_with_the_reason(finn, cleo, waiting):
    """The client took it back between the list and the act."""
    withdraw_request(request=waiting[0], member=cleo, clock=database_now)
    (_good, done), (_bad, failed) = decline_each(finn, waiting)
    assert done.startswith("1 request is declined.")
    assert failed.startswith("1 was not declined. \u2068Cleo & Co\u2069: They took it back")
    assert states(waiting) == ["withdrawn", "declined"]


def test_more_than_can_be_declined_at_once_is_said(browser, finn, waiting, monkeypatch):
    monkeypatch.setattr("messaging.views.door.MOST_AT_ONCE", 1)
    answer = save(browser, door="closed", waiting="decline")
    assert sorted(states(waiting)) == ["declined", "waiting"]
    assert "Some requests still wait." in said(answer)
    save(browser, door="closed", waiting="decline")
    assert states(waiting) == ["declined", "declined"]


def test_who_is_blocked_and_waits_is_left_alone(browser, finn, waiting):
    browser.post(reverse("block", args=[waiting[0].client.public_id]))
    save(browser, door="closed", waiting="decline")
    assert states(waiting) == ["waiting", "declined"]


STATES = [
    {"door": "open"},
    {"door": "closed"},
    {"door": "selective", "least_spend": "100000", "per_day": "3"},
    {"door": "open", "pause_until": "later"},
]


def test_the_profile_never_shows_the_door(browser, finn, signed_in):
    """To a visitor, to another freelancer, and to its owner as clients see it."""
    others = [Client(), signed_in(people.freelancer("Gina")), browser]
    seen = []
    for state in STATES:
        later = {"pause_until": soon()} if "pause_until" in state else {}
        assert save(browser, **state | later).status_code == 303
        browser.get(reverse("door"))  # reads the message that it was saved
        pages = [each.get(reverse("talent_profile", args=[finn.slug])) for each in others]
        seen.append([re.sub(r'value="\w{64}"', "", page.content.decode()) for page in pages])
    assert all(each == seen[0] for each in seen)

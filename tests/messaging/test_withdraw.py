"""A client takes a request back: told beforehand what it costs, and only until it was told an
answer."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import Membership
from messaging.models import Act, ContactRequest, QuotaEntry
from messaging.pair import EXPIRES_AFTER, REST
from messaging.services import answers
from messaging.services.outcomes import Moved, NotAMember
from tests import people
from tests.messaging.letters import every_row, reply, send, writes_nothing

MINUTE = timedelta(minutes=1)
#: What a visit itself writes.
VISITS = {"sessions.Session", "usersessions.UserSession", "accounts.User"}


def address(request: ContactRequest) -> str:
    return reverse("withdrawal", args=[request.public_id])


def words(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def written() -> dict[str, list[dict[str, Any]]]:
    return {table: rows for table, rows in every_row().items() if table not in VISITS}


def state_of(request: ContactRequest) -> str:
    request.refresh_from_db()
    return request.state


def test_the_page_says_beforehand_what_it_costs_and_changes_nothing(cleo, finn, signed_in):
    request = send(cleo, finn)
    browser = signed_in(cleo)
    before = written()
    shown = browser.get(address(request))
    assert "stays used" in words(shown)
    until = re.search(r"again\s+<time datetime=\"([^\"]+)\"", shown.content.decode())
    assert until
    assert until[1].startswith(f"{database_now() + REST:%Y-%m-%d}")
    assert "This cannot be undone." in words(shown)
    assert written() == before


def test_who_know_each_other_lose_no_place_and_need_no_rest(cleo, finn, now, signed_in):
    people.related(cleo.client, finn, now - timedelta(days=300))
    shown = words(signed_in(cleo).get(address(send(cleo, finn))))
    assert "stays used" not in shown
    assert "You can write to them again" not in shown


def test_after_it_the_page_says_withdrawn_and_the_place_stays_used(cleo, finn, signed_in):
    request = send(cleo, finn)
    browser = signed_in(cleo)
    done = browser.post(address(request))
    assert (done.status_code, done.url) == (303, reverse("sent_request", args=[request.public_id]))
    assert "Your side withdrew it" in words(browser.get(done.url))
    assert state_of(request) == "withdrawn"
    assert [line.kind for line in QuotaEntry.objects.all()] == ["used"]
    assert "4 of 5 left" in words(browser.get(reverse("eligibility")))
    assert Act.objects.filter(kind="request_withdrawn", actor=cleo.user).count() == 1


def test_it_is_no_doorbell(cleo, finn, signed_in):
    """Who takes it back cannot ring again for 30 days, and reads so before typing."""
    browser = signed_in(cleo)
    browser.post(address(send(cleo, finn)))
    shown = browser.get(reverse("compose", args=[finn.slug]))
    assert "you can write again on" in words(shown)
    assert "<textarea" not in shown.content.decode()


def test_the_freelancer_finds_it_no_longer_waiting(cleo, finn, signed_in):
    request = send(cleo, finn)
    signed_in(cleo).post(address(request))
    writes_nothing(
        lambda: answers.accept_request(request=request, freelancer=finn, clock=database_now), Moved
    )
    assert cleo.client.name.replace("&", "&amp;") not in (
        signed_in(finn).get(reverse("requests")).content.decode()
    )


@pytest.mark.parametrize("answer", ["accept", "decline", "reply", "expire"])
def test_once_an_answer_was_told_it_is_409_with_how_it_stands(cleo, finn, now, signed_in, answer):
    age = EXPIRES_AFTER + MINUTE if answer == "expire" else timedelta(hours=1)
    request = send(cleo, finn, now=now - age)
    told = people.at(now - MINUTE)
    if answer == "accept":
        answers.accept_request(request=request, freelancer=finn, clock=told)
    elif answer == "decline":
        answers.decline_request(request=request, freelancer=finn, line="Sorry.", clock=told)
    elif answer == "reply":
        reply(finn, request.conversation, "Gladly.")
    state = state_of(request)
    browser = signed_in(cleo)

    refused = browser.post(address(request))

    assert refused.status_code == 409
    assert "it does not wait any more" in words(refused)
    label = {"accept": "Accepted", "decline": "Declined", "reply": "Accepted", "expire": "Expired"}
    assert label[answer] in words(refused)
    assert state_of(request) == state
    assert browser.get(address(request)).status_code == 302


@pytest.mark.parametrize("act", [answers.accept_request, answers.decline_request])
def test_while_the_answer_is_not_told_yet_the_withdrawal_is_what_happened(
    cleo, finn, signed_in, act
):
    request = send(cleo, finn)
    act(request=request, freelancer=finn, clock=database_now)
    browser = signed_in(cleo)
    assert browser.post(address(request)).status_code == 303
    assert state_of(request) == "withdrawn"
    conversation = reverse("conversation", args=[request.conversation.public_id])
    for person in (cleo, finn):
        assert signed_in(person).get(conversation).status_code == 404


def test_twice_is_once(cleo, finn, signed_in):
    request = send(cleo, finn)
    browser = signed_in(cleo)
    assert [browser.post(address(request)).status_code for _ in range(2)] == [303, 409]
    assert Act.objects.filter(kind="request_withdrawn").count() == 1


def test_any_member_of_the_account_may(cleo, finn, signed_in):
    request = send(cleo, finn)
    colleague = people.member(cleo.client, role=Membership.Role.MEMBER)
    assert signed_in(colleague).post(address(request)).status_code == 303


def test_another_account_does_not_find_it(cleo, finn, otto, signed_in):
    request = send(cleo, finn)
    browser = signed_in(otto)
    assert browser.get(address(request)).status_code == 404
    assert browser.post(address(request)).status_code == 404
    assert state_of(request) == "waiting"


def test_who_has_left_the_account_is_refused_at_the_door(cleo, finn, now, signed_in):
    request = send(cleo, finn)
    browser = signed_in(cleo)
    cleo.left_at = now
    cleo.save(update_fields=["left_at"])
    assert browser.post(address(request)).status_code == 403
    writes_nothing(
        lambda: answers.withdraw_request(request=request, member=cleo, clock=database_now),
        NotAMember,
    )

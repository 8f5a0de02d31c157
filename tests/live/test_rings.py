"""Whose open pages hear of what: everybody who sees something else now, and nobody besides."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from accounts import bell
from accounts.clock import database_now
from accounts.models import Membership, User
from eligibility.rules import MOMENT
from messaging.models import ContactRequest, Conversation
from messaging.models.conversation import Side
from messaging.services import answers, door
from messaging.services.conversations import mark_read
from messaging.services.outbox import ring_due
from messaging.services.outcomes import Refused
from messaging.services.requests import open_request
from tests import people
from tests.messaging.letters import reply, send, write

Rung = Callable[[Callable[[], object]], set[str]]


@pytest.fixture
def rung(monkeypatch, settings, django_capture_on_commit_callbacks) -> Rung:
    """`rung(act)`: the names of those whose pages were told by it."""

    def after(act: Callable[[], object]) -> set[str]:
        heard: set[int] = set()
        with monkeypatch.context() as patched:
            patched.setattr(bell.hub, "say", lambda word, users: heard.update(users))
            settings.LIVE_URL = ""
            with django_capture_on_commit_callbacks(execute=True):
                act()
        return set(User.objects.filter(pk__in=heard).values_list("name", flat=True))

    return after


@pytest.fixture
def colleague(cleo) -> Membership:
    """Cal writes for Cleo's account too."""
    return people.member(cleo.client, "Cal", role=Membership.Role.MEMBER)


@pytest.fixture
def waiting(cleo, colleague, finn) -> ContactRequest:
    return send(cleo, finn)


BOTH = {"Cleo", "Cal", "Finn"}


def test_a_new_request_and_its_reply_reach_both_sides(rung, cleo, colleague, finn):
    assert rung(lambda: send(cleo, finn)) == BOTH
    [request] = ContactRequest.objects.all()
    assert rung(lambda: reply(finn, request.conversation, "Gladly.")) == BOTH
    assert rung(lambda: write(cleo, request.conversation, "When?")) == BOTH


def test_a_refused_message_reaches_nobody(rung, cleo, olga):
    def refused() -> None:
        with pytest.raises(Refused):
            send(cleo, olga)

    assert rung(refused) == set()


def test_what_a_client_is_not_told_yet_reaches_its_freelancer_alone(rung, waiting, finn):
    own = {"request": waiting, "freelancer": finn, "clock": database_now}
    until = database_now() + timedelta(days=30)
    assert rung(lambda: open_request(request=waiting, clock=database_now)) == {"Finn"}
    for answer in (
        lambda: answers.accept_request(**own),
        lambda: answers.decline_request(**own, line="Not now."),
        lambda: answers.put_off_request(**own, until=until),
    ):
        assert rung(answer) == {"Finn"}
        assert rung(lambda: answers.undo_answer(**own)) == {"Finn"}


def test_an_answer_reaches_all_of_the_clients_people_when_it_is_told(rung, waiting, finn):
    answers.decline_request(request=waiting, freelancer=finn, clock=database_now)
    told_at = ContactRequest.objects.get().told_at
    assert told_at is not None
    assert rung(lambda: ring_due(clock=people.at(told_at - MOMENT))) == set()
    assert rung(lambda: ring_due(clock=people.at(told_at))) == {"Cleo", "Cal"}
    assert rung(lambda: ring_due(clock=people.at(told_at))) == set()


def test_a_block_and_a_door_reach_no_client(rung, waiting, cleo, finn):
    pair = {"freelancer": finn, "client": cleo.client, "clock": database_now}
    assert rung(lambda: door.block_client(**pair)) == {"Finn"}
    assert rung(lambda: door.unblock_client(**pair)) == {"Finn"}
    closed = door.DoorSettings(door="closed")
    shut = rung(lambda: door.set_door(freelancer=finn, to=closed, clock=database_now))
    assert shut <= {"Finn"}


def test_a_withdrawal_reaches_both(rung, waiting, cleo):
    own = {"request": waiting, "member": cleo, "clock": database_now}
    assert rung(lambda: answers.withdraw_request(**own)) == BOTH


def test_reading_reaches_ones_own_side_and_only_where_it_is_new(rung, waiting, finn):
    talk = waiting.conversation
    reply(finn, talk, "Gladly.")
    talk.refresh_from_db()
    read = {"conversation": talk, "up_to": talk.last_seq}
    assert rung(lambda: mark_read(**read, side=Side.CLIENT)) == {"Cleo", "Cal"}
    assert rung(lambda: mark_read(**read, side=Side.CLIENT)) == set()


def test_reading_reaches_the_other_side_where_both_let_it_be_seen(rung, waiting, cleo, finn):
    reply(finn, waiting.conversation, "Gladly.")
    for side in (cleo.client, finn):
        side.shows_reading = True
        side.save()
    [talk] = Conversation.objects.all()
    assert rung(lambda: mark_read(conversation=talk, up_to=2, side=Side.CLIENT)) == BOTH


def test_what_was_rolled_back_reaches_nobody(rung, finn):
    def taken_back() -> None:
        with transaction.atomic():
            bell.ring(finn.user_id)
            transaction.set_rollback(True)

    assert rung(taken_back) == set()

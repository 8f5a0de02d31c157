"""One submission key is one message: repeats, other content, other people."""

from dataclasses import replace

import pytest

from accounts.models import FreelancerProfile
from messaging.invariants import violations
from messaging.models import ContactRequest, Conversation, Message, QuotaEntry
from messaging.services.outcomes import KeyReused, Refused
from tests import people
from tests.messaging.letters import LETTER, send, write, writes_nothing
from tests.messaging.obstacles import blocked, closed, held, poor, talking, undone

OTHER_LETTER = replace(LETTER, body="We are looking for somebody to set a book of recipes.")


@pytest.fixture(autouse=True)
def _intact(db):
    yield
    assert list(violations()) == []


def test_the_same_click_gives_the_first_result(cleo, finn):
    first = send(cleo, finn, key="click")
    before = (Message.objects.count(), QuotaEntry.objects.count())
    assert send(cleo, finn, key="click") == first
    assert (Message.objects.count(), QuotaEntry.objects.count()) == before


@pytest.mark.parametrize("obstacle", [held, poor, blocked, closed])
def test_a_repeat_gives_the_first_result_whatever_changed_since(cleo, finn, now, obstacle):
    """The facts that changed say nothing about the moment the request was sent."""
    first = send(cleo, finn, key="click")
    with undone():
        obstacle(cleo, finn)
        assert send(cleo, finn, key="click") == first


def test_a_repeat_gives_the_first_result_after_the_freelancer_left(cleo, finn, now):
    first = send(cleo, finn, key="click")
    FreelancerProfile.objects.update(deactivated_at=now)
    assert send(cleo, finn, key="click") == first


def test_a_colleagues_repeat_gives_the_first_result(cleo, finn):
    first = send(cleo, finn, key="click")
    assert send(people.member(cleo.client), finn, key="click") == first


@pytest.mark.parametrize(
    "content",
    [
        OTHER_LETTER,
        replace(LETTER, kind=ContactRequest.Kind.ADVICE),
        replace(LETTER, budget=ContactRequest.Budget.OPEN),
        replace(LETTER, start=ContactRequest.Start.NOW),
    ],
)
def test_a_key_with_other_content_is_refused(cleo, finn, content):
    send(cleo, finn, key="click")
    writes_nothing(lambda: send(cleo, finn, key="click", content=content), KeyReused)


def test_a_key_with_another_freelancer_is_refused(cleo, finn, olga):
    send(cleo, finn, key="click")
    writes_nothing(lambda: send(cleo, olga, key="click"), KeyReused)


def test_a_key_of_a_message_in_a_conversation_sends_no_request(cleo, finn, now):
    talking(cleo, finn)
    write(cleo, Conversation.objects.get(), "One more thing.", key="click")
    fay = people.freelancer("Fay")
    writes_nothing(lambda: send(cleo, fay, key="click"), KeyReused)


def test_another_accounts_key_is_another_key(cleo, otto, finn):
    first, second = send(cleo, finn, key="click"), send(otto, finn, key="click")
    assert first != second
    assert QuotaEntry.objects.count() == 2


def test_refusals_are_not_remembered(cleo, finn):
    closed(cleo, finn)
    writes_nothing(lambda: send(cleo, finn, key="click"), Refused)
    FreelancerProfile.objects.update(door="open")
    assert send(cleo, finn, key="click").pk


def test_a_key_of_255_characters_is_kept_whole(cleo, finn):
    key = "k" * 255
    assert send(cleo, finn, key=key).message.submission_key == key

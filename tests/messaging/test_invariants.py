"""The check of the stored rows finds each kind of broken row, and nothing where all is well."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from accounts.clock import database_now
from messaging.invariants import violations
from messaging.models import (
    Act,
    Block,
    ContactRequest,
    Conversation,
    Flag,
    Message,
    QuotaEntry,
)
from messaging.services.flags import flag_message
from tests import people
from tests.messaging.letters import LETTER, reply, send, write

EARLIER = timedelta(minutes=1)


@pytest.fixture
def site(cleo, otto, petra, finn, olga, mona, now):
    """A conversation with a flag in it, and two requests that wait."""
    talk = send(cleo, finn).conversation
    reply(finn, talk, "Gladly.")
    message = write(cleo, talk, "Pay me outside.")
    flag_message(
        reporter=finn.user, message=message, reason="off_platform", note="", clock=database_now
    )
    send(otto, finn)
    send(petra, finn)


def waiting() -> ContactRequest:
    return ContactRequest.objects.filter(state="waiting").latest("id")


def request_without_receipt():
    other = people.freelancer("Fay")
    conversation = Conversation.objects.create(
        client=waiting().client, freelancer=other, last_at=database_now(), last_seq=1
    )
    message = Message.objects.create(
        conversation=conversation,
        seq=1,
        author=waiting().member,
        sender_client=waiting().client,
        body=LETTER.body,
        sent_at=conversation.last_at,
        submission_key="by hand",
    )
    ContactRequest.objects.create(
        client=waiting().client,
        freelancer=other,
        conversation=conversation,
        message=message,
        member=message.author,
        kind="other",
        budget="open",
        start="open",
        sent_at=message.sent_at,
    )


def refund_dated_back():
    payment = ContactRequest.objects.earliest("id").client.payments.get()
    people.refund(payment, people.PLENTY, payment.at)


def hold_dated_back():
    request = ContactRequest.objects.earliest("id")
    people.hold(request.client, request.sent_at - EARLIER)


def block_dated_back():
    request = waiting()
    Block.objects.create(
        client=request.client, freelancer=request.freelancer, placed_at=request.sent_at - EARLIER
    )


def slot_moved():
    ContactRequest.objects.update(sent_at=F("sent_at") - EARLIER)


def credit_for_nothing():
    QuotaEntry.objects.create(
        client=waiting().client,
        request=waiting(),
        kind="returned",
        slots=-1,
        at=database_now(),
    )


def accepted_without_an_act():
    ContactRequest.objects.filter(pk=waiting().pk).update(
        state="accepted", answered_at=database_now()
    )


def follow_up():
    message = waiting().message
    Message.objects.create(
        conversation=message.conversation,
        seq=2,
        author=message.author,
        sender_client=message.sender_client,
        body="And another thing.",
        sent_at=database_now(),
        submission_key="by hand",
    )


def gap():
    Message.objects.filter(seq=3).update(seq=4)


def stranger():
    Message.objects.filter(sender_client=None).update(author=people.user("Stranger"))


def other_pair():
    ContactRequest.objects.filter(pk=waiting().pk).update(freelancer=people.freelancer("Fay"))


def strangers_flag():
    Flag.objects.update(reporter=people.user("Stranger"))


def flag_decided_by_hand():
    mona = people.user("Not Mona")
    Flag.objects.update(
        outcome="upheld", decided_at=database_now(), decided_by=mona, decision_reason="So it is"
    )


def tomorrow():
    Act.objects.create(
        at=database_now() + timedelta(days=1), actor=waiting().member, kind="door_changed"
    )


PLANTED: list[tuple[Callable[[], None], str]] = [
    (request_without_receipt, "Every request has a receipt."),
    (refund_dated_back, "A receipt is what the facts of its instant give."),
    (hold_dated_back, "A client on hold sends nothing."),
    (block_dated_back, "Nothing arrives while a block is in force."),
    (slot_moved, "Exactly the requests let in by the gate used a slot."),
    (credit_for_nothing, "A credit returns for an accepted request that used one."),
    (accepted_without_an_act, "Each step of a request has one line in the log."),
    (accepted_without_an_act, "Accepting opens the conversation."),
    (follow_up, "After a waiting request nothing is written."),
    (gap, "A conversation's messages count 1 to n."),
    (stranger, "Only a conversation's two sides write in it."),
    (other_pair, "A request and its message belong to one pair."),
    (strangers_flag, "A flag is by somebody who received it."),
    (flag_decided_by_hand, "A flag is decided once, with one action."),
    (tomorrow, "Nothing happened in the future."),
]


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize(("plant", "sentence"), PLANTED)
def test_a_broken_row_is_found(plant, sentence):
    assert list(violations()) == []
    plant()
    assert sentence in [violation.sentence for violation in violations()]


@pytest.mark.usefixtures("site")
def test_the_command_says_that_all_is_well():
    said = StringIO()
    call_command("check_invariants", stdout=said)
    assert "invariants hold" in said.getvalue()


@pytest.mark.usefixtures("site")
def test_the_command_names_what_is_broken_and_fails():
    gap()
    said = StringIO()
    with pytest.raises(CommandError, match="1 of"):
        call_command("check_invariants", stderr=said)
    conversation = Conversation.objects.get(last_seq=3)
    assert f"count 1 to n. Rows: {conversation.pk}" in said.getvalue()

"""The reply that accepts, writing on both sides, unread counts and repeated clicks."""

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import Membership
from messaging.door import Refusal
from messaging.invariants import violations
from messaging.models import Act, ContactRequest, Conversation, Message
from messaging.models.conversation import Side
from messaging.services import door
from messaging.services.answers import withdraw_request
from messaging.services.conversations import mark_read
from messaging.services.moderation import place_hold, release_hold
from messaging.services.outcomes import (
    KeyReused,
    Moved,
    NotAMember,
    NotOpen,
    OwnBlock,
    Refused,
)
from messaging.services.requests import open_request
from tests import people
from tests.messaging.letters import reply, send, write, writes_nothing


@pytest.fixture(autouse=True)
def _intact(db):
    yield
    assert list(violations()) == []


@pytest.fixture
def sealed(cleo, finn) -> Conversation:
    """Cleo's request waits for Finn's answer."""
    send(cleo, finn)
    return Conversation.objects.get()


@pytest.fixture
def talk(sealed: Conversation, finn) -> Conversation:
    """Finn has answered."""
    reply(finn, sealed, "Gladly, tell me more.")
    sealed.refresh_from_db()
    return sealed


def unread(conversation: Conversation, side: Side) -> int:
    """How many messages the other side wrote after what this side has read."""
    conversation.refresh_from_db()
    read = getattr(conversation, f"{side}_read_seq")
    return sum(message.side != side for message in conversation.thread.filter(seq__gt=read))


# The answer


def test_a_reply_accepts_the_request(sealed, finn, now):
    message = reply(finn, sealed, "Gladly.")
    request = ContactRequest.objects.get()
    sealed.refresh_from_db()
    assert (request.state, request.ended_at) == ("accepted", message.sent_at)
    assert request.opened_at == message.sent_at
    assert sealed.accepted_at == message.sent_at
    assert (message.seq, message.side, message.author) == (2, Side.FREELANCER, finn.user)
    act = Act.objects.get(kind=Act.Kind.REQUEST_ACCEPTED)
    assert (act.actor, act.request, act.at) == (finn.user, request, message.sent_at)
    assert (act.old, act.new) == ("waiting", "accepted")


def test_the_second_reply_accepts_nothing_more(talk, finn):
    ended_at = ContactRequest.objects.get().ended_at
    reply(finn, talk, "One thing more.")
    assert ContactRequest.objects.get().ended_at == ended_at
    assert Act.objects.filter(kind=Act.Kind.REQUEST_ACCEPTED).count() == 1


def test_opening_accepts_nothing_and_is_dated_once(sealed, now):
    request = ContactRequest.objects.get()
    first = now - timedelta(minutes=5)
    for instant in (first, now):
        open_request(request=request, clock=people.at(instant))
    request.refresh_from_db()
    assert (request.state, request.opened_at) == ("waiting", first)


def test_what_is_taken_back_before_the_seal_breaks_stays_sealed(cleo, sealed, now):
    """The page was looked at before the client took it back, and pressed after."""
    looked_at = ContactRequest.objects.get()
    withdraw_request(request=looked_at, member=cleo, clock=people.at(now))
    with pytest.raises(Moved):
        open_request(request=looked_at, clock=people.at(now))
    assert ContactRequest.objects.get().opened_at is None


def test_a_client_waits_for_the_answer(cleo, sealed):
    writes_nothing(lambda: write(cleo, sealed, "Are you there?"), NotOpen)


def test_a_freelancer_starts_no_conversation(cleo, finn, now):
    silent = Conversation.objects.create(client=cleo.client, freelancer=finn, last_at=now)
    writes_nothing(lambda: reply(finn, silent, "Do you need a drawing?"), NotOpen)
    silent.delete()


# Writing


def test_both_sides_write_in_turn_and_numbers_have_no_gaps(cleo, finn, talk):
    write(cleo, talk, "A map of the town.")
    reply(finn, talk, "How large?")
    thread = [(message.seq, message.side.value) for message in talk.thread.order_by("seq")]
    assert thread == [(1, "client"), (2, "freelancer"), (3, "client"), (4, "freelancer")]
    talk.refresh_from_db()
    assert talk.last_seq == 4
    assert talk.last_at == Message.objects.get(seq=4).sent_at


def test_a_message_in_a_conversation_uses_no_slot_and_no_gate(cleo, talk):
    with_slots = cleo.client.quota_entries.count()
    people.refund(cleo.client.payments.get(), people.PLENTY, database_now())
    assert write(cleo, talk, "Thank you.").pk
    assert cleo.client.quota_entries.count() == with_slots


def test_a_hold_stops_the_client_and_its_release_gives_the_right_back(cleo, finn, mona, talk):
    decision = {"moderator": mona, "reason": "A report", "clock": database_now}
    hold = place_hold(client=cleo.client, **decision)
    refused = writes_nothing(lambda: write(cleo, talk, "Hello?"), Refused)
    assert refused.refusal == Refusal.HOLD
    assert reply(finn, talk, "I can still write.").pk
    release_hold(hold=hold, **decision)
    assert write(cleo, talk, "So can I again.").pk


def test_a_block_stops_the_client_and_asks_the_freelancer_to_unblock(cleo, finn, talk):
    door.block_client(freelancer=finn, client=cleo.client, clock=database_now)
    refused = writes_nothing(lambda: write(cleo, talk, "Hello?"), Refused)
    assert refused.refusal == Refusal.BLOCKED
    writes_nothing(lambda: reply(finn, talk, "Hello?"), OwnBlock)


def test_a_blocked_request_is_not_accepted_by_a_reply(cleo, finn, sealed):
    door.block_client(freelancer=finn, client=cleo.client, clock=database_now)
    writes_nothing(lambda: reply(finn, sealed, "Gladly."), OwnBlock)


def test_a_closed_door_leaves_conversations_as_they_are(cleo, finn, talk):
    to = door.DoorSettings(door="closed", known_clients_pass=False)
    door.set_door(freelancer=finn, to=to, clock=database_now)
    assert write(cleo, talk, "Still here.").pk
    assert reply(finn, talk, "So am I.").pk


def test_a_member_who_left_writes_nothing(cleo, talk, now):
    Membership.objects.filter(pk=cleo.pk).update(left_at=now)
    writes_nothing(lambda: write(cleo, talk, "Hello?"), NotAMember)


def test_every_member_of_the_account_may_write(cleo, talk):
    second = people.member(cleo.client)
    assert write(second, talk, "I write for us as well.").author == second.user


# Repeated clicks


def test_the_same_click_is_one_message(cleo, finn, talk):
    assert write(cleo, talk, "Once.", key="c") == write(cleo, talk, "Once.", key="c")
    assert reply(finn, talk, "Once.", key="c") == reply(finn, talk, "Once.", key="c")
    assert talk.thread.count() == 4


def test_a_hold_is_said_before_anything_is_typed(cleo, finn, mona, talk, signed_in):
    place_hold(client=cleo.client, moderator=mona, reason="A report", clock=database_now)
    page = reverse("conversation", args=[talk.public_id])

    assert "Your account is on hold" in signed_in(cleo).get(page).text
    assert "on hold" not in signed_in(finn).get(page).text


def test_a_repeated_click_is_known_again_after_a_hold(cleo, mona, talk):
    first = write(cleo, talk, "Once.", key="c")
    place_hold(client=cleo.client, moderator=mona, reason="A report", clock=database_now)
    assert write(cleo, talk, "Once.", key="c") == first


def test_a_key_with_other_text_is_refused(cleo, finn, talk):
    write(cleo, talk, "Once.", key="c")
    reply(finn, talk, "Once.", key="f")
    writes_nothing(lambda: write(cleo, talk, "Twice.", key="c"), KeyReused)
    writes_nothing(lambda: reply(finn, talk, "Twice.", key="f"), KeyReused)


def test_a_key_in_another_conversation_is_refused(cleo, finn, otto, talk):
    other = send(otto, finn).conversation
    reply(finn, talk, "Gladly.", key="f")
    writes_nothing(lambda: reply(finn, other, "Gladly.", key="f"), KeyReused)


# Read and unread


def test_what_the_other_side_wrote_is_unread_until_marked(cleo, finn, talk):
    assert unread(talk, Side.CLIENT) == 1
    mark_read(conversation=talk, side=Side.CLIENT, up_to=2)
    assert unread(talk, Side.CLIENT) == 0
    write(cleo, talk, "A map of the town.")
    assert unread(talk, Side.CLIENT) == 0
    mark_read(conversation=talk, side=Side.FREELANCER, up_to=1)
    assert unread(talk, Side.FREELANCER) == 1


def test_read_state_never_goes_back_nor_beyond_the_end(talk):
    mark_read(conversation=talk, side=Side.CLIENT, up_to=2)
    for elsewhere in (1, 3, 1000):
        mark_read(conversation=talk, side=Side.CLIENT, up_to=elsewhere)
    talk.refresh_from_db()
    assert talk.client_read_seq == 2


def test_writing_leaves_what_was_missed_unread(cleo, finn, talk):
    """Only who had read everything has read their own message as well."""
    write(cleo, talk, "I have not read your answer.")
    assert unread(talk, Side.CLIENT) == 1
    mark_read(conversation=talk, side=Side.FREELANCER, up_to=3)
    message = reply(finn, talk, "I have read yours.")
    talk.refresh_from_db()
    assert talk.freelancer_read_seq == message.seq

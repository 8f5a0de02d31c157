"""A freelancer writes first to a client they know; and what a client's own block stops."""

import pytest

from accounts.clock import database_now
from messaging.door import Refusal
from messaging.invariants import violations
from messaging.models import Act, Block, Conversation, Message, QuotaEntry
from messaging.models.conversation import Side
from messaging.services import door
from messaging.services.outcomes import Gone, KeyReused, Moved, OwnBlock, Refused, Stranger
from tests import people
from tests.messaging.letters import reply, send, start, write, writes_nothing
from tests.messaging.replies import accept, decline, fresh, undo

WORDS = "We worked together in spring. I have time again."


@pytest.fixture(autouse=True)
def _intact(db):
    yield
    assert list(violations()) == []


@pytest.fixture
def known(cleo, finn, now):
    return people.related(cleo.client, finn, now)


def started() -> int:
    return Act.objects.filter(kind=Act.Kind.CONVERSATION_STARTED).count()


# Writing first


def test_a_stranger_is_not_written_to_first(cleo, finn, now):
    writes_nothing(lambda: start(finn, cleo.client, WORDS), Stranger)
    people.related(cleo.client, finn, now, kind="invitation_declined")
    writes_nothing(lambda: start(finn, cleo.client, WORDS), Stranger)


@pytest.mark.parametrize("kind", ["contract", "proposal", "invitation_accepted"])
def test_a_known_client_is_and_the_conversation_is_open_for_both(cleo, finn, now, kind):
    people.related(cleo.client, finn, now, kind=kind)
    message = start(finn, cleo.client, WORDS)
    talk = Conversation.objects.get()
    assert (message.seq, message.side, message.author) == (1, Side.FREELANCER, finn.user)
    assert talk.accepted_at == message.sent_at
    assert write(cleo, talk, "Good to hear.").pk
    act = Act.objects.get()
    assert (act.kind, act.actor, act.client) == ("conversation_started", finn.user, cleo.client)
    assert not QuotaEntry.objects.exists()


def test_to_an_open_conversation_it_is_one_message_more(cleo, finn, known):
    start(finn, cleo.client, WORDS)
    start(finn, cleo.client, "One thing more.")
    assert Message.objects.count() == 2
    assert started() == 1


def test_it_accepts_a_request_that_waits(cleo, finn, known):
    asked = send(cleo, finn)
    message = start(finn, cleo.client, WORDS)
    request = fresh(asked)
    assert (request.state, request.told_at) == ("accepted", message.sent_at)
    assert request.conversation.accepted_at == message.sent_at
    assert started() == 0


def test_it_tells_what_was_accepted_a_moment_ago(cleo, finn, known):
    asked = send(cleo, finn)
    accept(asked, database_now())
    message = start(finn, cleo.client, WORDS)
    assert fresh(asked).told_at == message.sent_at
    assert started() == 0


def test_a_no_of_a_moment_ago_is_not_undone_under_an_open_conversation(cleo, finn, known):
    """Otherwise a request would wait in a conversation that both write in."""
    asked = send(cleo, finn)
    decline(asked, database_now())
    start(finn, cleo.client, WORDS)
    writes_nothing(lambda: undo(asked, database_now()), Moved)
    assert fresh(asked).state == "declined"
    assert started() == 1


def test_the_same_key_is_one_message_and_other_words_are_refused(cleo, otto, finn, known, now):
    first = start(finn, cleo.client, WORDS, key="click")
    assert start(finn, cleo.client, WORDS, key="click") == first
    assert reply(finn, first.conversation, WORDS, key="click") == first
    writes_nothing(lambda: start(finn, cleo.client, "Other words.", key="click"), KeyReused)
    people.related(otto.client, finn, now)
    writes_nothing(lambda: start(finn, otto.client, WORDS, key="click"), KeyReused)
    assert Message.objects.count() == 1


def test_a_colleague_is_nobody_to_write_to(otto, now):
    me = otto.user.freelancer_profile
    people.related(otto.client, me, now)
    refused = writes_nothing(lambda: start(me, otto.client, WORDS), Refused)
    assert refused.refusal == Refusal.COLLEAGUE


def test_who_left_writes_nothing(cleo, finn, known, now):
    finn.deactivated_at = now
    finn.save()
    writes_nothing(lambda: start(finn, cleo.client, WORDS), Gone)


# Blocks, of either side


def block_freelancer(member, freelancer):
    door.block_freelancer(member=member, freelancer=freelancer, clock=database_now)


def block_client(freelancer, client):
    door.block_client(freelancer=freelancer, client=client, clock=database_now)


def test_who_blocks_the_client_does_not_write_first(cleo, finn, known):
    block_client(finn, cleo.client)
    writes_nothing(lambda: start(finn, cleo.client, WORDS), OwnBlock)


def test_whom_the_client_blocks_does_not_write_first(cleo, finn, known):
    block_freelancer(cleo, finn)
    refused = writes_nothing(lambda: start(finn, cleo.client, WORDS), Refused)
    assert refused.refusal == Refusal.BLOCKED


def test_in_a_conversation_the_clients_block_stops_both_and_tells_the_client_only(cleo, finn):
    talk = send(cleo, finn).conversation
    reply(finn, talk, "Gladly.")
    block_freelancer(cleo, finn)
    own = writes_nothing(lambda: write(cleo, talk, "Hello?"), Refused)
    theirs = writes_nothing(lambda: reply(finn, talk, "Hello?"), Refused)
    assert (own.refusal, theirs.refusal) == (Refusal.OWN_BLOCK, Refusal.BLOCKED)
    door.unblock_freelancer(member=cleo, freelancer=finn, clock=database_now)
    assert write(cleo, talk, "Hello again.").pk
    assert reply(finn, talk, "Hello.").pk


def test_of_two_blocks_each_side_is_told_its_own(cleo, finn):
    talk = send(cleo, finn).conversation
    reply(finn, talk, "Gladly.")
    block_freelancer(cleo, finn)
    block_client(finn, cleo.client)
    assert Block.objects.filter(lifted_at=None).count() == 2
    own = writes_nothing(lambda: write(cleo, talk, "Hello?"), Refused)
    assert own.refusal == Refusal.OWN_BLOCK
    writes_nothing(lambda: reply(finn, talk, "Hello?"), OwnBlock)
    door.unblock_freelancer(member=cleo, freelancer=finn, clock=database_now)
    still = writes_nothing(lambda: write(cleo, talk, "Hello?"), Refused)
    assert still.refusal == Refusal.BLOCKED


def test_a_reply_to_a_client_that_blocked_since_is_refused_and_accepts_nothing(cleo, finn):
    asked = send(cleo, finn)
    block_freelancer(cleo, finn)
    refused = writes_nothing(lambda: reply(finn, asked.conversation, "Gladly."), Refused)
    assert refused.refusal == Refusal.BLOCKED
    assert fresh(asked).state == "waiting"

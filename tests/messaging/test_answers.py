"""A freelancer's answers, their undoing, and the client's withdrawal: who is told what, when."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from accounts.models import FreelancerProfile, Membership
from messaging.invariants import violations
from messaging.models import Act, ContactRequest
from messaging.models.conversation import Side
from messaging.services import door
from messaging.services.conversations import mark_read
from messaging.services.outcomes import Gone, Moved, NotAMember, NotOpen, OwnBlock
from messaging.services.requests import open_request
from tests import people
from tests.messaging.letters import reply, send, write, writes_nothing
from tests.messaging.replies import LATER, accept, decline, fresh, put_off, steps, undo, withdraw

TICK = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
UNDO = timedelta(seconds=30)
FORTNIGHT = 14 * DAY


@pytest.fixture(autouse=True)
def _intact(db):
    yield
    assert list(violations()) == []


@pytest.fixture
def sent_at(now: datetime) -> datetime:
    return now - 20 * DAY


@pytest.fixture
def at(sent_at: datetime) -> datetime:
    """When Finn answers."""
    return sent_at + DAY


@pytest.fixture
def asked(cleo, finn, sent_at) -> ContactRequest:
    return send(cleo, finn, now=sent_at)


ANSWERS: dict[str, Callable[..., ContactRequest]] = {
    "accepted": accept,
    "declined": decline,
    "put_off": put_off,
}
EACH = pytest.mark.parametrize("state", ANSWERS)


# By a button


@EACH
def test_an_answer_is_told_thirty_seconds_later_and_leaves_one_line(asked, at, state):
    ANSWERS[state](asked, at)
    request = fresh(asked)
    assert (request.state, request.ended_at, request.told_at) == (state, at, at + UNDO)
    assert request.state_at(at) == state
    assert request.told_state(at + UNDO - TICK) == "waiting"
    assert request.told_state(at + UNDO) == state
    assert steps(request) == [
        ("request_sent", "", "waiting"),
        (f"request_{state}", "waiting", state),
    ]
    act = Act.objects.get(new=state)
    assert (act.at, act.actor) == (at, asked.freelancer.user)


def test_accepting_opens_the_conversation_for_the_client_when_it_is_told(cleo, asked, at):
    accept(asked, at)
    talk = fresh(asked).conversation
    assert talk.accepted_at == at + UNDO
    writes_nothing(lambda: write(cleo, talk, "Thank you.", now=at + UNDO - TICK), NotOpen)
    assert write(cleo, talk, "Thank you.", now=at + UNDO).pk


def test_an_accepted_letter_counts_as_opened_but_unread_unless_it_was_opened(asked, finn, at):
    accept(asked, at)
    request = fresh(asked)
    assert request.opened_at == at
    assert request.conversation.freelancer_read_seq == 0


def test_a_no_carries_its_line_and_its_date(asked, at):
    decline(asked, at, "I am away until June.")
    request = fresh(asked)
    assert (request.declined_at, request.line) == (at, "I am away until June.")


def test_a_not_now_carries_its_day(asked, at):
    put_off(asked, at)
    assert fresh(asked).put_off_until == at + LATER


@EACH
def test_a_second_answer_finds_the_first(asked, at, state):
    ANSWERS[state](asked, at)
    for answer in ANSWERS.values():
        moved = writes_nothing(partial(answer, asked, at + TICK), Moved)
        assert moved.request.state == state


@EACH
def test_an_answer_in_time_and_one_too_late(asked, sent_at, state):
    late = sent_at + FORTNIGHT
    moved = writes_nothing(lambda: ANSWERS[state](asked, late), Moved)
    assert moved.request.state_at(late) == "expired"
    assert ANSWERS[state](asked, late - TICK).state == state


@EACH
def test_nobody_answers_anothers_request(asked, at, olga, state):
    with pytest.raises(ContactRequest.DoesNotExist):
        ANSWERS[state](asked, at, finn=olga)
    assert fresh(asked).state == "waiting"


@EACH
def test_who_has_left_answers_nothing(asked, at, finn, state):
    FreelancerProfile.objects.filter(pk=finn.pk).update(deactivated_at=at)
    writes_nothing(lambda: ANSWERS[state](asked, at), Gone)


def test_who_blocks_the_client_unblocks_before_accepting_and_may_say_no(asked, at, finn):
    door.block_client(freelancer=finn, client=asked.client, clock=people.at(at))
    writes_nothing(lambda: accept(asked, at + TICK), OwnBlock)
    assert decline(asked, at + TICK).state == "declined"


# Undone


@EACH
def test_an_answer_is_undone_within_thirty_seconds(asked, at, state):
    ANSWERS[state](asked, at)
    undo(asked, at + UNDO - TICK)
    request = fresh(asked)
    assert request.state == "waiting"
    cleared = ("ended_at", "told_at", "declined_at", "put_off_until")
    assert [getattr(request, name) for name in cleared] == [None] * 4
    assert request.line == ""
    assert request.conversation.accepted_at is None
    assert steps(request)[1:] == [
        (f"request_{state}", "waiting", state),
        ("answer_undone", state, "waiting"),
    ]


def test_undone_the_seal_is_whole_again_as_nobody_has_read_the_letter(asked, at, cleo):
    for take_back in (undo, lambda request, at: withdraw(request, cleo, at)):
        accept(asked, at)
        assert fresh(asked).opened_at == at
        take_back(asked, at + TICK)
        assert fresh(asked).opened_at is None


def test_a_letter_that_was_read_stays_open(asked, at):
    open_request(request=asked, clock=people.at(at))
    accept(asked, at + TICK)
    undo(asked, at + 2 * TICK)
    assert fresh(asked).opened_at == at


def test_a_letter_that_was_read_in_the_conversation_stays_open(asked, at):
    accept(asked, at)
    mark_read(conversation=fresh(asked).conversation, side=Side.FREELANCER, up_to=1)
    undo(asked, at + TICK)
    assert fresh(asked).opened_at == at


@EACH
def test_a_clock_that_was_set_back_answers_when_it_was_asked_at_the_earliest(asked, at, state):
    ANSWERS[state](asked, asked.sent_at - timedelta(hours=1))
    assert fresh(asked).ended_at == asked.sent_at
    undo(asked, asked.sent_at - timedelta(hours=1))
    assert fresh(asked).state == "waiting"


def test_a_clock_that_was_set_back_withdraws_and_replies_all_the_same(asked, at, cleo, otto, finn):
    early = asked.sent_at - timedelta(hours=1)
    other = send(otto, finn, now=asked.sent_at)
    withdraw(asked, cleo, early)
    assert fresh(asked).state == "withdrawn"
    reply(finn, other.conversation, "Gladly.", now=early)
    assert fresh(other).state == "accepted"


@EACH
def test_an_answer_that_was_told_stands(asked, at, state):
    ANSWERS[state](asked, at)
    moved = writes_nothing(lambda: undo(asked, at + UNDO), Moved)
    assert moved.request.state == state


def test_what_waits_and_what_is_anothers_cannot_be_undone(asked, at, olga):
    assert writes_nothing(lambda: undo(asked, at), Moved).request.state == "waiting"
    accept(asked, at)
    with pytest.raises(ContactRequest.DoesNotExist):
        undo(asked, at + TICK, finn=olga)


def test_after_an_undoing_any_answer_can_be_given(asked, at):
    decline(asked, at)
    undo(asked, at + TICK)
    accept(asked, at + 2 * TICK)
    assert fresh(asked).told_at == at + 2 * TICK + UNDO
    assert [step[0] for step in steps(asked)] == [
        "request_sent",
        "request_declined",
        "answer_undone",
        "request_accepted",
    ]


def test_undone_after_its_time_it_has_expired(asked, sent_at):
    over = sent_at + FORTNIGHT
    decline(asked, over - TICK)
    undo(asked, over)
    assert fresh(asked).state_at(over) == "expired"


# By words


def test_a_reply_accepts_and_tells_at_once(cleo, asked, finn, at):
    reply(finn, asked.conversation, "Gladly.", now=at)
    request = fresh(asked)
    assert (request.state, request.ended_at, request.told_at) == ("accepted", at, at)
    assert request.conversation.accepted_at == at
    assert write(cleo, asked.conversation, "Good.", now=at).pk
    writes_nothing(lambda: undo(asked, at + TICK), Moved)


def test_a_reply_tells_what_was_accepted_by_a_button_a_moment_ago(cleo, asked, finn, at):
    accept(asked, at)
    reply(finn, asked.conversation, "Gladly.", now=at + TICK)
    request = fresh(asked)
    assert (request.ended_at, request.told_at) == (at, at + TICK)
    assert request.conversation.accepted_at == at + TICK
    assert [step[0] for step in steps(asked)] == ["request_sent", "request_accepted"]
    writes_nothing(lambda: undo(asked, at + 2 * TICK), Moved)


@pytest.mark.parametrize("state", ["declined", "put_off"])
def test_no_words_follow_a_no(asked, finn, at, state):
    ANSWERS[state](asked, at)
    for moment in (at + TICK, at + UNDO, at + DAY):
        still = partial(reply, finn, asked.conversation, "Still.", now=moment)
        writes_nothing(still, NotOpen)


def test_no_words_answer_what_has_expired(asked, finn, sent_at):
    late = sent_at + FORTNIGHT
    writes_nothing(lambda: reply(finn, asked.conversation, "Gladly.", now=late), NotOpen)
    assert reply(finn, asked.conversation, "Gladly.", now=late - TICK).pk


# Withdrawn


def test_a_waiting_request_is_withdrawn_and_told_at_once(cleo, asked, at):
    withdraw(asked, cleo, at)
    request = fresh(asked)
    assert (request.state, request.ended_at, request.told_at) == ("withdrawn", at, at)
    assert steps(request)[-1] == ("request_withdrawn", "waiting", "withdrawn")
    assert asked.client.quota_entries.count() == 1
    moved = writes_nothing(lambda: accept(asked, at + TICK), Moved)
    assert moved.request.state == "withdrawn"


@EACH
def test_a_request_is_withdrawn_while_its_answer_is_on_its_way(cleo, asked, at, state):
    ANSWERS[state](asked, at)
    withdraw(asked, cleo, at + UNDO - TICK)
    request = fresh(asked)
    assert request.state == request.told_state(at + UNDO) == "withdrawn"
    assert request.conversation.accepted_at is None
    assert (request.declined_at is not None) is (state == "declined")
    assert (request.put_off_until, request.line) == (None, "")
    assert steps(request)[-1] == ("request_withdrawn", state, "withdrawn")
    writes_nothing(lambda: undo(asked, at + UNDO - TICK), Moved)


@EACH
def test_an_answer_that_was_told_cannot_be_withdrawn_from(cleo, asked, at, state):
    ANSWERS[state](asked, at)
    moved = writes_nothing(lambda: withdraw(asked, cleo, at + UNDO), Moved)
    assert moved.request.told_state(at + UNDO) == state


def test_what_has_expired_cannot_be_withdrawn(cleo, asked, sent_at):
    late = sent_at + FORTNIGHT
    writes_nothing(lambda: withdraw(asked, cleo, late), Moved)
    assert withdraw(asked, cleo, late - TICK).state == "withdrawn"


def test_a_colleague_withdraws_and_an_outsider_or_former_member_does_not(cleo, otto, asked, at):
    with pytest.raises(ContactRequest.DoesNotExist):
        withdraw(asked, otto, at)
    Membership.objects.filter(pk=cleo.pk).update(left_at=at)
    writes_nothing(lambda: withdraw(asked, cleo, at), NotAMember)
    assert withdraw(asked, people.member(asked.client), at).state == "withdrawn"

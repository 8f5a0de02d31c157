"""The check of the stored rows finds each kind of broken row, and nothing where all is well."""

from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from accounts.clock import database_now
from messaging.door import Door
from messaging.invariants import INVARIANTS, violations
from messaging.models import Conversation
from messaging.services import answers, door
from messaging.services.flags import flag_message
from tests import people
from tests.messaging import broken_notices as notices
from tests.messaging import broken_pairs as pairs
from tests.messaging import broken_receipts as receipts
from tests.messaging import planted
from tests.messaging.broken_receipts import DAY, MINUTE, Site, fay
from tests.messaging.letters import reply, send, write


@pytest.fixture
def site(cleo, otto, petra, finn, olga, now) -> Site:
    people.pay(otto.client, people.PLENTY, now - 350 * DAY)  # eligible that long ago, too
    talk = send(cleo, finn).conversation
    reply(finn, talk, "Gladly.")
    message = write(cleo, talk, "Pay me outside.")
    flag_message(
        reporter=finn.user, message=message, reason="off_platform", note="", clock=database_now
    )
    send(otto, finn)
    send(petra, finn)
    link = door.make_link(
        freelancer=olga, label="", expires_at=None, most_uses=2, clock=people.at(now - 250 * DAY)
    )
    said_no = send(otto, olga, now=now - 200 * DAY, code=link.code)
    answers.decline_request(
        request=said_no, freelancer=olga, clock=people.at(now - 200 * DAY + MINUTE)
    )
    put_off = send(petra, olga, now=now - 3 * DAY, code=link.code)
    answers.put_off_request(
        request=put_off, freelancer=olga, until=now - DAY, clock=people.at(now - 3 * DAY + MINUTE)
    )
    return Site(cleo=cleo, otto=otto, petra=petra, finn=finn, olga=olga, link=link, now=now)


GATE = "A receipt shows every criterion asked for as met."
WAY = "A request came by the way its receipt names."
SHUT = "A shut door is passed by who is known or holds a link."
MOST = "A door lets in no more than it said."
ENDED = "A link opens nothing after its end."
LOG = "The log says how each request stands."
STEP = "Each step of a request follows from the one before."
REST = "A pair at rest sends nothing."
NO = "A no holds for 180 days."
TOLD = "An answer is told when it can't be undone."
FACTS = "A receipt is what the facts of its instant give."
SLOTS = "Exactly the requests let in by the gate used a slot."
CREDIT = "A credit returns for an answer that was told, once."
BLOCK = "Nothing arrives while a block is in force."
HOLD = "A client on hold sends nothing."
WAITS = "After a waiting request nothing is written."
CAUSE = "A notice has its cause."
OPENED = "Accepting opens the conversation."

PLANTED: list[tuple[Callable[[Site], None], str]] = [
    (receipts.request_without_receipt, "Every request has a receipt."),
    (receipts.unmet_criterion, GATE),
    (receipts.criterion_left_out, GATE),
    (receipts.criterion_too_many, GATE),
    (receipts.nothing_asked_for, GATE),
    (receipts.known_but_on_hold, GATE),
    (receipts.hold_dated_back, HOLD),
    (receipts.hold_released_after_a_message, HOLD),
    (receipts.refund_dated_back, FACTS),
    (receipts.receipt_of_another_policy, FACTS),
    (receipts.sixth_slot, "No 24 hours hold more slots than the plan has."),
    (receipts.slot_moved, SLOTS),
    (receipts.no_slot, SLOTS),
    (receipts.slot_of_a_known_client, SLOTS),
    (receipts.credit_for_nothing, CREDIT),
    (receipts.credit_at_another_instant, CREDIT),
    (receipts.known_past_a_door_that_lets_nobody_pass, WAY),
    (receipts.known_by_the_gate, WAY),
    (receipts.link_way_without_a_link, WAY),
    (receipts.link_where_the_door_was_open, WAY),
    (receipts.by_the_door_and_not_counted, WAY),
    (receipts.closed, SHUT),
    (receipts.paused, SHUT),
    (receipts.two_where_one_a_day_comes_in, MOST),
    (receipts.two_where_one_a_week_comes_in, MOST),
    (receipts.link_used_up, "A link is used no more often than it allows."),
    (receipts.link_past_its_end, ENDED),
    (receipts.link_revoked, ENDED),
    (receipts.link_of_another_freelancer, ENDED),
    (receipts.link_before_it_was_made, ENDED),
    (pairs.no_act, LOG),
    (pairs.accepted_without_an_act, LOG),
    (pairs.sent_twice, LOG),
    (pairs.expired_out_of_nothing, STEP),
    (pairs.accepted_twice, STEP),
    (pairs.follow_up, WAITS),
    (pairs.waits_in_an_open_conversation, WAITS),
    (pairs.accepted_without_an_act, OPENED),
    (pairs.accepted_and_shut, OPENED),
    (pairs.waits_in_an_open_conversation, "Somebody opened each open conversation."),
    (pairs.other_pair, "A request and its message belong to one pair."),
    (pairs.told_a_minute_later, TOLD),
    (pairs.withdrawn_and_told_later, TOLD),
    (pairs.expired_ahead_of_time, TOLD),
    (pairs.sent_within_a_rest, REST),
    (pairs.sent_after_an_unanswered_one, REST),
    (pairs.sent_before_the_freelancer_said, REST),
    (pairs.sent_within_a_cool_off, NO),
    (pairs.sent_after_a_declined_invitation, NO),
    (pairs.block_dated_back, BLOCK),
    (pairs.clients_block_dated_back, BLOCK),
    (pairs.gap, "A conversation's messages count 1 to n."),
    (pairs.stranger, "Only a conversation's two sides write in it."),
    (pairs.strangers_flag, "A flag is by somebody who received it."),
    (pairs.flag_decided_by_hand, "A flag is decided once, with one action."),
    (pairs.tomorrow, "Nothing happened in the future."),
    (notices.request_that_nobody_sent, CAUSE),
    (notices.request_to_another, CAUSE),
    (notices.own_message, CAUSE),
    (notices.message_never_written, CAUSE),
    (notices.answer_to_the_freelancer, CAUSE),
    (notices.decision_that_is_none, CAUSE),
    (notices.hold_of_another, CAUSE),
    (notices.gate_of_nobody, CAUSE),
    (notices.told_to_nobody, "A request is told to its freelancer."),
    (notices.undone_and_told, "An answer is told as it stands."),
    (notices.told_ahead_of_time, "An answer is told as it stands."),
    (notices.mailed_ahead_of_time, "No mail comes before its news."),
]
#: The database itself refuses these rows, which `tests/test_constraints.py` shows.
KEPT_BY_CONSTRAINTS = {
    "A pair has one conversation.",
    "A pair has one waiting request.",
    "One submission key is one message.",
    "Nobody has read what is not written.",
    "Each cause is told to each person once.",
    "Money is positive cents.",
}


@pytest.mark.parametrize(("plant", "sentence"), PLANTED)
def test_a_broken_row_is_found(site, plant, sentence):
    assert list(violations()) == []
    plant(site)
    assert sentence in [violation.sentence for violation in violations()]


def test_every_invariant_is_shown_to_be_broken_or_kept_by_the_database():
    assert {sentence for _, sentence in PLANTED} | KEPT_BY_CONSTRAINTS == {
        invariant.sentence for invariant in INVARIANTS
    }


def test_a_later_not_now_lifts_a_no(site, now):
    """The premise of the cool-off's check: the same row, and nothing is broken."""
    then = now - 40 * DAY
    planted.request(
        site.cleo, fay(), then, state="declined", ended_at=then, told_at=then, declined_at=then
    )
    later = now - 30 * DAY
    put_off = {"state": "put_off", "ended_at": later, "told_at": later, "put_off_until": later}
    planted.request(
        site.cleo, fay(), later, slot=False, receipt={"basis": "relationship"}, **put_off
    )
    site.plant()
    assert NO not in [violation.sentence for violation in violations()]


def test_a_receipt_from_before_the_door_was_kept_is_no_violation(site):
    site.plant(receipt={"door": {}})
    assert list(violations()) == []


@pytest.mark.parametrize(
    "terms", [{}, {"intake_day": 1}, {"intake_week": 1}, {"intake_day": 2, "intake_week": 2}]
)
def test_the_first_through_a_door_is_one_however_it_counts(site, terms):
    site.through(Door(state="selective", **terms))
    assert list(violations()) == []


def test_the_command_says_that_all_is_well(site):
    said = StringIO()
    call_command("check_invariants", stdout=said)
    assert "invariants hold" in said.getvalue()


def test_the_command_names_what_is_broken_and_fails(site):
    pairs.gap(site)
    said = StringIO()
    with pytest.raises(CommandError, match="1 of"):
        call_command("check_invariants", stderr=said)
    conversation = Conversation.objects.get(last_seq=3)
    assert f"count 1 to n. Rows: {conversation.pk}" in said.getvalue()

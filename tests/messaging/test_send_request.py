"""A first message: what is written when it passes, and that nothing is when it does not."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership
from eligibility import receipts
from eligibility.models import Hold
from eligibility.selectors import verdict_at
from messaging.door import Refusal
from messaging.invariants import violations
from messaging.models import (
    Act,
    ContactRequest,
    Conversation,
    Message,
    QuotaEntry,
    Receipt,
)
from messaging.selectors import send_context
from messaging.services.moderation import place_hold
from messaging.services.outcomes import Gone, NotAMember, Refused
from tests import people
from tests.messaging.letters import LETTER, send, writes_nothing
from tests.messaging.obstacles import AGAINST, undone

# PostgreSQL's clock and the queue for a freelancer's row are a query each.
_POSTGRES = 2 if connection.vendor == "postgresql" else 0
QUERIES_OF_A_REFUSAL = 20 + _POSTGRES
QUERIES_OF_A_SEND = 31 + _POSTGRES


@pytest.fixture(autouse=True)
def _intact(db):
    yield
    assert list(violations()) == []


def shape(sql: str) -> str:
    """A query without its values, and without the strength of its lock: a door that counts who
    comes in takes sends one by one."""
    lock = r"FOR SHARE|FOR NO KEY UPDATE|pg_advisory_xact_lock(_shared)?"
    return re.sub(rf"'[^']*'|\d+|{lock}", "?", sql)


# What passes


def test_a_request_is_written_whole(cleo, finn, now):
    content = replace(LETTER, skill=finn.skills.first())
    request = send(cleo, finn, content=content)

    assert (request.client, request.freelancer) == (cleo.client, finn)
    assert request.member == cleo.user
    assert (request.skill, request.kind) == (content.skill, content.kind)
    assert (request.budget, request.start) == (content.budget, content.start)
    assert request.state == ContactRequest.State.WAITING
    assert request.opened_at is None
    assert request.sent_at >= now

    message = Message.objects.get()
    assert message == request.message
    assert (message.seq, message.body, message.author) == (1, LETTER.body, cleo.user)
    assert message.sender_client == cleo.client

    conversation = Conversation.objects.get()
    assert conversation.accepted_at is None
    assert (conversation.last_seq, conversation.last_at) == (1, request.sent_at)

    used = QuotaEntry.objects.get()
    assert (used.kind, used.slots, used.at) == ("used", 1, request.sent_at)

    act = Act.objects.get()
    assert (act.kind, act.actor, act.at) == ("request_sent", cleo.user, request.sent_at)
    assert (act.request, act.old, act.new) == (request, "", "waiting")


def test_the_receipt_is_the_evaluation_at_the_moment_of_sending(cleo, finn):
    request = send(cleo, finn)
    receipt = Receipt.objects.get(request=request)
    verdict = verdict_at(cleo.client_id, request.sent_at)
    assert receipt.results == receipts.content(verdict)
    assert [row["met"] for row in receipt.results] == [True] * 5
    assert (receipt.policy_id, receipt.plan) == (1, "marketplace")
    assert (receipt.basis, receipt.evaluated_at) == ("gate", request.sent_at)


def test_a_refund_after_sending_leaves_request_and_receipt(cleo, finn, now):
    request = send(cleo, finn)
    stored = Receipt.objects.get().results
    later = request.sent_at + timedelta(microseconds=1)
    people.refund(cleo.client.payments.get(), people.PLENTY, later)
    assert Receipt.objects.get().results == stored
    assert receipts.content(verdict_at(cleo.client_id, request.sent_at)) == stored
    fay = people.freelancer("Fay")
    refused = writes_nothing(lambda: send(cleo, fay), Refused)
    assert refused.refusal == Refusal.GATE


def test_a_relationship_skips_gate_and_quota(nils, finn, now):
    people.related(nils.client, finn, now)
    request = send(nils, finn)
    assert request.receipt.basis == "relationship"
    assert not QuotaEntry.objects.exists()


@pytest.mark.parametrize(
    ("door", "known_pass", "passes"),
    [("open", False, True), ("closed", True, True), ("closed", False, False)],
)
def test_known_clients_pass_a_closed_door_unless_switched_off(
    cleo, finn, now, door, known_pass, passes
):
    people.related(cleo.client, finn, now)
    FreelancerProfile.objects.update(door=door, known_clients_pass=known_pass)
    if passes:
        assert send(cleo, finn).receipt.basis == "relationship"
    else:
        refused = writes_nothing(lambda: send(cleo, finn), Refused)
        assert refused.refusal == Refusal.CLOSED


def test_a_declined_invitation_makes_nobody_known(nils, finn, now):
    people.related(nils.client, finn, now, kind="invitation_declined")
    assert writes_nothing(lambda: send(nils, finn), Refused).refusal == Refusal.GATE


def test_the_sixth_request_of_a_day_passes_24_hours_after_the_first(cleo, now):
    day_ago = now - timedelta(hours=24)
    for number in range(5):
        send(cleo, people.freelancer(f"F{number}"), now=day_ago + timedelta(seconds=number))
    sixth, moment = people.freelancer("Sixth"), timedelta(microseconds=1)
    refused = writes_nothing(lambda: send(cleo, sixth, now=now - moment), Refused)
    assert refused.refusal == Refusal.QUOTA
    assert refused.context is not None
    assert refused.context.quota.next_at == now
    assert send(cleo, sixth, now=now).sent_at == now


# What does not


@pytest.mark.parametrize(("obstacle", "refusal"), AGAINST)
def test_a_refusal_writes_nothing(cleo, finn, obstacle, refusal):
    obstacle(cleo, finn)
    refused = writes_nothing(lambda: send(cleo, finn), Refused)
    assert refused.refusal == refusal


def test_without_the_obstacle_the_same_request_passes(cleo, finn):
    """The premise of the table above."""
    assert send(cleo, finn).pk


@pytest.mark.parametrize(("code", "more"), [("", 0), ("no such link", 1)])
def test_every_refusal_reads_the_same_queries(cleo, finn, code, more):
    """So that no answer comes sooner than another: what is judged is read whole, then decided. A
    code costs one query more, whatever it opens."""
    asked = {}
    for obstacle, refusal in AGAINST:
        with undone():
            obstacle(cleo, finn)
            finn.refresh_from_db()  # as a page has just read it
            with CaptureQueriesContext(connection) as queries, pytest.raises(Refused) as refused:
                send(cleo, finn, code=code)
            assert refused.value.refusal == refusal
            asked[obstacle.__name__] = [shape(query["sql"]) for query in queries]
    counts = {name: len(queries) for name, queries in asked.items()}
    assert counts == dict.fromkeys(asked, QUERIES_OF_A_REFUSAL + more)
    assert all(queries == asked["closed"] for queries in asked.values())


def test_a_send_takes_a_fixed_number_of_queries(cleo, finn, django_assert_num_queries):
    with django_assert_num_queries(QUERIES_OF_A_SEND):
        send(cleo, finn)


def test_a_hold_between_page_and_send_counts(cleo, finn, mona):
    page = send_context(cleo.client, finn, database_now())
    assert page.verdict.in_good_standing
    place_hold(client=cleo.client, moderator=mona, reason="A report", clock=database_now)
    assert writes_nothing(lambda: send(cleo, finn), Refused).refusal == Refusal.HOLD
    assert Hold.objects.get().released_at is None


def test_a_door_closed_between_page_and_send_counts(cleo, finn):
    FreelancerProfile.objects.update(door="closed")
    assert finn.door == "open"  # as the page had read it
    assert writes_nothing(lambda: send(cleo, finn), Refused).refusal == Refusal.CLOSED


def test_a_member_who_left_sends_nothing(cleo, finn, now):
    Membership.objects.filter(pk=cleo.pk).update(left_at=now)
    writes_nothing(lambda: send(cleo, finn), NotAMember)


def test_a_member_who_may_not_sign_in_sends_nothing(cleo, finn):
    cleo.user.is_active = False
    cleo.user.save()
    writes_nothing(lambda: send(cleo, finn), NotAMember)


def test_a_freelancer_who_left_receives_nothing(cleo, finn, now):
    FreelancerProfile.objects.update(deactivated_at=now)
    writes_nothing(lambda: send(cleo, finn), Gone)


def test_nobody_writes_to_themselves(otto):
    me = otto.user.freelancer_profile
    assert writes_nothing(lambda: send(otto, me), Refused).refusal == Refusal.COLLEAGUE

"""Rows that break what must hold of pairs, delivery and the desk, one at a time."""

from datetime import timedelta

from django.db.models import F

from accounts.clock import database_now
from messaging.models import Act, Block, ContactRequest, Conversation, Flag, Message
from tests import people
from tests.messaging import planted
from tests.messaging.broken_receipts import DAY, MINUTE, fay

# Pairs and states


def no_act(site):
    site.plant(logged=False)


def accepted_without_an_act(site):
    ContactRequest.objects.filter(pk=site.waiting.pk).update(
        state="accepted", ended_at=database_now(), told_at=database_now()
    )


def act(site, kind: str, old: str, new: str) -> None:
    Act.objects.create(at=site.now, kind=kind, request=site.waiting, old=old, new=new)


def expired_out_of_nothing(site):
    act(site, "request_expired", "accepted", "expired")


def accepted_twice(site):
    act(site, "request_accepted", "waiting", "accepted")
    act(site, "request_accepted", "waiting", "accepted")


def sent_twice(site):
    act(site, "request_sent", "", "waiting")


def follow_up(site):
    message = site.waiting.message
    Message.objects.create(
        conversation=message.conversation,
        seq=2,
        author=message.author,
        sender_client=message.sender_client,
        body="And another thing.",
        sent_at=site.now,
        submission_key="by hand",
    )


def waits_in_an_open_conversation(site):
    Conversation.objects.filter(pk=site.waiting.conversation_id).update(accepted_at=site.now)


def accepted_and_shut(site):
    Conversation.objects.update(accepted_at=None)


def other_pair(site):
    ContactRequest.objects.filter(pk=site.waiting.pk).update(freelancer=fay())


def told_a_minute_later(site):
    ContactRequest.objects.filter(state="put_off").update(told_at=F("ended_at") + MINUTE)


def withdrawn_and_told_later(site):
    at = site.now - MINUTE
    site.plant(state="withdrawn", ended_at=at, told_at=at + timedelta(seconds=1))


def expired_ahead_of_time(site):
    site.plant(state="expired", ended_at=site.now - MINUTE, told_at=site.now - MINUTE)


def sent_within_a_rest(site):
    then = site.now - 20 * DAY
    planted.request(site.cleo, fay(), then, state="withdrawn", ended_at=then, told_at=then)
    site.plant()


def sent_after_an_unanswered_one(site):
    then, over = site.now - 40 * DAY, site.now - 26 * DAY
    planted.request(site.cleo, fay(), then, state="expired", ended_at=over, told_at=over)
    site.plant()


def sent_before_the_freelancer_said(site):
    planted.request(
        site.petra, site.olga, site.now - 2 * DAY, slot=False, receipt={"basis": "relationship"}
    )


def sent_within_a_cool_off(site):
    planted.request(site.otto, site.olga, site.now - 30 * DAY)


def sent_after_a_declined_invitation(site):
    people.related(site.cleo.client, fay(), site.now - 30 * DAY, kind="invitation_declined")
    site.plant()


# Delivery


def block_dated_back(site):
    request = site.waiting
    Block.objects.create(
        client=request.client, freelancer=request.freelancer, placed_at=request.sent_at - MINUTE
    )


def clients_block_dated_back(site):
    answer = Message.objects.get(sender_client=None)
    Block.objects.create(
        client=site.cleo.client,
        freelancer=site.finn,
        side="client",
        placed_at=answer.sent_at - MINUTE,
        lifted_at=answer.sent_at + timedelta(microseconds=1),
    )


def gap(site):
    Message.objects.filter(seq=3).update(seq=4)


def stranger(site):
    Message.objects.filter(sender_client=None).update(author=people.user("Stranger"))


# The desk


def strangers_flag(site):
    Flag.objects.update(reporter=people.user("Stranger"))


def flag_decided_by_hand(site):
    Flag.objects.update(
        outcome="upheld",
        decided_at=site.now,
        decided_by=people.user("Not Mona"),
        decision_reason="So it is",
    )


def tomorrow(site):
    Act.objects.create(at=site.now + DAY, actor=site.waiting.member, kind="door_changed")

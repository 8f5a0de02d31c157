"""Messages in a conversation, and the reply that opens it."""

from datetime import datetime

from django.db import transaction

from accounts import bell
from accounts.clock import Clock
from accounts.locks import lock_client, lock_freelancer, share_freelancer
from accounts.models import ClientAccount, FreelancerProfile, Membership
from eligibility.selectors import against_standing
from messaging import notifications, selectors
from messaging.door import Refusal
from messaging.models import Act, ContactRequest, Conversation, Message
from messaging.models.conversation import Side
from messaging.policy import decide_in_conversation
from messaging.services.acts import log
from messaging.services.answers import accept, settle, tell_now
from messaging.services.outcomes import (
    Gone,
    KeyReused,
    NotAMember,
    NotOpen,
    OwnBlock,
    Refused,
    Stranger,
)
from messaging.services.requests import conversation_of, write_message

State = ContactRequest.State


def write_as_client(
    *, member: Membership, conversation: Conversation, body: str, submission_key: str, clock: Clock
) -> Message:
    """A client's message in an accepted conversation.

    A freelancer who has left reads nothing, which looks like a block. Raises Refused (own block,
    hold or block), KeyReused, NotAMember or NotOpen with nothing written.
    """
    with transaction.atomic(durable=True):
        client = lock_client(member.client_id)
        freelancer = share_freelancer(conversation.freelancer_id)
        now = clock()
        if not selectors.is_member(member):
            raise NotAMember
        key = {"sender_client": client, "submission_key": submission_key}
        first = Message.objects.filter(**key).first()
        if first is not None:
            return _same_or_refuse(first, conversation, body)
        conversation = Conversation.objects.get(pk=conversation.pk)
        if conversation.accepted_at is None or conversation.accepted_at > now:
            raise NotOpen(conversation)
        blocks = selectors.blocked_by(client.pk, freelancer.pk)
        refusal = decide_in_conversation(
            good_standing=not against_standing(client.pk, now),
            blocked=(Side.FREELANCER in blocks) | freelancer.has_left,
            own_block=Side.CLIENT in blocks,
        )
        if refusal is not None:
            raise Refused(refusal)
        return _write(
            conversation=conversation,
            author_id=member.user_id,
            sender_client_id=client.pk,
            body=body,
            submission_key=submission_key,
            now=now,
        )


def write_as_freelancer(
    *,
    freelancer: FreelancerProfile,
    conversation: Conversation,
    body: str,
    submission_key: str,
    clock: Clock,
) -> Message:
    """A freelancer's message. Replying to a waiting request accepts it, and tells the client so.

    Raises OwnBlock, Refused (the client has blocked the freelancer), KeyReused, NotOpen or Gone
    with nothing written.
    """
    with transaction.atomic(durable=True):
        lock_client(conversation.client_id)
        # Exclusive: a freelancer's key is looked up across all their clients.
        profile = lock_freelancer(freelancer.pk)
        now = clock()
        if profile.has_left:
            raise Gone
        key = {"author": freelancer.user_id, "submission_key": submission_key}
        first = Message.objects.filter(**key, sender_client=None).first()
        if first is not None:
            return _same_or_refuse(first, conversation, body)
        _refuse_blocks(conversation.client_id, freelancer)
        conversation = _answered(conversation, freelancer, now)
        if conversation.accepted_at is None:
            raise NotOpen(conversation)
        return _write(
            conversation=conversation,
            author_id=freelancer.user_id,
            sender_client_id=None,
            body=body,
            submission_key=submission_key,
            now=now,
        )


def start_conversation(
    *,
    freelancer: FreelancerProfile,
    client: ClientAccount,
    body: str,
    submission_key: str,
    clock: Clock,
) -> Message:
    """A freelancer writes first to a client they have a relationship with: the conversation is open
    for both from then on. If a request of the client's waits, this accepts it.

    Raises Stranger, OwnBlock, Refused (blocked by the client, or a member of it), KeyReused or Gone
    with nothing written.
    """
    with transaction.atomic(durable=True):
        lock_client(client.pk)
        profile = lock_freelancer(freelancer.pk)
        now = clock()
        if profile.has_left:
            raise Gone
        pair = {"client": client, "freelancer": profile}
        key = {"author": freelancer.user_id, "submission_key": submission_key}
        first = Message.objects.filter(**key, sender_client=None).first()
        if first is not None:
            return _same_or_refuse(first, Conversation.objects.filter(**pair).first(), body)
        if not selectors.is_known(client.pk, profile.pk, now):
            raise Stranger
        if selectors.is_colleague(client.pk, profile):
            raise Refused(Refusal.COLLEAGUE)
        _refuse_blocks(client.pk, freelancer)
        conversation = _answered(conversation_of(client.pk, profile, now), freelancer, now)
        if conversation.accepted_at is None:
            conversation.accepted_at = now
            conversation.save(update_fields=["accepted_at"])
            Act.objects.create(
                at=now, actor_id=freelancer.user_id, kind=Act.Kind.CONVERSATION_STARTED, **pair
            )
        return _write(
            conversation=conversation,
            author_id=freelancer.user_id,
            sender_client_id=None,
            body=body,
            submission_key=submission_key,
            now=now,
        )


def _write(
    *,
    conversation: Conversation,
    author_id: int,
    sender_client_id: int | None,
    body: str,
    submission_key: str,
    now: datetime,
) -> Message:
    message = write_message(
        conversation=conversation,
        author_id=author_id,
        sender_client_id=sender_client_id,
        body=body,
        submission_key=submission_key,
        now=now,
    )
    notifications.message_written(message, conversation)
    return message


def _refuse_blocks(client_id: int, freelancer: FreelancerProfile) -> None:
    blocks = selectors.blocked_by(client_id, freelancer.pk)
    if Side.FREELANCER in blocks:
        raise OwnBlock
    if Side.CLIENT in blocks:
        raise Refused(Refusal.BLOCKED)


def mark_read(*, conversation: Conversation, side: Side, up_to: int) -> None:
    """The side has read up to message `up_to`; it never goes back."""
    field = f"{side}_read_seq"
    rows = Conversation.objects.filter(pk=conversation.pk, last_seq__gte=up_to)
    if rows.filter(**{f"{field}__lt": up_to}).update(**{field: up_to}):
        # The side's own other pages; the other's only where both let it see.
        both = conversation.shows_reading
        rung = [each for each in Side if both or each == side]
        bell.ring_sides(**{f"{each}_id": getattr(conversation, f"{each}_id") for each in rung})


def _answered(
    conversation: Conversation, freelancer: FreelancerProfile, now: datetime
) -> Conversation:
    """The conversation after the freelancer's words have answered what waited in it. Call under the
    client's lock."""
    pending = ContactRequest.objects.filter(conversation=conversation).order_by("-sent_at").first()
    if pending is not None and pending.state_at(now) == State.WAITING:
        now = max(now, pending.sent_at)
        pending.opened_at = pending.opened_at or now
        conversation = accept(pending, now, told_at=now)
        notifications.answered(pending, now)
        log(
            Act.Kind.REQUEST_ACCEPTED,
            pending,
            actor_id=freelancer.user_id,
            old=State.WAITING,
            now=now,
        )
        settle(conversation.client_id, now)
        return conversation
    if pending is not None and pending.state == State.ACCEPTED and pending.can_undo(now):
        tell_now(pending, now)
        settle(conversation.client_id, now)
    return Conversation.objects.get(pk=conversation.pk)


def _same_or_refuse(first: Message, conversation: Conversation | None, body: str) -> Message:
    if conversation is None or first.conversation_id != conversation.pk or first.body != body:
        raise KeyReused
    return first

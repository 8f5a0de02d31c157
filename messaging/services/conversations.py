"""Messages in a conversation, and the reply that opens it."""

from datetime import datetime

from django.db import transaction

from accounts.clock import Clock
from accounts.locks import lock_client, lock_freelancer, share_freelancer
from accounts.models import FreelancerProfile, Membership
from eligibility.selectors import verdict_at
from messaging import quota, selectors
from messaging.models import Act, ContactRequest, Conversation, Message
from messaging.models.conversation import Side
from messaging.policy import decide_in_conversation
from messaging.services.outcomes import Gone, KeyReused, NotAMember, NotOpen, OwnBlock, Refused
from messaging.services.requests import write_message


def write_as_client(
    *, member: Membership, conversation: Conversation, body: str, submission_key: str, clock: Clock
) -> Message:
    """A client's message in an accepted conversation.

    A freelancer who has left reads nothing, which looks like a block. Raises Refused (hold or
    block), KeyReused, NotAMember or NotOpen with nothing written.
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
        if conversation.accepted_at is None:
            raise NotOpen(conversation)
        refusal = decide_in_conversation(
            good_standing=verdict_at(client.pk, now).in_good_standing,
            blocked=selectors.is_blocked(client.pk, freelancer.pk) | freelancer.has_left,
        )
        if refusal is not None:
            raise Refused(refusal)
        return write_message(
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
    """A freelancer's message. Replying to a waiting request accepts it.

    Raises OwnBlock, KeyReused, NotOpen or Gone with nothing written.
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
        if selectors.is_blocked(conversation.client_id, freelancer.pk):
            raise OwnBlock
        conversation = Conversation.objects.get(pk=conversation.pk)
        _accept_waiting(conversation, freelancer, now)
        if conversation.accepted_at is None:
            raise NotOpen(conversation)
        return write_message(
            conversation=conversation,
            author_id=freelancer.user_id,
            sender_client_id=None,
            body=body,
            submission_key=submission_key,
            now=now,
        )


def mark_read(*, conversation: Conversation, side: Side, up_to: int) -> None:
    """The side has read up to message `up_to`; it never goes back."""
    field = f"{side}_read_seq"
    rows = Conversation.objects.filter(pk=conversation.pk, last_seq__gte=up_to)
    rows.filter(**{f"{field}__lt": up_to}).update(**{field: up_to})


def _accept_waiting(
    conversation: Conversation, freelancer: FreelancerProfile, now: datetime
) -> None:
    waiting = ContactRequest.objects.filter(conversation=conversation, state="waiting")
    request = waiting.first()
    if request is None:
        return
    request.state, request.answered_at = ContactRequest.State.ACCEPTED, now
    request.opened_at = request.opened_at or now
    request.save(update_fields=["state", "answered_at", "opened_at"])
    conversation.accepted_at = conversation.accepted_at or now
    conversation.freelancer_read_seq = conversation.last_seq
    conversation.save(update_fields=["accepted_at", "freelancer_read_seq"])
    terms = verdict_at(request.client_id, now)
    quota.return_credit(request, terms.quota, anchor_day=terms.anchor_day, now=now)
    Act.objects.create(
        at=now,
        actor_id=freelancer.user_id,
        kind=Act.Kind.REQUEST_ACCEPTED,
        client_id=request.client_id,
        freelancer=freelancer,
        request=request,
        old=ContactRequest.State.WAITING,
        new=ContactRequest.State.ACCEPTED,
    )


def _same_or_refuse(first: Message, conversation: Conversation, body: str) -> Message:
    if first.conversation_id != conversation.pk or first.body != body:
        raise KeyReused
    return first

"""A client's first message, from the form to the freelancer's list."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Case, F, PositiveIntegerField, Value, When

from accounts import bell
from accounts.clock import Clock
from accounts.locks import lock_client, lock_freelancer, share_freelancer
from accounts.models import ClientAccount, FreelancerProfile, Membership, Skill
from eligibility import receipts
from messaging import notifications, quota, selectors
from messaging.door import door_content
from messaging.models import Act, ContactRequest, Conversation, Message, OpenDoorLink, Receipt
from messaging.pair import EXPIRES_AFTER
from messaging.policy import Deliver, Refuse, SendContext, decide
from messaging.services.acts import expire
from messaging.services.drafts import drop_sent
from messaging.services.outcomes import Gone, KeyReused, Moved, NotAMember, Refused, SkillGone
from messaging.slots import one_more_used


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContent:
    """What the form asks for; `body` is normalised. No skill: "something else"."""

    skill: Skill | None
    kind: str
    budget: str
    start: str
    body: str


class _LockTooWeak(Exception):
    """The door counts who comes in, which it did not when the lock was chosen."""


def send_request(
    *,
    member: Membership,
    freelancer: FreelancerProfile,
    content: RequestContent,
    submission_key: str,
    clock: Clock,
    code: str = "",
) -> ContactRequest:
    """Send a first message, or raise Refused, KeyReused, SkillGone, NotAMember or Gone with nothing
    written. `code` is that of an open-door link.

    The same key with the same content gives the first result again, never a second message or
    slot. Every fact the verdict reads is behind one of the two locks, and `now` is read after
    them: otherwise a send stamped later than this `now` could escape the count. A door that counts
    who comes in, and a link that counts its uses, take one send at a time.
    """
    letter = _Letter(member, freelancer, content, submission_key, code)
    try:
        return _send(letter, clock, alone=freelancer.counts_intake or bool(code))
    except _LockTooWeak:
        return _send(letter, clock, alone=True)


def sent_before(
    *,
    member: Membership,
    freelancer: FreelancerProfile,
    content: RequestContent,
    submission_key: str,
) -> ContactRequest | None:
    """What this key sent, if it did; no limit keeps that from whoever sends it again. Raises
    KeyReused."""
    first = _first_result(member.client, submission_key)
    return _same_or_refuse(first, freelancer, content) if first else None


@dataclass(frozen=True, slots=True)
class _Letter:
    member: Membership
    freelancer: FreelancerProfile
    content: RequestContent
    submission_key: str
    code: str


def _send(letter: _Letter, clock: Clock, *, alone: bool) -> ContactRequest:
    """`alone`: hold the freelancer's profile exclusively, as a door that counts needs. A lock is
    never raised while it is held: two who try that wait for each other."""
    member, content = letter.member, letter.content
    with transaction.atomic(durable=True):
        client = lock_client(member.client_id)
        lock = lock_freelancer if alone else share_freelancer
        profile = lock(letter.freelancer.pk)
        if profile.counts_intake and not alone:
            raise _LockTooWeak
        now = clock()
        if not selectors.is_member(member):
            raise NotAMember
        first = _first_result(client, letter.submission_key)
        if first is not None:
            return _same_or_refuse(first, profile, content)
        if not selectors.is_here(profile):
            raise Gone
        listed = selectors.lists_skill(profile, content.skill)
        context = selectors.send_context(
            client, profile, now, skill=content.skill, code=letter.code
        )
        match decide(context):
            case Refuse(refusal):
                raise Refused(refusal, context)
            case Deliver() as delivery:
                if not listed:
                    raise SkillGone
                return _deliver(letter, client, profile, delivery, context)


def _deliver(
    letter: _Letter,
    client: ClientAccount,
    profile: FreelancerProfile,
    delivery: Deliver,
    context: SendContext,
) -> ContactRequest:
    now = context.now
    _close_overdue(client, profile, now)
    request = _write(letter, profile, delivery, now)
    link = selectors.valid_link(profile, letter.code, now) if delivery.way == "link" else None
    _write_receipt(request, delivery, context, link)
    terms = context.verdict
    quota.settle_credits(client.pk, terms.quota, anchor_day=terms.anchor_day, now=now)
    notifications.request_sent(request, profile)
    if delivery.uses_slot:
        quota.use_slot(request)
        notifications.places_used(request, one_more_used(context.quota, now), now)
    return request


def _close_overdue(client: ClientAccount, freelancer: FreelancerProfile, now: datetime) -> None:
    """A pair has one waiting request, and the database cannot read the clock: what is overdue is
    written down as expired before the next one comes."""
    overdue = ContactRequest.objects.filter(
        client=client, freelancer=freelancer, state=ContactRequest.State.WAITING
    )
    for request in overdue.filter(expires_at__lte=now):
        expire(request, now)


def _first_result(client: ClientAccount, submission_key: str) -> Message | None:
    return Message.objects.filter(sender_client=client, submission_key=submission_key).first()


def _same_or_refuse(
    message: Message, freelancer: FreelancerProfile, content: RequestContent
) -> ContactRequest:
    request: ContactRequest | None = getattr(message, "request", None)
    if request is None or request.freelancer_id != freelancer.pk:
        raise KeyReused
    sent = RequestContent(
        skill=request.skill,
        kind=request.kind,
        budget=request.budget,
        start=request.start,
        body=message.body,
    )
    if sent != content:
        raise KeyReused
    return request


def _write(
    letter: _Letter, freelancer: FreelancerProfile, delivery: Deliver, now: datetime
) -> ContactRequest:
    member, content = letter.member, letter.content
    message = write_message(
        conversation=conversation_of(member.client_id, freelancer, now),
        author_id=member.user_id,
        sender_client_id=member.client_id,
        body=content.body,
        submission_key=letter.submission_key,
        now=now,
    )
    request = ContactRequest.objects.create(
        client_id=member.client_id,
        freelancer=freelancer,
        conversation=message.conversation,
        message=message,
        member_id=member.user_id,
        skill=content.skill,
        kind=content.kind,
        budget=content.budget,
        start=content.start,
        sent_at=now,
        expires_at=now + EXPIRES_AFTER,
        through_door=delivery.through_door,
    )
    Act.objects.create(
        at=now,
        actor_id=member.user_id,
        kind=Act.Kind.REQUEST_SENT,
        client_id=member.client_id,
        freelancer=freelancer,
        request=request,
        new=request.state,
    )
    return request


def conversation_of(client_id: int, freelancer: FreelancerProfile, now: datetime) -> Conversation:
    """The pair's, begun now if there is none. Call under the client's lock, where nobody else
    begins it."""
    pair: dict[str, Any] = {"client_id": client_id, "freelancer": freelancer}
    found = Conversation.objects.filter(**pair).first()
    return found or Conversation.objects.create(**pair, last_at=now)


def write_message(
    *,
    conversation: Conversation,
    author_id: int,
    sender_client_id: int | None,
    body: str,
    submission_key: str,
    now: datetime,
) -> Message:
    """The conversation's next message. Call under the client's lock, so numbers have no gaps.

    Whoever had read everything has read their own message too; so a side's mark is behind
    `last_seq` exactly when the other side wrote something it has not read.
    """
    seq = conversation.last_seq + 1
    mark = "freelancer_read_seq" if sender_client_id is None else "client_read_seq"
    read_all = When(**{mark: conversation.last_seq}, then=Value(seq))
    read = Case(read_all, default=F(mark), output_field=PositiveIntegerField())
    Conversation.objects.filter(pk=conversation.pk).update(
        last_seq=seq, last_at=now, **{mark: read}
    )
    conversation.last_seq, conversation.last_at = seq, now
    drop_sent(
        author_id=author_id, conversation=conversation, as_client=sender_client_id is not None
    )
    bell.ring_sides(client_id=conversation.client_id, freelancer_id=conversation.freelancer_id)
    return Message.objects.create(
        conversation=conversation,
        seq=seq,
        author_id=author_id,
        sender_client_id=sender_client_id,
        body=body,
        sent_at=now,
        submission_key=submission_key,
    )


def _write_receipt(
    request: ContactRequest, delivery: Deliver, context: SendContext, link: OpenDoorLink | None
) -> None:
    verdict = context.verdict
    Receipt.objects.create(
        request=request,
        policy_id=verdict.policy_version,
        plan=verdict.plan,
        basis=delivery.basis,
        evaluated_at=verdict.at,
        results=receipts.content(verdict),
        hired=context.asker.hired,
        country=context.asker.country,
        door=door_content(context.door, delivery.way),
        link=link,
    )


def open_request(*, request: ContactRequest, clock: Clock) -> None:
    """Break the seal for the freelancer. The client is not told, and opening accepts nothing.

    Raises Moved: what was taken back stays sealed.
    """
    with transaction.atomic(durable=True):
        lock_client(request.client_id)
        request = ContactRequest.objects.get(pk=request.pk)
        if request.state == ContactRequest.State.WITHDRAWN:
            raise Moved(request)
        if request.opened_at is None:
            request.opened_at = clock()
            request.save(update_fields=["opened_at"])
            bell.ring_sides(freelancer_id=request.freelancer_id)

"""A client's first message, from the form to the freelancer's list."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, PositiveIntegerField, Value, When

from accounts.clock import Clock
from accounts.locks import lock_client, share_freelancer
from accounts.models import ClientAccount, FreelancerProfile, Membership, Skill
from eligibility import receipts
from eligibility.rules import Verdict
from messaging import quota, selectors
from messaging.models import Act, ContactRequest, Conversation, Message, Receipt
from messaging.policy import Deliver, Refuse, decide
from messaging.services.outcomes import Gone, KeyReused, NotAMember, Refused, SkillGone


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContent:
    """What the form asks for; `body` is normalised. No skill: "something else"."""

    skill: Skill | None
    kind: str
    budget: str
    start: str
    body: str


def send_request(
    *,
    member: Membership,
    freelancer: FreelancerProfile,
    content: RequestContent,
    submission_key: str,
    clock: Clock,
) -> ContactRequest:
    """Send a first message, or raise Refused, KeyReused, SkillGone, NotAMember or Gone with nothing
    written.

    The same key with the same content gives the first result again, never a second message or
    slot. Every fact the verdict reads is behind one of the two locks, and `now` is read after
    them: otherwise a send stamped later than this `now` could escape the count.
    """
    with transaction.atomic(durable=True):
        client = lock_client(member.client_id)
        profile = share_freelancer(freelancer.pk)
        now = clock()
        if not selectors.is_member(member):
            raise NotAMember
        first = _first_result(client, submission_key)
        if first is not None:
            return _same_or_refuse(first, profile, content)
        if profile.has_left:
            raise Gone
        listed = selectors.lists_skill(profile, content.skill)
        context = selectors.send_context(client, profile, now)
        match decide(context):
            case Refuse(refusal):
                raise Refused(refusal, context)
            case Deliver() as delivery:
                if not listed:
                    raise SkillGone
                request = _write(member, profile, content, submission_key, now)
                _write_receipt(request, delivery, context.verdict)
                if delivery.uses_slot:
                    quota.use_slot(request)
                return request


def _first_result(client: ClientAccount, submission_key: str) -> Message | None:
    sent = Message.objects.select_related("request__skill")
    return sent.filter(sender_client=client, submission_key=submission_key).first()


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
    member: Membership,
    freelancer: FreelancerProfile,
    content: RequestContent,
    submission_key: str,
    now: datetime,
) -> ContactRequest:
    conversation, _ = Conversation.objects.get_or_create(
        client_id=member.client_id, freelancer=freelancer, defaults={"last_at": now}
    )
    message = write_message(
        conversation=conversation,
        author_id=member.user_id,
        sender_client_id=member.client_id,
        body=content.body,
        submission_key=submission_key,
        now=now,
    )
    request = ContactRequest.objects.create(
        client_id=member.client_id,
        freelancer=freelancer,
        conversation=conversation,
        message=message,
        member_id=member.user_id,
        skill=content.skill,
        kind=content.kind,
        budget=content.budget,
        start=content.start,
        sent_at=now,
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
    return Message.objects.create(
        conversation=conversation,
        seq=seq,
        author_id=author_id,
        sender_client_id=sender_client_id,
        body=body,
        sent_at=now,
        submission_key=submission_key,
    )


def _write_receipt(request: ContactRequest, delivery: Deliver, verdict: Verdict) -> None:
    Receipt.objects.create(
        request=request,
        policy_id=verdict.policy_version,
        plan=verdict.plan,
        basis=delivery.basis,
        evaluated_at=verdict.at,
        results=receipts.content(verdict),
    )


def open_request(*, request: ContactRequest, clock: Clock) -> None:
    """Break the seal for the freelancer. The client is not told, and opening accepts nothing."""
    ContactRequest.objects.filter(pk=request.pk, opened_at=None).update(opened_at=clock())

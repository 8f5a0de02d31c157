"""Who is told what: each function belongs in the transaction that makes its news true."""

from datetime import datetime

from accounts.models import FreelancerProfile, Membership, Notification
from accounts.notify import tell, untell
from accounts.selectors import user_of, writers
from messaging.models import ContactRequest, Conversation, Flag, Message
from messaging.models.conversation import Side
from messaging.slots import QuotaState

Kind = Notification.Kind
Detail = Notification.Detail

#: The states of a request of which the client is told, but for its own withdrawal.
_TOLD = {
    ContactRequest.State.ACCEPTED: Detail.ACCEPTED,
    ContactRequest.State.DECLINED: Detail.DECLINED,
    ContactRequest.State.PUT_OFF: Detail.PUT_OFF,
    ContactRequest.State.EXPIRED: Detail.EXPIRED,
}


def request_sent(request: ContactRequest, freelancer: FreelancerProfile) -> None:
    """The freelancer has a new request."""
    tell(
        [freelancer.user_id],
        Kind.REQUEST,
        subject=request.pk,
        at=request.sent_at,
        public_id=request.public_id,
        client_id=request.client_id,
        freelancer_id=freelancer.pk,
    )


def expires_soon(request: ContactRequest, now: datetime) -> None:
    """The freelancer is told that a request which waits will not wait much longer."""
    tell(
        [request.freelancer.user_id],
        Kind.EXPIRING,
        subject=request.pk,
        at=now,
        public_id=request.public_id,
        client_id=request.client_id,
        freelancer_id=request.freelancer_id,
    )


def places_used(request: ContactRequest, quota: QuotaState, now: datetime) -> None:
    """Whoever used the last place is told when the next one opens."""
    if quota.left == 0 and quota.next_at is not None:
        tell(
            [request.member_id],
            Kind.PLACES,
            subject=int(quota.next_at.timestamp()),
            at=now,
            due_at=quota.next_at,
            client_id=request.client_id,
        )


def answered(request: ContactRequest, now: datetime) -> None:
    """The client hears of it at `told_at`: whoever wrote the request, or the account's owners."""
    tell(
        _writers(request.client_id, request.member_id),
        Kind.ANSWER,
        detail=_TOLD[ContactRequest.State(request.state)],
        subject=request.pk,
        at=now,
        # What time brought is new when it is written down, or a look in between would miss it.
        due_at=max(request.told_at or now, now),
        public_id=request.public_id,
        client_id=request.client_id,
        freelancer_id=request.freelancer_id,
    )


def answer_undone(request: ContactRequest, now: datetime) -> None:
    """The client is not told of what the freelancer, or the client, took back in time."""
    untell(Kind.ANSWER, subject=request.pk, now=now)


def message_written(message: Message, conversation: Conversation) -> None:
    """The other side has a new message. Of a client account whoever wrote last is told."""
    if message.side is Side.CLIENT:
        recipients = [user_of(conversation.freelancer_id)]
    else:
        theirs = Message.objects.filter(conversation=conversation, sender_client__isnull=False)
        last = theirs.order_by("-seq").values_list("author_id", flat=True).first()
        recipients = _writers(conversation.client_id, last)
    tell(
        recipients,
        Kind.MESSAGE,
        subject=message.pk,
        at=message.sent_at,
        public_id=conversation.public_id,
        client_id=conversation.client_id,
        freelancer_id=conversation.freelancer_id,
    )


def decided(flag: Flag, outcome: str, now: datetime) -> None:
    """The reporter is told what came of the report."""
    conversation = flag.message.conversation
    tell(
        [flag.reporter_id],
        Kind.DECISION,
        detail=outcome,
        subject=flag.pk,
        at=now,
        client_id=conversation.client_id,
        freelancer_id=conversation.freelancer_id,
    )


def _writers(client_id: int, writer: int | None) -> list[int]:
    """The one who wrote, or, when they write for the account no more, its owners."""
    people = writers(client_id)
    if writer in people:
        return [writer]
    return [person for person, role in people.items() if role == Membership.Role.OWNER]

"""A freelancer's answers to a request, and the client's withdrawal of it.

Each takes the client's row exclusively, so of all that may happen to one request at the same time
exactly one does, and whoever comes later reads how it stands. An answer by a button is told to the
client when it can no longer be undone; until then the client's page says "waiting", and the client
may still withdraw: then that is what happened, for both.
"""

from datetime import datetime, timedelta

from django.db import transaction

from accounts import bell
from accounts.clock import Clock
from accounts.locks import lock_client
from accounts.models import FreelancerProfile, Membership
from eligibility.selectors import terms_at
from messaging import notifications, quota, selectors
from messaging.models import Act, ContactRequest, Conversation
from messaging.pair import UNDO
from messaging.services.acts import log
from messaging.services.outcomes import Gone, Moved, NotAMember, OwnBlock

State = ContactRequest.State
ANSWER = ["state", "opened_at", "ended_at", "told_at", "declined_at", "put_off_until", "line"]


def accept_request(
    *, request: ContactRequest, freelancer: FreelancerProfile, clock: Clock
) -> ContactRequest:
    """Open the conversation. Raises Moved, OwnBlock or Gone."""
    with transaction.atomic(durable=True):
        request, now = _locked(request, freelancer, clock)
        if selectors.is_blocked(request.client_id, freelancer.pk):
            raise OwnBlock
        accept(request, now, told_at=now + UNDO)
        bell.ring_sides(freelancer_id=request.freelancer_id)
        log(
            Act.Kind.REQUEST_ACCEPTED,
            request,
            actor_id=freelancer.user_id,
            old=State.WAITING,
            now=now,
        )
        notifications.answered(request, now)
    return request


def accept(request: ContactRequest, now: datetime, *, told_at: datetime) -> Conversation:
    """Open its conversation. Call under the client's lock, for a request that waits. Who had opened
    the letter has read it; who had not finds it unread in the conversation."""
    conversation = Conversation.objects.get(pk=request.conversation_id)
    if request.opened_at is not None:
        conversation.freelancer_read_seq = conversation.last_seq
    conversation.accepted_at = told_at
    conversation.save(update_fields=["accepted_at", "freelancer_read_seq"])
    request.opened_at = request.opened_at or now
    request.state, request.ended_at, request.told_at = State.ACCEPTED, now, told_at
    request.save(update_fields=ANSWER)
    return conversation


def take_back_acceptance(request: ContactRequest) -> None:
    """Close again what accepting had opened: the conversation, and the seal, unless the letter was
    read meanwhile. Call under the client's lock; the caller saves the request."""
    conversation = Conversation.objects.get(pk=request.conversation_id)
    conversation.accepted_at = None
    conversation.save(update_fields=["accepted_at"])
    is_unread = conversation.freelancer_read_seq < conversation.last_seq
    if request.opened_at == request.ended_at and is_unread:
        request.opened_at = None


def decline_request(
    *, request: ContactRequest, freelancer: FreelancerProfile, line: str = "", clock: Clock
) -> ContactRequest:
    """Say no, with a line for the client or without. The pair cools off for 180 days.

    Raises Moved or Gone.
    """
    with transaction.atomic(durable=True):
        request, now = _locked(request, freelancer, clock)
        request.declined_at, request.line = now, line
        _answer(request, State.DECLINED, now)
        log(
            Act.Kind.REQUEST_DECLINED,
            request,
            actor_id=freelancer.user_id,
            old=State.WAITING,
            now=now,
        )
    return request


def put_off_request(
    *, request: ContactRequest, freelancer: FreelancerProfile, until: datetime, clock: Clock
) -> ContactRequest:
    """Say "not now": from `until` on the client may send one request more. Raises Moved or Gone."""
    with transaction.atomic(durable=True):
        request, now = _locked(request, freelancer, clock)
        request.put_off_until = until
        _answer(request, State.PUT_OFF, now)
        log(
            Act.Kind.REQUEST_PUT_OFF,
            request,
            actor_id=freelancer.user_id,
            old=State.WAITING,
            now=now,
        )
    return request


def _answer(request: ContactRequest, state: State, now: datetime) -> None:
    request.state, request.ended_at, request.told_at = state, now, now + UNDO
    request.save(update_fields=ANSWER)
    bell.ring_sides(freelancer_id=request.freelancer_id)
    notifications.answered(request, now)


def undo_answer(
    *, request: ContactRequest, freelancer: FreelancerProfile, clock: Clock
) -> ContactRequest:
    """Take an answer back before the client is told of it; the request waits again, or has expired
    meanwhile. Raises Moved when the answer stands, or the client has withdrawn."""
    with transaction.atomic(durable=True):
        lock_client(request.client_id)
        now = clock()
        request = ContactRequest.objects.get(pk=request.pk, freelancer=freelancer)
        conversation = Conversation.objects.get(pk=request.conversation_id)
        old = request.state
        # The freelancer may have written first meanwhile, which no undoing closes again.
        talking = old != State.ACCEPTED and conversation.accepted_at is not None
        if talking or not request.can_undo(now):
            raise Moved(request)
        if old == State.ACCEPTED:
            take_back_acceptance(request)
        request.state, request.ended_at, request.told_at = State.WAITING, None, None
        request.declined_at, request.put_off_until, request.line = None, None, ""
        request.save(update_fields=ANSWER)
        log(Act.Kind.ANSWER_UNDONE, request, actor_id=freelancer.user_id, old=old, now=now)
        bell.ring(freelancer.user_id)
        notifications.answer_undone(request, now)
    return request


def withdraw_request(
    *, request: ContactRequest, member: Membership, clock: Clock
) -> ContactRequest:
    """The client takes the request back, as long as it has heard no answer. The slot stays used, a
    no that was on its way still counts, and the pair rests.

    Raises Moved or NotAMember.
    """
    with transaction.atomic(durable=True):
        lock_client(member.client_id)
        if not selectors.is_member(member):
            raise NotAMember
        request = ContactRequest.objects.get(pk=request.pk, client=member.client_id)
        now = max(clock(), request.sent_at)
        if request.told_state(now) != State.WAITING:
            raise Moved(request)
        old = request.state
        if old == State.ACCEPTED:
            take_back_acceptance(request)
        request.state, request.ended_at, request.told_at = State.WITHDRAWN, now, now
        request.put_off_until, request.line = None, ""
        request.save(update_fields=ANSWER)
        log(Act.Kind.REQUEST_WITHDRAWN, request, actor_id=member.user_id, old=old, now=now)
        bell.ring_sides(client_id=request.client_id, freelancer_id=request.freelancer_id)
        notifications.answer_undone(request, now)
    return request


def _locked(
    request: ContactRequest, freelancer: FreelancerProfile, clock: Clock
) -> tuple[ContactRequest, datetime]:
    """The freelancer's request as it stands under the client's lock, and the instant. It waits.
    A clock that was set back lets nobody answer before they were asked."""
    lock_client(request.client_id)
    request = ContactRequest.objects.select_related("freelancer__user").get(
        pk=request.pk, freelancer=freelancer
    )
    now = max(clock(), request.sent_at)
    if request.freelancer.has_left:
        raise Gone
    if request.state_at(now) != State.WAITING:
        raise Moved(request)
    return request, now


def tell_now(request: ContactRequest, now: datetime) -> None:
    """The freelancer wrote to the client, who is told at once what would have been told soon. Call
    under the client's lock."""
    request.told_at = max(now, request.ended_at or now)
    request.save(update_fields=["told_at"])
    notifications.answer_undone(request, now)
    notifications.answered(request, now)
    Conversation.objects.filter(pk=request.conversation_id).update(accepted_at=now)


def settle(client_id: int, now: datetime) -> int:
    """Write the credits that are due to the client. Call under the client's lock."""
    terms, anchor_day = terms_at(client_id, now)
    return quota.settle_credits(client_id, terms, anchor_day=anchor_day, now=now)


#: How far ahead "not now" may reach: further is a no.
LONGEST_PUT_OFF = timedelta(days=366)

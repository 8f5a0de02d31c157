"""A freelancer has a receipt checked again. If it does not hold, the request is taken back and the
client put on hold for review."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import bell
from accounts.clock import Clock
from accounts.locks import lock_client
from accounts.models import FreelancerProfile
from eligibility.models import Hold
from eligibility.notifications import hold_placed
from eligibility.recheck import differences
from messaging import notifications
from messaging.models import Act, ContactRequest
from messaging.services.acts import log
from messaging.services.answers import ANSWER, take_back_acceptance

#: What the client reads of such a hold.
REVIEW = _(
    "A check of your account's records did not give what one of your requests was let through on. "
    "We are looking into it."
)
State = ContactRequest.State


def check_receipt(request: ContactRequest) -> list[str]:
    """What the request's receipt says otherwise than the ledger of its instant; nothing if it
    holds."""
    receipt = request.receipt
    found = differences(
        client_id=request.client_id,
        freelancer_id=request.freelancer_id,
        at=request.sent_at,
        policy_version=receipt.policy_id,
        basis=receipt.basis,
        results=receipt.results,
    )
    return found if receipt.evaluated_at == request.sent_at else [*found, "instant"]


def check_again(
    *, request: ContactRequest, freelancer: FreelancerProfile, clock: Clock
) -> list[str]:
    """Check the receipt; where it does not hold, take the request back if it still waits, and hold
    the client. Returns what differs."""
    with transaction.atomic(durable=True):
        lock_client(request.client_id)
        request = ContactRequest.objects.select_related("receipt").get(
            pk=request.pk, freelancer=freelancer
        )
        now = max(clock(), request.sent_at)
        found = check_receipt(request)
        if found:
            _revoke(request, freelancer, found, now)
    return found


def _revoke(
    request: ContactRequest, freelancer: FreelancerProfile, found: list[str], now: datetime
) -> None:
    old = request.state
    if request.told_state(now) == State.WAITING:
        if old == State.ACCEPTED:
            take_back_acceptance(request)
        request.state, request.ended_at, request.told_at = State.WITHDRAWN, now, now
        request.put_off_until, request.line, request.revoked_at = None, "", now
        request.save(update_fields=[*ANSWER, "revoked_at"])
        notifications.answer_undone(request, now)
        bell.ring_sides(client_id=request.client_id, freelancer_id=request.freelancer_id)
    if Act.objects.filter(request=request, kind=Act.Kind.REQUEST_REVOKED).exists():
        return
    if not Hold.objects.filter(client=request.client_id, released_at=None).exists():
        hold = Hold.objects.create(
            client_id=request.client_id, reason=str(REVIEW), at=now, recorded_at=now
        )
        hold_placed(hold, now)
    log(Act.Kind.REQUEST_REVOKED, request, actor_id=freelancer.user_id, old=old, now=now)

"""What the client account sent, what came of it, and taking it back."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.guards import member_only
from accounts.keyset import page
from accounts.models import Membership
from messaging import selectors, wording
from messaging.forms import SentForm
from messaging.models import ContactRequest
from messaging.models.conversation import Side
from messaging.pair import REST
from messaging.services.answers import withdraw_request
from messaging.services.outcomes import Moved, NotAMember
from messaging.told import LABELS, Told, tell

State = ContactRequest.State


@require_safe
@member_only
def sent(request: HttpRequest, member: Membership) -> HttpResponse:
    """Newest first: how each stands for the client, and the next instant that matters."""
    now = database_now()
    state = SentForm(request.GET).chosen()
    rows = page(request, selectors.sent_requests(member, now, state), "sent_at")
    context = {
        "page": rows,
        "sent": tell(rows.rows, member.client, now),
        "state": state,
        "states": LABELS.items(),
    }
    return render(request, "sent/list.html", context)


@require_safe
@member_only
def sent_request(request: HttpRequest, member: Membership, public_id: UUID) -> HttpResponse:
    return _page(request, member, _find(member, public_id))


@member_only
def withdrawal(request: HttpRequest, member: Membership, public_id: UUID) -> HttpResponse:
    """What withdrawing means, with the button that does it."""
    told = _find(member, public_id)
    if request.method == "POST":
        return _withdraw(request, member, told)
    if told.state != State.WAITING:
        return redirect("sent_request", public_id=public_id)
    now = database_now()
    context = {
        "told": told,
        "used_slot": selectors.used_slot(told.request),
        "again_at": None if told.known else now + REST,
    }
    return render(request, "sent/withdrawal.html", context)


def _withdraw(request: HttpRequest, member: Membership, told: Told) -> HttpResponse:
    try:
        withdraw_request(request=told.request, member=member, clock=database_now)
    except Moved:
        told = _find(member, told.request.public_id)
        return _page(request, member, told, str(wording.TOLD_MEANWHILE), 409)
    except NotAMember as refused:
        raise PermissionDenied(str(wording.NO_LONGER_YOURS)) from refused
    return redirect("sent_request", public_id=told.request.public_id)


def _find(member: Membership, public_id: UUID) -> Told:
    """One of the account's own requests, as it reads now. Raises Http404."""
    now = database_now()
    found = get_object_or_404(selectors.sent_requests(member, now), public_id=public_id)
    return tell([found], member.client, now)[0]


def _page(
    request: HttpRequest, member: Membership, told: Told, refusal: str = "", status: int = 200
) -> HttpResponse:
    blocked = selectors.is_blocked(member.client_id, told.freelancer.pk, Side.CLIENT)
    context = {
        "told": told,
        "used_slot": selectors.used_slot(told.request),
        "blocked": blocked,
        "refusal": refusal,
    }
    return render(request, "sent/detail.html", context, status=status)

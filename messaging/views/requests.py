"""The freelancer's sealed requests."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.clock import database_now
from accounts.guards import freelancer_only
from accounts.keyset import page
from accounts.models import FreelancerProfile
from messaging import facts, selectors
from messaging.forms import MessageForm
from messaging.services.requests import open_request


@require_safe
@freelancer_only
def waiting(request: HttpRequest, freelancer: FreelancerProfile) -> HttpResponse:
    """Who asks, and for what; no word of the letters."""
    rows = page(request, selectors.waiting_requests(freelancer), "sent_at")
    cards = facts.cards(rows.rows, database_now())
    return render(request, "requests/list.html", {"page": rows, "cards": cards})


@require_safe
@freelancer_only
def detail(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """One request: sealed until it was opened, then the letter and why it could be written."""
    shown = selectors.request_of(freelancer, public_id)
    if shown.state != "waiting":
        return redirect("conversation", public_id=shown.conversation.public_id)
    [card] = facts.cards([shown], database_now())
    context = {"card": card, "form": MessageForm()}
    context["blocked"] = selectors.is_blocked(shown.client_id, freelancer.pk)
    return render(request, "requests/detail.html", context)


@require_POST
@freelancer_only
def opening(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """Break the seal."""
    open_request(request=selectors.request_of(freelancer, public_id), clock=database_now)
    return redirect("request", public_id=public_id)

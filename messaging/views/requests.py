"""The freelancer's sealed requests."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts import limits
from accounts.clock import database_now
from accounts.guards import act_of, freelancer_only
from accounts.keyset import page
from accounts.models import FreelancerProfile
from messaging import facts, selectors, wording
from messaging.forms import MessageForm
from messaging.models import ContactRequest
from messaging.services.conversations import write_as_freelancer
from messaging.services.outcomes import Gone, KeyReused, NotOpen, OwnBlock
from messaging.services.requests import open_request
from messaging.views.conversations import latest


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
    if shown.state != ContactRequest.State.WAITING:
        return redirect("conversation", public_id=shown.conversation.public_id)
    return _page(request, shown, MessageForm())


@act_of("request")
@freelancer_only
def opening(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """Break the seal."""
    open_request(request=selectors.request_of(freelancer, public_id), clock=database_now)
    return redirect("request", public_id=public_id)


@act_of("request")
@freelancer_only
def reply(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """Answer a request: the reply accepts it and opens the conversation."""
    shown = selectors.request_of(freelancer, public_id)
    form = MessageForm(request.POST)
    seconds = limits.seconds_to_wait(request, "message")
    if seconds:
        response = _page(request, shown, form, limits.wait_sentence(seconds), 429)
        return limits.retry_after(response, seconds)
    if not form.is_valid():
        return _page(request, shown, form, status=422)
    try:
        write_as_freelancer(
            freelancer=freelancer,
            conversation=shown.conversation,
            body=form.cleaned_data["body"],
            submission_key=form.cleaned_data["submission_key"],
            clock=database_now,
        )
    except OwnBlock:
        return _page(request, shown, form, str(wording.OWN_BLOCK), 422)
    except KeyReused:
        return _page(request, shown, form.with_new_key(), str(wording.KEY_REUSED), 409)
    except (NotOpen, Gone):
        return _page(request, shown, form, str(wording.NOT_OPEN), 409)
    return redirect(latest(shown.conversation))


def _page(
    request: HttpRequest,
    shown: ContactRequest,
    form: MessageForm,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    [card] = facts.cards([shown], database_now())
    context = {
        "card": card,
        "form": form,
        "refusal": refusal,
        "blocked": selectors.is_blocked(shown.client_id, shown.freelancer_id),
    }
    return render(request, "requests/detail.html", context, status=status)

"""What is typed is kept, and thrown away, as its owner likes. Nothing here looks at a door."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from accounts import limits
from accounts.clock import database_now
from accounts.guards import (
    act_of,
    freelancer_of,
    freelancer_only,
    member_of,
    member_only,
    person,
)
from accounts.models import ClientAccount, FreelancerProfile, Membership
from messaging import selectors
from messaging.forms import code_in
from messaging.forms.drafts import DraftForm
from messaging.models.conversation import Side
from messaging.selectors.drafts import Place
from messaging.services.drafts import discard_draft, keep_draft
from messaging.views.conversations import latest


@act_of("compose")
@member_only
def of_first_message(request: HttpRequest, member: Membership, slug: str) -> HttpResponse:
    freelancer = get_object_or_404(selectors.profiles(), slug=slug)
    code = code_in(request.POST.get("link", ""))
    back = reverse("compose", args=[slug]) + (f"?link={code}" if code else "")
    return _keep(request, freelancer, back, client_id=member.client_id)


@act_of("conversation")
def of_message(request: HttpRequest, public_id: UUID) -> HttpResponse:
    shown, side = selectors.conversation_of(
        member_of(request), freelancer_of(request), public_id, database_now()
    )
    client_id = shown.client_id if side is Side.CLIENT else None
    return _keep(request, shown, latest(shown), client_id=client_id)


@act_of("request")
@freelancer_only
def of_reply(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    shown = selectors.request_of(freelancer, public_id)
    return _keep(request, shown.conversation, reverse("request", args=[public_id]))


@act_of("write_first")
@freelancer_only
def of_writing_first(
    request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID
) -> HttpResponse:
    client = get_object_or_404(ClientAccount, public_id=public_id)
    return _keep(request, client, reverse("write_first", args=[public_id]))


def _keep(
    request: HttpRequest, place: Place, back: str, *, client_id: int | None = None
) -> HttpResponse:
    """A page that is being typed on gets one line; a form posted as a whole goes `back`."""
    owner_id = person(request).pk
    seconds = limits.seconds_to_wait(request, "draft")
    if seconds:
        return _too_often(request, seconds)
    if "discard" in request.POST:
        discard_draft(owner_id=owner_id, place=place)
        return redirect(back)
    form = DraftForm(request.POST)
    draft = keep_draft(
        owner_id=owner_id,
        place=place,
        typed=form.typed(),
        submission_key=form.cleaned_data["submission_key"],
        client_id=client_id,
        clock=database_now,
    )
    if not request.headers.get("HX-Request"):
        return redirect(back)
    return render(request, "drafts/_kept.html", {"draft": draft})


def _too_often(request: HttpRequest, seconds: int) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return limits.too_many(request, seconds)
    answer = HttpResponse(limits.wait_sentence(seconds), status=429, content_type="text/plain")
    return limits.retry_after(answer, seconds)

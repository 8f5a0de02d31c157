"""Reporting a message."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import limits
from accounts.clock import database_now
from accounts.guards import freelancer_of, member_of, person
from messaging import selectors
from messaging.forms import FlagForm
from messaging.models import ContactRequest, Message
from messaging.services.flags import flag_message
from messaging.services.outcomes import AlreadyFlagged
from messaging.views.ways import way_back


@limits.limited("flagging")
def flag(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Report a message the reader received, sealed or open, once."""
    message = selectors.received_message(member_of(request), freelancer_of(request), public_id)
    form = FlagForm(request.POST or None)
    back = way_back(request, _back(message))
    before = message.flags.filter(reporter=person(request)).first()
    if before is not None and request.method != "POST":
        return render(request, "flags/flagged.html", {"before": before, "back": back})
    if request.method == "POST" and form.is_valid():
        try:
            flag_message(
                reporter=person(request),
                message=message,
                reason=form.cleaned_data["reason"],
                note=form.cleaned_data["note"],
                clock=database_now,
            )
        except AlreadyFlagged:
            flash.info(request, _("You have flagged this message before. Moderators have it."))
        else:
            flash.success(
                request, _("Thank you. Moderators will look at it; the sender is not told.")
            )
        return redirect(back)
    sealed = _is_sealed(message)
    context = {"form": form, "shown": None if sealed else message, "back": back}
    return render(request, "flags/form.html", context, status=422 if form.errors else 200)


def _request_of(message: Message) -> ContactRequest | None:
    return getattr(message, "request", None)


def _is_sealed(message: Message) -> bool:
    request = _request_of(message)
    return request is not None and request.opened_at is None


def _back(message: Message) -> str:
    request = _request_of(message)
    if request is not None and request.state != ContactRequest.State.ACCEPTED:
        return reverse("request", args=[request.public_id])
    return reverse("conversation", args=[message.conversation.public_id])

"""A freelancer's answers to one request: each is a form of its own, on the card and on the page."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.guards import act_of, freelancer_only
from accounts.models import FreelancerProfile
from messaging import selectors, standing, wording
from messaging.forms.answers import DeclineForm, PutOffForm, form_for
from messaging.models import ContactRequest
from messaging.services.answers import (
    accept_request,
    decline_request,
    put_off_request,
    undo_answer,
)
from messaging.services.door import block_client, unblock_client
from messaging.services.outcomes import Gone, Moved, OwnBlock
from messaging.services.selection import Do
from messaging.views.requests import request_page, shown_of
from messaging.views.ways import by_htmx, way_back

#: What a link in a mail can ask for.
LINKED = (Do.ACCEPT, Do.DECLINE, Do.PUT_OFF, Do.BLOCK)
Act = Callable[..., object]


@require_safe
@freelancer_only
def answer(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """What a link that acts leads to, and where a line or a day is chosen. Looking does nothing."""
    shown = selectors.request_of(freelancer, public_id)
    asked = request.GET.get("do", "")
    if asked not in LINKED:
        return redirect("request", public_id=public_id)
    return _ask(request, freelancer, shown, Do(asked))


@act_of("request")
@freelancer_only
def accepting(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """Open the conversation, without a word."""
    return _answer(request, freelancer, public_id, accept_request)


@act_of("request")
@freelancer_only
def declining(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """No thanks, with a line or without."""
    form = DeclineForm(request.POST)
    if not form.is_valid():
        shown = selectors.request_of(freelancer, public_id)
        return _ask(request, freelancer, shown, Do.DECLINE, form)
    decline = partial(decline_request, line=form.words)
    return _answer(request, freelancer, public_id, decline, unsent=form.words)


@act_of("request")
@freelancer_only
def putting_off(
    request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID
) -> HttpResponse:
    """Not now, until a day."""
    form = PutOffForm(request.POST, today=timezone.localdate(database_now()))
    if not form.is_valid():
        shown = selectors.request_of(freelancer, public_id)
        return _ask(request, freelancer, shown, Do.PUT_OFF, form)
    return _answer(request, freelancer, public_id, partial(put_off_request, until=form.instant))


@act_of("request")
@freelancer_only
def undoing(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """Take an answer back before the client is told."""
    return _answer(request, freelancer, public_id, undo_answer, back=True)


@act_of("request")
@freelancer_only
def blocking(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """Block the client whose request it is."""
    shown = selectors.request_of(freelancer, public_id)
    block_client(freelancer=freelancer, client=shown.client, clock=database_now)
    return _tell(request, freelancer, shown, sentence=str(standing.BLOCKED))


@act_of("request")
@freelancer_only
def unblocking(
    request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID
) -> HttpResponse:
    """Lift the block of the client whose request it is."""
    shown = selectors.request_of(freelancer, public_id)
    unblock_client(freelancer=freelancer, client=shown.client, clock=database_now)
    return _tell(request, freelancer, shown, sentence=str(standing.UNBLOCKED), back=True)


def _answer(
    request: HttpRequest,
    freelancer: FreelancerProfile,
    public_id: UUID,
    act: Act,
    *,
    back: bool = False,
    unsent: str = "",
) -> HttpResponse:
    """`back`: the act takes something back, so what was there before is shown again. `unsent`: what
    was typed for it, which is told where it could not be done."""
    shown = selectors.request_of(freelancer, public_id)
    try:
        act(request=shown, freelancer=freelancer, clock=database_now)
    except OwnBlock:
        return _tell(request, freelancer, shown, status=422, sentence=str(wording.OWN_BLOCK))
    except Gone:
        raise PermissionDenied(_("You have left the marketplace, so nothing was done.")) from None
    except Moved:
        now_shown = selectors.request_of(freelancer, public_id)
        stands = standing.standing(now_shown, database_now()).sentence
        sentence = _("That was not done, for this came first. {stands}").format(stands=stands)
        if unsent:
            sentence += " " + _("Your line was not sent: “{line}”").format(line=unsent)
        return _tell(request, freelancer, now_shown, status=409, sentence=sentence)
    return _tell(request, freelancer, selectors.request_of(freelancer, public_id), back=back)


def _tell(
    request: HttpRequest,
    freelancer: FreelancerProfile,
    shown: ContactRequest,
    *,
    status: int = 200,
    sentence: str = "",
    back: bool = False,
) -> HttpResponse:
    """How the request stands now: a row in the card's place, or the page the person was on."""
    [one] = shown_of(freelancer, [shown], database_now())
    said = sentence or one.stands.sentence
    if not by_htmx(request):
        if status != 200:
            return request_page(request, freelancer, shown, refusal=said, status=status)
        flash.success(request, f"\u2068{shown.client.name}\u2069: {said}")
        return redirect(_back(request, shown))
    place = request.POST.get("place", "")
    on_its_shelf = back and place == "waiting" and one.stands.can_answer
    part = "requests/_card.html" if on_its_shelf else "requests/_row.html"
    context = {"shown": one, "said": said, "place": place, "part": part}
    context["back"] = _back(request, shown)
    return render(request, "requests/_answered.html", context, status=status)


def _ask(
    request: HttpRequest,
    freelancer: FreelancerProfile,
    shown: ContactRequest,
    do: Do,
    form: Form | None = None,
) -> HttpResponse:
    """The question before an answer: a page of its own, or what the list shows in its dialog.
    `form` is one that was refused."""
    now = database_now()
    [one] = shown_of(freelancer, [shown], now)
    place = request.POST.get("place") or request.GET.get("place", "")
    context = {
        "shown": one,
        "do": do.value,
        "form": form or form_for(do, None, today=timezone.localdate(now)),
        "place": place,
        "swaps": by_htmx(request) and place != "page",
        "back": _back(request, shown),
    }
    status = 200 if form is None else 422
    if not by_htmx(request):
        return render(request, "requests/answer.html", context, status=status)
    response = render(request, "requests/_ask.html", context | {"level": 2}, status=status)
    response["HX-Retarget"], response["HX-Reswap"] = "#ask", "innerHTML settle:0ms"
    return response


def _back(request: HttpRequest, shown: ContactRequest) -> str:
    return way_back(request, reverse("request", args=[shown.public_id]))

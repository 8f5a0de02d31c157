"""The freelancer's requests: the sealed list, and one of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import limits
from accounts.clock import database_now
from accounts.guards import act_of, freelancer_only
from accounts.keyset import page
from accounts.models import FreelancerProfile
from messaging import facts, selectors, wording
from messaging.forms import MessageForm
from messaging.forms.answers import MOST_AT_ONCE
from messaging.forms.search import ShelfForm
from messaging.models import ContactRequest
from messaging.selectors import Shelf
from messaging.services.conversations import write_as_freelancer
from messaging.services.outcomes import Gone, KeyReused, Moved, NotOpen, OwnBlock, Refused
from messaging.services.recheck import check_again
from messaging.services.requests import open_request
from messaging.standing import DOUBTED, REVOKED, UPHELD, Standing, standing
from messaging.views.conversations import latest
from messaging.views.ways import list_beside

#: So many answers that can be taken back stand each above the list; more are on their shelves.
UNDOABLE_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Shown:
    """A request with what its page tells: who asks, and how it stands."""

    card: facts.Card
    stands: Standing


def shown_of(
    freelancer: FreelancerProfile, requests: Sequence[ContactRequest], now: datetime
) -> list[Shown]:
    """At most four queries however many requests."""
    blocked = selectors.blocked_among(freelancer, [one.client_id for one in requests])
    return [
        Shown(card, standing(card.request, now, blocked=card.request.client_id in blocked))
        for card in facts.cards(requests, now)
    ]


@require_safe
@freelancer_only
def shelf(request: HttpRequest, freelancer: FreelancerProfile) -> HttpResponse:
    """Who asks, and for what; no word of the letters."""
    form, now = ShelfForm(request.GET), database_now()
    form.is_valid()
    if form.words and (seconds := limits.seconds_to_wait(request, "search")):
        return limits.too_many(request, seconds)
    found = selectors.on_shelf(freelancer, form.shelf, now, form.words, form.stretch)
    if form.has_error("q"):
        found = found.none()
    rows = page(request, found, "sent_at")
    waits = form.shelf is Shelf.WAITING
    undoable = list(selectors.undoable(freelancer, now)[:MOST_AT_ONCE]) if waits else []
    size = selectors.count_up_to(MOST_AT_ONCE + 1, found)
    context = {
        "form": form,
        "shelves": list(Shelf),
        "page": rows,
        "cards": shown_of(freelancer, rows.rows, now),
        "place": _place(form.shelf),
        "drawn": {},
        "undoable": [(one, standing(one, now)) for one in undoable[:UNDOABLE_SHOWN]],
        "undo_all": _undo_all(undoable, now),
        "size": size,
        "beyond": size - len(rows.rows),
        "most": MOST_AT_ONCE,
        "further": form.words and selectors.goes_further(freelancer, form.shelf, now, form.stretch),
        "reach": selectors.REACH,
    }
    return render(request, "requests/list.html", context)


def _undo_all(undoable: Sequence[ContactRequest], now: datetime) -> dict[str, str | int]:
    """What takes these back at once while none of them is told; the latest answer is first."""
    seconds = standing(undoable[-1], now).seconds if undoable else 0
    chosen = " ".join(str(one.public_id) for one in undoable)
    return {"n": len(undoable), "seconds": seconds, "chosen": chosen}


@require_safe
@freelancer_only
def detail(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """One request: sealed until it was opened, then the letter; and why it could be written."""
    return request_page(request, freelancer, selectors.request_of(freelancer, public_id))


@act_of("request")
@freelancer_only
def opening(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """Break the seal. What was taken back stays sealed."""
    shown = selectors.request_of(freelancer, public_id)
    try:
        open_request(request=shown, clock=database_now)
    except Moved:
        shown = selectors.request_of(freelancer, public_id)
        sentence = standing(shown, database_now()).sentence
        return request_page(request, freelancer, shown, refusal=sentence, status=409)
    return redirect("request", public_id=public_id)


@act_of("request")
@freelancer_only
def checking(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """Hold the receipt against the records of its instant once more."""
    shown = selectors.request_of(freelancer, public_id)
    if seconds := limits.seconds_to_wait(request, "checking"):
        sentence = limits.wait_sentence(seconds)
        response = request_page(request, freelancer, shown, refusal=sentence, status=429)
        return limits.retry_after(response, seconds)
    differs = check_again(request=shown, freelancer=freelancer, clock=database_now)
    if not differs:
        flash.success(request, UPHELD)
        return redirect("request", public_id=public_id)
    revoked = selectors.request_of(freelancer, public_id).revoked_at is not None
    flash.warning(request, REVOKED if revoked else DOUBTED)
    return redirect("request", public_id=public_id)


@act_of("request")
@freelancer_only
def reply(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """Answer a request: the reply accepts it and opens the conversation."""
    shown = selectors.request_of(freelancer, public_id)
    form = MessageForm(request.POST)
    again = partial(request_page, request, freelancer, shown)
    seconds = limits.seconds_to_wait(request, "message")
    if seconds:
        response = again(form, limits.wait_sentence(seconds), 429)
        return limits.retry_after(response, seconds)
    if not form.is_valid():
        return again(form, status=422)
    try:
        write_as_freelancer(
            freelancer=freelancer,
            conversation=shown.conversation,
            body=form.cleaned_data["body"],
            submission_key=form.cleaned_data["submission_key"],
            clock=database_now,
        )
    except OwnBlock:
        return again(form, str(wording.OWN_BLOCK), 422)
    except Refused as refused:
        return again(form, wording.refusal(refused.refusal, name=shown.client.name), 422)
    except KeyReused:
        return again(form.with_new_key(), str(wording.KEY_REUSED), 409)
    except (NotOpen, Gone):
        shown = selectors.request_of(freelancer, public_id)
        sentence = standing(shown, database_now()).sentence
        return request_page(request, freelancer, shown, form, sentence, 409)
    return _lead_on(request, latest(shown.conversation))


def _lead_on(request: HttpRequest, to: str) -> HttpResponse:
    """To another page, from beside the list as well: there a redirect would bring its text only."""
    if not list_beside(request):
        return redirect(to)
    return HttpResponse(status=204, headers={"HX-Redirect": to})


def request_page(
    request: HttpRequest,
    freelancer: FreelancerProfile,
    shown: ContactRequest,
    form: MessageForm | None = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of one request; with a `refusal`, what was written stays in its `form`."""
    [one] = shown_of(freelancer, [shown], database_now())
    draft = None if form else selectors.draft_of(freelancer.user_id, shown.conversation)
    context = {
        "shown": one,
        "form": form or MessageForm(initial=draft.typed() if draft else None),
        "draft": draft,
        "refusal": refusal,
        "back": reverse("request", args=[shown.public_id]),
    }
    if beside := list_beside(request):
        listed = ShelfForm(QueryDict(beside.query))
        listed.is_valid()
        context["back"] = beside.geturl()
        context["place"] = _place(listed.shelf)
        return render(request, "requests/_opened.html", context, status=status)
    return render(request, "requests/detail.html", context, status=status)


def _place(shelf: Shelf) -> str:
    """What undoing shows in a card's place."""
    return "waiting" if shelf is Shelf.WAITING else "shelf"

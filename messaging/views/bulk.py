"""Acting on many requests at once: what will happen, then the act, then what came of it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import limits
from accounts.clock import database_now
from accounts.guards import act_of, freelancer_only
from accounts.models import FreelancerProfile
from messaging import selectors
from messaging.forms.answers import (
    MOST_AT_ONCE,
    ChosenForm,
    DoForm,
    deed_of,
    form_for,
    ids_in,
)
from messaging.forms.search import ShelfForm
from messaging.models import ContactRequest
from messaging.services.selection import Do, Outcome, do_to_each
from messaging.standing import Standing, failure, standing
from messaging.views.ways import way_back

#: What came of the last act lies in the session under this name.
KEPT = "selection"
Told = list[tuple[ContactRequest, Standing]]


@act_of("requests")
@freelancer_only
def selection(request: HttpRequest, freelancer: FreelancerProfile) -> HttpResponse:
    """What will happen to which requests. Nothing happens yet."""
    form = DoForm(request.POST)
    chosen = _told(freelancer, _ids(request, freelancer), database_now())
    return _confirm(request, chosen, form.cleaned_data["do"] if form.is_valid() else None)


@act_of("requests")
@freelancer_only
def acting(request: HttpRequest, freelancer: FreelancerProfile) -> HttpResponse:
    """Do it, to one request after the other."""
    form, now = ChosenForm(request.POST), database_now()
    if not form.is_valid():
        return _confirm(request, [])
    do: Do = form.cleaned_data["do"]
    chosen = _told(freelancer, form.cleaned_data["chosen"], now)
    how = form_for(do, request.POST, today=timezone.localdate(now))
    if not chosen or not how.is_valid():
        return _confirm(request, chosen, do, how)
    outcome = do_to_each(
        deed_of(do, how),
        [one for one, _stands in chosen],
        freelancer=freelancer,
        clock=database_now,
        may_flag=lambda: not limits.seconds_to_wait(request, "flagging"),
    )
    _keep(request, do, outcome)
    return redirect("selection_result")


@require_safe
@freelancer_only
def result(request: HttpRequest, freelancer: FreelancerProfile) -> HttpResponse:
    """How many were done, and of each that was not, which and why."""
    kept: dict[str, Any] | None = request.session.get(KEPT)
    if kept is None:
        return redirect("requests")
    now, why = database_now(), {UUID(name): reason for name, reason in kept["failed"]}
    done = _told(freelancer, [UUID(name) for name in kept["done"]], now)
    failed = [(one, failure(why[one.public_id], to)) for one, to in _told(freelancer, [*why], now)]
    seconds = [stands.seconds for _one, stands in done if stands.seconds]
    context = {
        "do": kept["do"],
        "done": done,
        "n": Do(kept["do"]).counted(one for one, _stands in done),
        "failed": failed,
        "chosen": " ".join(kept["done"]),
        "seconds": min(seconds, default=0) if Do(kept["do"]).is_answer else 0,
        "back": kept["back"],
    }
    return render(request, "requests/result.html", context)


def _ids(request: HttpRequest, freelancer: FreelancerProfile) -> list[UUID]:
    """What was ticked, or everything on the shelf as it is searched, the newest first."""
    if "all" not in request.POST:
        return ids_in(request.POST.getlist("chosen"))
    form = ShelfForm(request.POST)
    form.is_valid()
    now = database_now()
    found = selectors.on_shelf(freelancer, form.shelf, now, form.words, form.stretch)
    return selectors.newest_ids(MOST_AT_ONCE, found)


def _told(freelancer: FreelancerProfile, ids: list[UUID], now: datetime) -> Told:
    """The freelancer's own among these, and how each stands. Two queries."""
    own = list(selectors.chosen(freelancer, ids))
    blocked = selectors.blocked_among(freelancer, [one.client_id for one in own])
    return [(one, standing(one, now, blocked=one.client_id in blocked)) for one in own]


def _keep(request: HttpRequest, do: Do, outcome: Outcome) -> None:
    request.session[KEPT] = {
        "do": do.value,
        "done": [str(one.public_id) for one in outcome.done],
        "failed": [(str(one.public_id), reason) for one, reason in outcome.failed],
        "back": way_back(request, reverse("requests")),
    }


def _confirm(
    request: HttpRequest, chosen: Told, do: Do | None = None, how: Form | None = None
) -> HttpResponse:
    """The page that says what will happen, to how many and to whom, or why nothing will; `how` is
    a form that was refused."""
    fit = [one for one, to in chosen if to.can_answer or not (do and do.is_answer)]
    problem = _problem(chosen, do, fit)
    today = timezone.localdate(database_now())
    context = {
        "do": do,
        "how": how or form_for(do, None, today=today),
        "fit": fit,
        "left_out": [(one, to) for one, to in chosen if one not in fit],
        "chosen": " ".join(str(one.public_id) for one in fit),
        "n": do.counted(fit) if do else 0,
        "problem": problem,
        "back": way_back(request, reverse("requests")),
    }
    refused = problem or (how is not None and how.errors)
    return render(request, "requests/selection.html", context, status=422 if refused else 200)


def _problem(chosen: Told, do: Do | None, fit: list[ContactRequest]) -> str:
    if not chosen:
        return _("Nothing is ticked yet. Tick the requests you mean, then choose what to do.")
    if do is None:
        return _("Choose what to do with the requests you ticked.")
    if not fit:
        return _("None of these waits for an answer any more, so nothing was done.")
    return ""

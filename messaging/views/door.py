"""The door settings, tried on what came before and saved."""

from collections.abc import Iterator
from functools import partial

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.clock import database_now
from accounts.guards import act_of, freelancer_only
from accounts.models import FreelancerProfile
from messaging import selectors
from messaging.backtest import back_test
from messaging.forms import DoorForm
from messaging.forms.answers import MOST_AT_ONCE
from messaging.forms.blocks import BlockForm
from messaging.models import ContactRequest
from messaging.services.answers import decline_request
from messaging.services.door import end_pause, set_door
from messaging.services.selection import act_on_each
from messaging.standing import failure, standing
from messaging.views.ways import by_htmx

#: So many requests that could not be declined are named.
NAMED = 10


@freelancer_only
def door(request: HttpRequest, freelancer: FreelancerProfile) -> HttpResponse:
    """Who may knock, with what it means, and what it would have meant for the latest requests."""
    form = _form(request, freelancer)
    if request.method != "POST" or not form.is_valid():
        return _page(request, freelancer, form)
    set_door(freelancer=freelancer, to=form.settings(), clock=database_now)
    flash.success(request, _("Saved. It holds from now on."))
    if form.declines_waiting and form.tried().is_shut(database_now()):
        _decline_waiting(request, freelancer)
    return redirect("door")


@act_of("door")
@freelancer_only
def trying(request: HttpRequest, freelancer: FreelancerProfile) -> HttpResponse:
    """What is typed, tried on the latest requests. Nothing is saved."""
    form = _form(request, freelancer)
    if not by_htmx(request):
        return _page(request, freelancer, form, tries=True)
    fits = form.is_valid()
    context = {"form": form, "test": back_test(freelancer, form.tried()) if fits else None}
    return render(request, "door/_backtest.html", context, status=200 if fits else 422)


@act_of("door")
@freelancer_only
def pause_end(request: HttpRequest, freelancer: FreelancerProfile) -> HttpResponse:
    """The door is as it was set, at once."""
    end_pause(freelancer=freelancer, clock=database_now)
    flash.success(request, _("The pause is over. Your door is as it is set here."))
    return redirect("door")


def _form(request: HttpRequest, freelancer: FreelancerProfile) -> DoorForm:
    return DoorForm(
        request.POST if request.method == "POST" else None,
        door=selectors.door_of(freelancer),
        skills=freelancer.skills.all(),
        now=database_now(),
    )


def _page(
    request: HttpRequest, freelancer: FreelancerProfile, form: DoorForm, *, tries: bool = False
) -> HttpResponse:
    """`tries`: what is typed is shown and was not saved."""
    tried = form.tried() if form.is_valid() else form.as_set
    context = {
        "form": form,
        "block_form": BlockForm(own=None),
        "test": None if form.errors else back_test(freelancer, tried),
        "paused_until": form.pause_in_force,
        "tries": tries and not form.errors,
        "waiting": selectors.waiting_count(freelancer, database_now()),
    }
    return render(request, "door/page.html", context, status=422 if form.errors else 200)


def _decline_waiting(request: HttpRequest, freelancer: FreelancerProfile) -> None:
    """No thanks to what waits, each by itself, and say what came of it. The door is shut before,
    so that nothing arrives meanwhile."""
    waiting = selectors.knocking(freelancer, database_now()).order_by("-sent_at", "-id")
    for level, sentence in decline_each(freelancer, list(waiting[:MOST_AT_ONCE])):
        flash.add_message(request, level, sentence)
    if selectors.waiting_count(freelancer, database_now()):
        flash.warning(
            request, _("Some requests still wait. Save again with “declined” to decline them too.")
        )


def decline_each(
    freelancer: FreelancerProfile, waiting: list[ContactRequest]
) -> Iterator[tuple[int, str]]:
    """Decline these, and what came of it: levels and sentences."""
    act = partial(decline_request, freelancer=freelancer, clock=database_now)
    outcome = act_on_each(waiting, act)
    if outcome.done:
        done = len(outcome.done)
        sentence = ngettext(
            "{n} request is declined. For 30 seconds you can take that back on the page Requests.",
            "{n} requests are declined. For 30 seconds you can take that back on the page "
            "Requests.",
            done,
        )
        yield flash.SUCCESS, sentence.format(n=done)
    if outcome.failed:
        yield flash.WARNING, _not_declined(freelancer, outcome.failed)


def _not_declined(freelancer: FreelancerProfile, failed: list[tuple[ContactRequest, str]]) -> str:
    """Which were not declined, and why."""
    now, why = database_now(), {request.public_id: reason for request, reason in failed}
    said = [
        f"\u2068{one.client.name}\u2069: {failure(why[one.public_id], standing(one, now))}"
        for one in selectors.chosen(freelancer, list(why)[:NAMED])
    ]
    if len(failed) > NAMED:
        said.append(_("And {n} more.").format(n=len(failed) - NAMED))
    sentence = ngettext("{n} was not declined.", "{n} were not declined.", len(failed))
    return " ".join([sentence.format(n=len(failed)), *said])

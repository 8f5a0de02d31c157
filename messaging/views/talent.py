"""The public directory of freelancers, and one freelancer's page."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.guards import freelancer_of, member_of
from accounts.keyset import page
from accounts.late import perhaps_late
from accounts.limits import limited
from accounts.models import FreelancerProfile, Membership
from messaging import selectors, wording
from messaging.door import Refusal
from messaging.forms import TalentForm, code_in
from messaging.policy import Refuse, decide
from messaging.views import probing


@login_not_required
@require_safe
@limited("search", methods=("GET",))
def directory(request: HttpRequest) -> HttpResponse:
    """Newest first; by words in name, headline and skills, or by one skill."""
    form = TalentForm(request.GET)
    fits = form.is_valid()
    found = selectors.talent(
        words=form.cleaned_data.get("q", ""), skill=form.cleaned_data.get("skill", "")
    )
    if not fits:
        found = found.none()
    shown = perhaps_late(found, lambda rows: page(request, rows, "joined_at"))
    context = {"form": form, "page": shown}
    return render(request, "talent/directory.html", context)


@login_not_required
@require_safe
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one freelancer; a client sees whether and why they may write."""
    shown = get_object_or_404(selectors.profiles(), slug=slug)
    context = {"shown": shown, "own": shown == freelancer_of(request)}
    member = member_of(request)
    if member is not None:
        context |= _for_member(request, member, shown)
    return render(request, "talent/profile.html", context)


def _for_member(
    request: HttpRequest, member: Membership, shown: FreelancerProfile
) -> dict[str, Any]:
    """Whether the account may write, and its own block."""
    code = code_in(request.GET.get("link", ""))
    advice = selectors.send_context(member.client, shown, database_now(), code=code)
    context: dict[str, Any] = {
        "link": code,
        "may_block": not advice.pair.colleague,
        "blocked": advice.pair.own_block,
    }
    if decide(advice) == Refuse(Refusal.TALKING):
        context["conversation"] = selectors.conversation_between(member.client, shown)
        return context
    told = probing.answer(request, member, shown, advice)
    if not told.sentence and advice.pair.known:
        context["known_because"] = known_because(member, shown)
    return context | {"told": told, "may_write": not told.sentence}


def known_because(member: Membership, shown: FreelancerProfile) -> str:
    """Why the message passes without place and gate, by the latest of what the two had."""
    relation = selectors.relations(member.client, shown, database_now()).first()
    return wording.known_because(relation, name=shown.name) if relation else ""

"""The public directory of freelancers, and one freelancer's page."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.guards import freelancer_of, member_of
from accounts.keyset import page
from accounts.limits import limited
from messaging import selectors, wording
from messaging.forms import TalentForm
from messaging.policy import Refusal, Refuse, decide


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
    context = {"form": form, "page": page(request, found, "joined_at")}
    return render(request, "talent/directory.html", context)


@login_not_required
@require_safe
def profile(request: HttpRequest, slug: str) -> HttpResponse:
    """The page of one freelancer; a client sees whether and why they may write."""
    shown = get_object_or_404(selectors.profiles(), slug=slug)
    context = {"shown": shown, "own": shown == freelancer_of(request)}
    member = member_of(request)
    if member is not None:
        advice = selectors.send_context(member.client, shown, database_now())
        match decide(advice):
            case Refuse(Refusal.TALKING):
                context["conversation"] = selectors.conversation_between(member.client, shown)
            case Refuse(refusal):
                context["waiting"] = advice.pair.waiting
                context["theirs"] = refusal.is_freelancers_own
                context["refusal"] = wording.refusal(refusal, name=shown.name, context=advice)
            case _:
                context["may_write"] = True
    return render(request, "talent/profile.html", context)

"""A client writes a first message."""

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import limits
from accounts.clock import database_now
from accounts.guards import member_only
from accounts.models import FreelancerProfile, Membership
from messaging import selectors, wording
from messaging.facts import facts_of
from messaging.forms import RequestForm
from messaging.policy import Deliver, Refusal, Refuse, SendContext, decide
from messaging.services.outcomes import Gone, KeyReused, NotAMember, Refused, SkillGone
from messaging.services.requests import send_request

#: 422 says "understood and refused"; the quota's own status is 429, a moved state's 409.
STATUS = {Refusal.QUOTA: 429, Refusal.TALKING: 409}


@member_only
def compose(request: HttpRequest, member: Membership, slug: str) -> HttpResponse:
    """The form, or, before anything is typed, the one sentence why not."""
    freelancer = get_object_or_404(selectors.profiles(), slug=slug)
    if request.method == "POST":
        return _send(request, member, freelancer)
    advice = selectors.send_context(member.client, freelancer, database_now())
    refusal = ""
    match decide(advice):
        case Refuse(Refusal.TALKING):
            return redirect("talent_profile", slug=slug)
        case Refuse(reason):
            refusal = wording.refusal(reason, name=freelancer.name, context=advice)
        case Deliver():
            pass
    form = RequestForm(freelancer=freelancer)
    return _page(request, member, freelancer, form, advice, refusal=refusal, may_type=not refusal)


def _send(request: HttpRequest, member: Membership, freelancer: FreelancerProfile) -> HttpResponse:
    form = RequestForm(request.POST, freelancer=freelancer)
    seconds = limits.seconds_to_wait(request, "sending")
    if seconds:
        response = _refuse(request, member, freelancer, form, limits.wait_sentence(seconds), 429)
        return limits.retry_after(response, seconds)
    if not form.is_valid():
        return _refuse(request, member, freelancer, form, "", 422)
    try:
        sent = send_request(
            member=member,
            freelancer=freelancer,
            content=form.content(),
            submission_key=form.cleaned_data["submission_key"],
            clock=database_now,
        )
    except Refused as refused:
        sentence = wording.refusal(refused.refusal, name=freelancer.name, context=refused.context)
        status = STATUS.get(refused.refusal, 422)
        return _refuse(request, member, freelancer, form, sentence, status, refused.context)
    except KeyReused:
        sentence = str(wording.KEY_REUSED)
        return _refuse(request, member, freelancer, form.with_new_key(), sentence, 409)
    except SkillGone:
        return _refuse(request, member, freelancer, form, str(wording.SKILL_GONE), 409)
    except NotAMember:
        return _refuse(request, member, freelancer, form, str(wording.NOT_A_MEMBER), 403)
    except Gone:
        return _refuse(request, member, freelancer, form, str(wording.GONE), 404)
    flash.success(
        request,
        _("Sent. {name} will see who you are and what it is about.").format(name=freelancer.name),
    )
    return redirect("sent_request", public_id=sent.public_id)


def _refuse(
    request: HttpRequest,
    member: Membership,
    freelancer: FreelancerProfile,
    form: RequestForm,
    refusal: str,
    status: int,
    judged_by: SendContext | None = None,
) -> HttpResponse:
    """The form again; where nothing was judged, with what a judgement would read now."""
    advice = judged_by or selectors.send_context(member.client, freelancer, database_now())
    return _page(request, member, freelancer, form, advice, refusal=refusal, status=status)


def _page(
    request: HttpRequest,
    member: Membership,
    freelancer: FreelancerProfile,
    form: RequestForm,
    advice: SendContext,
    *,
    refusal: str = "",
    may_type: bool = True,
    status: int = 200,
) -> HttpResponse:
    judged = decide(advice)
    context = {
        "facts": facts_of(member.client, advice.verdict),
        "shown": freelancer,
        "form": form,
        "advice": advice,
        "quota_sentence": wording.quota_sentence(advice.quota, advice.now),
        "refusal": refusal,
        "theirs": isinstance(judged, Refuse) and judged.refusal.is_freelancers_own,
        "may_type": may_type,
    }
    return render(request, "compose/page.html", context, status=status)

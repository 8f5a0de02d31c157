"""A client writes a first message."""

from dataclasses import replace
from functools import partial

from django.contrib import messages as flash
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import limits, metrics
from accounts.clock import database_now
from accounts.guards import member_only
from accounts.models import FreelancerProfile, Membership, Skill
from messaging import selectors, wording
from messaging.door import Refusal
from messaging.facts import facts_of
from messaging.forms import RequestForm, code_in
from messaging.models import ContactRequest, Draft
from messaging.policy import Refuse, SendContext, advise, decide
from messaging.services.outcomes import Gone, KeyReused, NotAMember, Refused, SkillGone
from messaging.services.requests import send_request, sent_before
from messaging.views import probing
from messaging.views.probing import Answer
from messaging.views.talent import known_because

#: 422 says "understood and refused"; the quota's own status is 429, a moved state's 409.
STATUS = {Refusal.QUOTA: 429, Refusal.TALKING: 409}
#: What can come between the page and the sending, and its status.
MEANWHILE = {
    SkillGone: (wording.SKILL_GONE, 409),
    NotAMember: (wording.NOT_A_MEMBER, 403),
    Gone: (wording.GONE, 404),
}


@member_only
def compose(request: HttpRequest, member: Membership, slug: str) -> HttpResponse:
    """The form, or, before anything is typed, the one sentence why not."""
    profiles = selectors.profiles()
    if request.method == "POST":
        # The skills are for the page, which follows only when nothing was sent.
        profiles = profiles.prefetch_related(None)
        return _send(request, member, get_object_or_404(profiles, slug=slug))
    freelancer = get_object_or_404(profiles, slug=slug)
    code = code_in(request.GET.get("link", ""))
    advice = selectors.send_context(member.client, freelancer, database_now(), code=code)
    if decide(advice) == Refuse(Refusal.TALKING):
        return redirect("talent_profile", slug=slug)
    told = probing.answer(request, member, freelancer, advice)
    draft = selectors.draft_of(member.user_id, freelancer)
    typed = {"link": code, **(draft.typed() if draft else {})}
    form = RequestForm(initial=typed, skills=_skills(freelancer, advice))
    return _page(request, member, freelancer, form, told, advice=advice, draft=draft)


def _send(request: HttpRequest, member: Membership, freelancer: FreelancerProfile) -> HttpResponse:
    """The sending judges; what it would say is only asked before it where nothing can be sent."""
    code = code_in(request.POST.get("link", ""))
    judged = partial(selectors.send_context, member.client, freelancer, code=code)
    form = RequestForm(request.POST, skills=freelancer.skills.all())
    too_often = _too_often(request, member)
    if too_often.seconds:
        if sent := _sent_before(member, freelancer, form):
            return redirect("sent_request", public_id=sent.public_id)
        advice = judged(database_now())
        return _page(request, member, freelancer, form, too_often, 429, advice=advice)
    if not form.is_valid():
        advice = judged(database_now())
        form = RequestForm(request.POST, skills=_skills(freelancer, advice))
        if not form.is_valid():
            return _page(request, member, freelancer, form, Answer(), 422, advice=advice)
    try:
        sent = send_request(
            member=member,
            freelancer=freelancer,
            content=form.content(),
            submission_key=form.cleaned_data["submission_key"],
            clock=database_now,
            code=code,
        )
    except Refused as refused:
        return _refused(request, member, freelancer, form, refused)
    except KeyReused:
        told = Answer(str(wording.KEY_REUSED))
        return _page(request, member, freelancer, form.with_new_key(), told, 409)
    except (SkillGone, NotAMember, Gone) as meanwhile:
        sentence, status = MEANWHILE[type(meanwhile)]
        return _page(request, member, freelancer, form, Answer(str(sentence)), status)
    metrics.FIRST_MESSAGES.labels("sent").inc()
    flash.success(
        request,
        _("Sent. {name} will see who you are and what it is about.").format(name=freelancer.name),
    )
    return redirect("sent_request", public_id=sent.public_id)


def _sent_before(
    member: Membership, freelancer: FreelancerProfile, form: RequestForm
) -> ContactRequest | None:
    """What this form sent already, when only its answer was lost."""
    if not form.is_valid():
        return None
    try:
        return sent_before(
            member=member,
            freelancer=freelancer,
            content=form.content(),
            submission_key=form.cleaned_data["submission_key"],
        )
    except KeyReused:
        return None


def _skills(freelancer: FreelancerProfile, advice: SendContext) -> QuerySet[Skill]:
    """What the form offers. All of them to a client that is refused whatever it chooses: a list
    cut short would tell a selective door from a closed one."""
    if isinstance(advise(advice), Refuse):
        return freelancer.skills.all()
    return selectors.offered_skills(freelancer, advice)


def _as_offered(
    request: HttpRequest,
    freelancer: FreelancerProfile,
    form: RequestForm,
    context: SendContext | None,
) -> RequestForm:
    """The form with what it offers this client: the skill that was chosen may not be among it."""
    if context is None:
        return form
    before_choosing = replace(context, asker=replace(context.asker, skill=None))
    return RequestForm(request.POST, skills=_skills(freelancer, before_choosing))


def _too_often(request: HttpRequest, member: Membership) -> Answer:
    """Why this attempt comes too soon after the others, if it does."""
    seconds = limits.seconds_to_wait(request, "sending")
    if seconds:
        return Answer(limits.wait_sentence(seconds), seconds=seconds)
    seconds = probing.seconds_left(request, member)
    return probing.too_often(seconds) if seconds else Answer()


def _refused(
    request: HttpRequest,
    member: Membership,
    freelancer: FreelancerProfile,
    form: RequestForm,
    refused: Refused,
) -> HttpResponse:
    refusal, context = refused.refusal, refused.context
    form = _as_offered(request, freelancer, form, context)
    if not form.is_valid():
        return _page(request, member, freelancer, form, Answer(), 422, advice=context)
    metrics.FIRST_MESSAGES.labels("door" if refusal.is_freelancers_own else refusal.value).inc()
    if refusal.is_freelancers_own:
        seconds = probing.count(request, member)
        told = probing.too_often(seconds) if seconds else probing.neutral(freelancer)
    else:
        sentence = wording.refusal(refusal, name=freelancer.name, context=context)
        told = Answer(sentence, refusal)
    status = STATUS.get(refusal, 422)
    return _page(request, member, freelancer, form, told, status, advice=context)


def _page(
    request: HttpRequest,
    member: Membership,
    freelancer: FreelancerProfile,
    form: RequestForm,
    told: Answer,
    status: int = 200,
    *,
    advice: SendContext | None = None,
    draft: Draft | None = None,
) -> HttpResponse:
    """The form under what there is to say; where nothing was judged, with what a judgement would
    read now. Where nothing was typed a reason why not stands alone."""
    advice = advice or selectors.send_context(member.client, freelancer, database_now())
    context = {
        "facts": facts_of(member.client, advice.verdict),
        "shown": freelancer,
        "form": form,
        "draft": draft,
        "advice": advice,
        "quota_sentence": wording.quota_sentence(advice.quota, advice.now),
        "known_because": known_because(member, freelancer) if advice.pair.known else "",
        "told": told,
        "may_type": form.is_bound or draft is not None or not told.sentence,
    }
    status = 429 if told.seconds else status
    response = render(request, "compose/page.html", context, status=status)
    return limits.retry_after(response, told.seconds) if told.seconds else response

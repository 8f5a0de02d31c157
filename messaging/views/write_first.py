"""A freelancer writes first to a client they have a relationship with."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts import limits
from accounts.clock import database_now
from accounts.guards import freelancer_only
from accounts.models import ClientAccount, FreelancerProfile
from messaging import selectors, wording
from messaging.door import Refusal
from messaging.forms import MessageForm
from messaging.models import Draft
from messaging.models.conversation import Side
from messaging.services.conversations import start_conversation
from messaging.services.outcomes import Gone, KeyReused, OwnBlock, Refused, Stranger
from messaging.views.conversations import latest

RELATIONS_SHOWN = 5


@freelancer_only
def write_first(
    request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID
) -> HttpResponse:
    """The form, or, before anything is typed, the one sentence why not."""
    client = get_object_or_404(ClientAccount, public_id=public_id)
    if request.method == "POST":
        return _send(request, freelancer, client)
    conversation = selectors.accepted_conversation(client, freelancer)
    if conversation is not None:
        return redirect(latest(conversation))
    refusal, status = _beforehand(freelancer, client)
    draft = selectors.draft_of(freelancer.user_id, client)
    form = MessageForm(initial=draft.typed() if draft else None)
    return _page(request, freelancer, client, form, refusal, status, draft=draft)


def _beforehand(freelancer: FreelancerProfile, client: ClientAccount) -> tuple[str, int]:
    """Why the page has no form, and its status: who may not write to this client at all has no
    page here, whom a block stops is told so on it."""
    if selectors.is_colleague(client.pk, freelancer):
        return str(wording.OWN_CLIENT), 403
    if not selectors.is_known(client.pk, freelancer.pk, database_now()):
        return str(wording.STRANGER), 403
    if selectors.is_blocked(client.pk, freelancer.pk):
        return str(wording.OWN_BLOCK), 200
    if selectors.is_blocked(client.pk, freelancer.pk, Side.CLIENT):
        return str(wording.NEUTRAL).format(name=client.name), 200
    return "", 200


def _send(
    request: HttpRequest, freelancer: FreelancerProfile, client: ClientAccount
) -> HttpResponse:
    form = MessageForm(request.POST)
    seconds = limits.seconds_to_wait(request, "message")
    if seconds:
        response = _page(request, freelancer, client, form, limits.wait_sentence(seconds), 429)
        return limits.retry_after(response, seconds)
    if not form.is_valid():
        return _page(request, freelancer, client, form, status=422)
    try:
        message = start_conversation(
            freelancer=freelancer,
            client=client,
            body=form.cleaned_data["body"],
            submission_key=form.cleaned_data["submission_key"],
            clock=database_now,
        )
    except KeyReused:
        sentence = str(wording.KEY_REUSED)
        return _page(request, freelancer, client, form.with_new_key(), sentence, 409)
    except (Stranger, OwnBlock, Refused, Gone) as refused:
        sentence, status = _told(refused, client)
        return _page(request, freelancer, client, form, sentence, status)
    flash.success(request, _("Sent. {name} can answer you here.").format(name=client.name))
    return redirect(latest(message.conversation))


def _told(refused: Stranger | OwnBlock | Refused | Gone, client: ClientAccount) -> tuple[str, int]:
    match refused:
        case Refused(refusal=Refusal.COLLEAGUE):
            return str(wording.OWN_CLIENT), 403
        case Refused(refusal=refusal):
            return wording.refusal(refusal, name=client.name), 422
        case OwnBlock():
            return str(wording.OWN_BLOCK), 422
        case Stranger():
            return str(wording.STRANGER), 403
        case Gone():
            return str(wording.LEFT), 403


def _page(
    request: HttpRequest,
    freelancer: FreelancerProfile,
    client: ClientAccount,
    form: MessageForm,
    refusal: str = "",
    status: int = 200,
    *,
    draft: Draft | None = None,
) -> HttpResponse:
    now = database_now()
    context = {
        "client": client,
        "form": form,
        "draft": draft,
        "refusal": refusal,
        "may_type": form.is_bound or not refusal,
        "relations": selectors.relations(client, freelancer, now)[:RELATIONS_SHOWN],
        "request_waiting": selectors.pair_request(client, freelancer, now),
    }
    return render(request, "clients/message.html", context, status=status)

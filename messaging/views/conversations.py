"""Accepted conversations, for both sides, and the reply that accepts a request."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accounts import limits
from accounts.clock import database_now
from accounts.guards import freelancer_of, freelancer_only, member_of
from accounts.keyset import page
from accounts.models import FreelancerProfile
from messaging import facts, selectors, wording
from messaging.forms import MessageForm
from messaging.models import ContactRequest, Conversation, Message
from messaging.models.conversation import Side
from messaging.services.conversations import mark_read, write_as_client, write_as_freelancer
from messaging.services.outcomes import KeyReused, NotAMember, NotOpen, OwnBlock, Refused

THREAD_PAGE = 50


@require_safe
def conversations(request: HttpRequest) -> HttpResponse:
    """Newest first; a person on both sides chooses with `?as=`."""
    member, freelancer = member_of(request), freelancer_of(request)
    as_client = member is not None and (freelancer is None or request.GET.get("as") == "client")
    if as_client and member is not None:
        found = selectors.conversations(client=member.client)
    elif freelancer is not None:
        found = selectors.conversations(freelancer=freelancer)
    else:
        raise PermissionDenied
    context = {
        "page": page(request, found, "last_at"),
        "as_client": as_client,
        "both": member is not None and freelancer is not None,
    }
    return render(request, "conversations/list.html", context)


@require_safe
def conversation(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The thread, newest page at the end. Looking at it is reading it."""
    shown, side = selectors.conversation_of(member_of(request), freelancer_of(request), public_id)
    response = _page(request, shown, side, MessageForm())
    if "before" not in request.GET:
        mark_read(conversation=shown, side=side, up_to=shown.last_seq)
    return response


@require_POST
def writing(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One more message in an accepted conversation."""
    member, freelancer = member_of(request), freelancer_of(request)
    shown, side = selectors.conversation_of(member, freelancer, public_id)
    form = MessageForm(request.POST)
    seconds = limits.seconds_to_wait(request, "message")
    if seconds:
        response = _page(request, shown, side, form, limits.wait_sentence(seconds), 429)
        response["Retry-After"] = str(seconds)
        return response
    if not form.is_valid():
        return _page(request, shown, side, form, status=422)
    try:
        _write(request, shown, side, form)
    except Refused as refused:
        sentence = wording.refusal(refused.refusal, name=shown.freelancer.name)
        return _page(request, shown, side, form, sentence, 422)
    except OwnBlock:
        return _page(request, shown, side, form, str(wording.OWN_BLOCK), 422)
    except (KeyReused, NotOpen):
        return _page(request, shown, side, form, str(wording.KEY_REUSED), 409)
    except NotAMember:
        return _page(request, shown, side, form, str(wording.NOT_A_MEMBER), 403)
    return redirect(_latest(shown))


@require_POST
@freelancer_only
def reply(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """Answer a request: the reply accepts it and opens the conversation."""
    shown = selectors.request_of(freelancer, public_id)
    form = MessageForm(request.POST)
    seconds = limits.seconds_to_wait(request, "message")
    if seconds:
        response = _sealed(request, shown, form, limits.wait_sentence(seconds), 429)
        response["Retry-After"] = str(seconds)
        return response
    if not form.is_valid():
        return _sealed(request, shown, form, "", 422)
    try:
        write_as_freelancer(
            freelancer=freelancer,
            conversation=shown.conversation,
            body=form.cleaned_data["body"],
            submission_key=form.cleaned_data["submission_key"],
            clock=database_now,
        )
    except OwnBlock:
        return _sealed(request, shown, form, str(wording.OWN_BLOCK), 422)
    except (KeyReused, NotOpen):
        return _sealed(request, shown, form, str(wording.KEY_REUSED), 409)
    return redirect(_latest(shown.conversation))


def _latest(shown: Conversation) -> str:
    """The address of the newest message, where a reader goes on."""
    return reverse("conversation", args=[shown.public_id]) + "#latest"


def _write(request: HttpRequest, shown: Conversation, side: Side, form: MessageForm) -> Message:
    sent = {
        "conversation": shown,
        "body": form.cleaned_data["body"],
        "submission_key": form.cleaned_data["submission_key"],
        "clock": database_now,
    }
    member, freelancer = member_of(request), freelancer_of(request)
    if side is Side.FREELANCER and freelancer is not None:
        return write_as_freelancer(freelancer=freelancer, **sent)
    if member is None:
        raise NotAMember
    return write_as_client(member=member, **sent)


def _page(
    request: HttpRequest,
    shown: Conversation,
    side: Side,
    form: MessageForm,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    rows = page(request, selectors.thread(shown), "seq", THREAD_PAGE)
    is_freelancer = side is Side.FREELANCER
    read_to = shown.freelancer_read_seq if is_freelancer else shown.client_read_seq
    context = {
        "shown": shown,
        "side": side,
        "other": shown.client if is_freelancer else shown.freelancer,
        "thread": rows.rows[::-1],
        "page": rows,
        "first_unread": read_to + 1,
        "form": form,
        "refusal": refusal,
        "blocked": is_freelancer and selectors.is_blocked(shown.client_id, shown.freelancer_id),
    }
    return render(request, "conversations/detail.html", context, status=status)


def _sealed(
    request: HttpRequest, shown: ContactRequest, form: MessageForm, refusal: str, status: int
) -> HttpResponse:
    [card] = facts.cards([shown], database_now())
    context = {"card": card, "form": form, "refusal": refusal}
    context["blocked"] = selectors.is_blocked(shown.client_id, shown.freelancer_id)
    return render(request, "requests/detail.html", context, status=status)

"""Accepted conversations, for both sides."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import limits
from accounts.clock import database_now
from accounts.guards import act_of, freelancer_of, member_of
from accounts.keyset import page
from messaging import selectors, wording
from messaging.forms import MessageForm, ReadingForm
from messaging.models import Conversation
from messaging.models.conversation import Side
from messaging.services.conversations import mark_read, write_as_client, write_as_freelancer
from messaging.services.outcomes import Gone, KeyReused, NotAMember, NotOpen, OwnBlock, Refused

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
    """The thread, newest page at the end."""
    shown, side = _find(request, public_id)
    return _page(request, shown, side, MessageForm())


@act_of("conversation")
def reading(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The reader has seen the thread so far. The page says so itself where scripts run."""
    shown, side = _find(request, public_id)
    form = ReadingForm(request.POST)
    if form.is_valid():
        mark_read(conversation=shown, side=side, up_to=form.cleaned_data["up_to"])
    if request.headers.get("HX-Request"):
        return HttpResponse()
    return redirect("conversations")


@act_of("conversation")
def writing(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """One more message in an accepted conversation."""
    shown, side = _find(request, public_id)
    form = MessageForm(request.POST)
    seconds = limits.seconds_to_wait(request, "message")
    if seconds:
        response = _page(request, shown, side, form, limits.wait_sentence(seconds), 429)
        return limits.retry_after(response, seconds)
    if not form.is_valid():
        return _page(request, shown, side, form, status=422)
    try:
        _write(request, shown, side, form)
    except Refused as refused:
        sentence = wording.refusal(refused.refusal, name=shown.freelancer.name)
        return _page(request, shown, side, form, sentence, 422)
    except OwnBlock:
        return _page(request, shown, side, form, str(wording.OWN_BLOCK), 422)
    except KeyReused:
        return _page(request, shown, side, form.with_new_key(), str(wording.KEY_REUSED), 409)
    except NotOpen:
        return _page(request, shown, side, form, str(wording.NOT_OPEN), 409)
    except (NotAMember, Gone):
        return _page(request, shown, side, form, str(wording.NOT_A_MEMBER), 403)
    return redirect(latest(shown))


def latest(shown: Conversation) -> str:
    """The address of the newest message, where a reader goes on."""
    return reverse("conversation", args=[shown.public_id]) + "#latest"


def _find(request: HttpRequest, public_id: UUID) -> tuple[Conversation, Side]:
    return selectors.conversation_of(member_of(request), freelancer_of(request), public_id)


def _write(request: HttpRequest, shown: Conversation, side: Side, form: MessageForm) -> None:
    body, key = form.cleaned_data["body"], form.cleaned_data["submission_key"]
    member, freelancer = member_of(request), freelancer_of(request)
    if side is Side.FREELANCER and freelancer is not None:
        write_as_freelancer(
            freelancer=freelancer,
            conversation=shown,
            body=body,
            submission_key=key,
            clock=database_now,
        )
    elif member is not None:
        write_as_client(
            member=member, conversation=shown, body=body, submission_key=key, clock=database_now
        )


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
        "has_unread": read_to < shown.last_seq and not rows.newer_url,
        "form": form,
        "refusal": refusal,
        "blocked": is_freelancer and selectors.is_blocked(shown.client_id, shown.freelancer_id),
    }
    return render(request, "conversations/detail.html", context, status=status)

"""Accepted conversations, for both sides."""

from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts import limits
from accounts.clock import database_now
from accounts.guards import act_of, freelancer_of, member_of, person
from accounts.keyset import page
from accounts.models import ClientAccount, FreelancerProfile
from eligibility.selectors import against_standing
from messaging import selectors, wording
from messaging.door import Refusal
from messaging.forms import MessageForm, ReadingForm
from messaging.forms.search import SearchForm
from messaging.models import Conversation, Draft, Message
from messaging.models.conversation import Side
from messaging.services.conversations import mark_read, write_as_client, write_as_freelancer
from messaging.services.outcomes import Gone, KeyReused, NotAMember, NotOpen, OwnBlock, Refused

THREAD_PAGE = 50


@require_safe
def conversations(request: HttpRequest) -> HttpResponse:
    """Newest first; a person on both sides chooses with `?as=`. With words, only what mentions
    them, each with the line that does."""
    member, freelancer = member_of(request), freelancer_of(request)
    as_client = member is not None and (freelancer is None or request.GET.get("as") == "client")
    side = Side.CLIENT if as_client else Side.FREELANCER
    form, now = SearchForm(request.GET), database_now()
    form.is_valid()
    if form.words and (seconds := limits.seconds_to_wait(request, "search")):
        return limits.too_many(request, seconds)
    if as_client and member is not None:
        rows = selectors.conversations(client=member.client, now=now)
    elif freelancer is not None:
        rows = selectors.conversations(freelancer=freelancer, now=now)
    else:
        raise PermissionDenied
    context = {
        "form": form,
        "as_client": as_client,
        "both": member is not None and freelancer is not None,
        "whose": side.value,
        **_found(request, rows, form, side),
    }
    return render(request, "conversations/list.html", context)


def _found(
    request: HttpRequest, rows: QuerySet[Conversation], form: SearchForm, side: Side
) -> dict[str, Any]:
    """The page of the list; for a search with the lines it found, and whether it goes further."""
    if not form.words:
        rows = rows.none() if form.has_error("q") else rows
        return {"page": page(request, rows, "last_at"), "lines": {}}
    found = selectors.mentioning(rows, form.words, side, form.stretch)
    shown = page(request, found, "last_at")
    return {
        "page": shown,
        "lines": selectors.found_lines(shown.rows),
        "further": selectors.mentioned_further(rows, form.stretch),
        "reach": selectors.REACH,
    }


@require_safe
def conversation(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """The thread, newest page at the end."""
    shown, side = _find(request, public_id)
    draft = selectors.draft_of(person(request).pk, shown)
    form = MessageForm(initial=draft.typed() if draft else None)
    return _page(request, shown, side, form, draft=draft)


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
        sentence = wording.refusal(refused.refusal, name=_other(shown, side).name)
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


def was_seen(shown: Conversation, side: Side, newest: Message) -> bool:
    """Whether the other side has read the newest message, which is this side's, and both let each
    other see that."""
    read = shown.client_read_seq if side is Side.FREELANCER else shown.freelancer_read_seq
    return shown.shows_reading and newest.side == side and newest.seq <= read


def _find(request: HttpRequest, public_id: UUID) -> tuple[Conversation, Side]:
    return selectors.conversation_of(
        member_of(request), freelancer_of(request), public_id, database_now()
    )


def _other(shown: Conversation, side: Side) -> ClientAccount | FreelancerProfile:
    return shown.client if side is Side.FREELANCER else shown.freelancer


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
    *,
    draft: Draft | None = None,
) -> HttpResponse:
    rows = page(request, selectors.thread(shown), "seq", THREAD_PAGE)
    is_freelancer = side is Side.FREELANCER
    now = database_now()
    # What is on the page, which may be more than there was when the conversation was read.
    last = rows.rows[0].seq if rows.rows and not rows.newer_url else 0
    if not refusal and not is_freelancer and against_standing(shown.client_id, now):
        refusal = wording.refusal(Refusal.HOLD, name=shown.freelancer.name)
    read_to = shown.freelancer_read_seq if is_freelancer else shown.client_read_seq
    context = {
        "shown": shown,
        "side": side,
        "other": _other(shown, side),
        "thread": rows.rows[::-1],
        "page": rows,
        "first_unread": read_to + 1,
        "last": last,
        "has_unread": read_to < last,
        "seen": bool(last) and was_seen(shown, side, rows.rows[0]),
        "form": form,
        "draft": draft,
        "refusal": refusal,
        "blocked": selectors.is_blocked(shown.client_id, shown.freelancer_id, side),
        "untold": selectors.untold_answer(shown, now) if is_freelancer else None,
    }
    return render(request, "conversations/detail.html", context, status=status)

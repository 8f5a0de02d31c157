"""What a notification says, in a sentence.

Nothing that anybody typed to anybody is in here: mails travel where nobody keeps a door.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Notification
from eligibility.models import Hold
from messaging import wording
from messaging.models import ContactRequest, Message
from messaging.needless import is_to_freelancer

Kind = Notification.Kind
Detail = Notification.Detail
State = ContactRequest.State
#: Where a conversation goes on.
LATEST = "#latest"


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """One notification in words. `facts` go beneath the sentence, `path` is the page it leads to
    ("": none); `answers` are pages that ask once more before they act, each with its name."""

    row: Notification
    sentence: str
    facts: str = ""
    path: str = ""
    answers: Sequence[tuple[str, str]] = ()


#: When the freelancer wrote right after a request's letter.
_REPLY = Message.objects.filter(
    conversation=OuterRef("conversation"), seq=OuterRef("message__seq") + 1, sender_client=None
).values("sent_at")
#: The row that a notification is about, by its kind.
_ABOUT: Mapping[str, Callable[[], QuerySet[Any]]] = {
    Kind.REQUEST: lambda: ContactRequest.objects.select_related("skill"),
    Kind.EXPIRING: lambda: ContactRequest.objects.select_related("skill"),
    Kind.ANSWER: lambda: ContactRequest.objects.select_related("conversation").annotate(
        replied_at=Subquery(_REPLY)
    ),
    Kind.MESSAGE: lambda: Message.objects.select_related("conversation"),
    Kind.STANDING: lambda: Hold.objects.all(),
}
_PAGES = {
    Kind.REQUEST: "request",
    Kind.EXPIRING: "request",
    Kind.ANSWER: "sent_request",
    Kind.MESSAGE: "conversation",
}


def about(rows: Iterable[Notification]) -> dict[int, Model]:
    """By notification, the row it is about. A query for each kind."""
    subjects: defaultdict[str, set[int]] = defaultdict(set)
    rows = list(rows)
    for row in rows:
        subjects[row.kind].add(row.subject)
    found = {
        kind: read().in_bulk(subjects[kind]) for kind, read in _ABOUT.items() if subjects[kind]
    }
    return {
        row.pk: found[row.kind][row.subject]
        for row in rows
        if row.kind in found and row.subject in found[row.kind]
    }


def news(
    rows: Sequence[Notification], now: datetime, subjects: Mapping[int, Model] | None = None
) -> list[News]:
    """Each in words, in the time zone in force, but for those whose subject is gone. `client` and
    `freelancer` are read with them; `subjects` are what `about` gives, if it was asked before."""
    subjects = about(rows) if subjects is None else subjects
    told = [row for row in rows if row.kind not in _ABOUT or row.pk in subjects]
    return [_one(row, subjects.get(row.pk), now) for row in told]


def _one(row: Notification, subject: Any, now: datetime) -> News:
    page = _PAGES.get(Kind(row.kind))
    path = reverse(page, args=[row.public_id]) if page and row.public_id else ""
    match row.kind:
        case Kind.REQUEST:
            return News(
                row=row,
                path=path,
                facts=_choices(subject),
                sentence=_asks(row, subject),
                answers=_answers(row),
            )
        case Kind.EXPIRING:
            return News(
                row=row, path=path, sentence=_expires(row, subject, now), answers=_answers(row)
            )
        case Kind.MESSAGE:
            sentence = _("{name} wrote to you.").format(name=_other(row))
            return News(row=row, path=path + LATEST, sentence=sentence)
        case Kind.ANSWER:
            if row.detail == Detail.ACCEPTED:
                path = reverse("conversation", args=[subject.conversation.public_id]) + LATEST
            return News(row=row, path=path, sentence=_answer(row, subject, now))
        case Kind.DECISION:
            return News(row=row, sentence=_decision(row))
        case _:
            path = reverse("eligibility")
            return News(row=row, path=path, sentence=_of_the_account(row, now))


def _asks(row: Notification, request: ContactRequest) -> str:
    if request.skill is None:
        return _("{name} would like to talk to you.").format(name=row.client)
    return _("{name} asks about {skill}.").format(name=row.client, skill=request.skill)


def _choices(request: ContactRequest) -> str:
    labels = (
        request.get_kind_display(),
        request.get_budget_display(),
        request.get_start_display(),
    )
    return " · ".join(map(str, labels))


def _answers(row: Notification) -> list[tuple[str, str]]:
    page = reverse("answer", args=[row.public_id])
    return [
        (_("No thanks"), f"{page}?do=decline"),
        (_("Not now…"), f"{page}?do=put_off"),
    ]


def _expires(row: Notification, request: ContactRequest, now: datetime) -> str:
    waits = request.state_at(now) == State.WAITING
    return (
        _("The request from {name} expires {instant}.")
        if waits
        else _("The request from {name} was to expire {instant}.")
    ).format(name=row.client, instant=wording.instant(request.expires_at, now))


def _answer(row: Notification, request: Any, now: datetime) -> str:
    name = row.freelancer
    match row.detail:
        case Detail.ACCEPTED if request.replied_at == row.at:
            return _("{name} accepted your request and wrote to you.").format(name=name)
        case Detail.ACCEPTED:
            return _("{name} accepted your request.").format(name=name)
        case Detail.DECLINED:
            return _("{name} said no, thank you.").format(name=name)
        case Detail.PUT_OFF if request.put_off_until is not None:
            return _("{name} says: not now. You can write again {instant}.").format(
                name=name, instant=wording.instant(request.put_off_until, now)
            )
        case Detail.PUT_OFF:
            return _("{name} says: not now.").format(name=name)
        case _:
            return _("Your request to {name} expired without an answer.").format(name=name)


def _decision(row: Notification) -> str:
    if row.detail == Detail.UPHELD:
        sentence = _("You reported a message from {name}. The moderators agreed with you.")
    else:
        sentence = _("You reported a message from {name}. The moderators found it acceptable.")
    return sentence.format(name=_other(row))


def _of_the_account(row: Notification, now: datetime) -> str:
    match row.detail:
        case Detail.PLACED:
            # The reason was typed by somebody: it is on the page and in no mail.
            return _("Your account was put on hold, so it can't send messages.")
        case Detail.RELEASED:
            return _("The hold on your account has ended.")
        case Detail.GAINED:
            return _("You can write to freelancers now: your account meets every criterion.")
        case Detail.LOST:
            return _(
                "Your account no longer meets every criterion, so it can't write to new people."
            )
        case Detail.LAPSING:
            return _(
                "If nothing changes, your account stops meeting a criterion {instant}. The page "
                "“Can I write to freelancers?” says which."
            ).format(instant=wording.instant(moment(row), now))
        case _:
            return _("There is room again for a new person.")


def _other(row: Notification) -> str:
    """Who is on the other side of the person that is told."""
    return str(row.client if is_to_freelancer(row) else row.freelancer)


def moment(row: Notification) -> datetime:
    """The instant that a notification about the gate or the places is about."""
    return datetime.fromtimestamp(row.subject, UTC)

"""Mails from the outbox: which notifications go into one, and how it reads.

Requests become one mail for each person, and so do new messages, and answers; everything else is a
mail of its own.
"""

from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.headerregistry import Address
from urllib.parse import urlsplit
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import Notification, User
from accounts.notify import UNSUBSCRIBE
from messaging.needless import needless
from messaging.news import News, about, news

Kind = Notification.Kind
#: Kinds that share a mail; a kind that is in none has one for each notification.
_TOGETHER = {
    Kind.REQUEST: "requests",
    Kind.EXPIRING: "requests",
    Kind.MESSAGE: "messages",
    Kind.ANSWER: "answers",
}
MOST_LINES = 20
#: Where the rest of a long mail is found; of other kinds under Notices.
_MORE = {Kind.REQUEST: "requests", Kind.EXPIRING: "requests", Kind.MESSAGE: "conversations"}


#: What can go wrong with one mail and is no reason to keep the others back.
Failed = tuple[Sequence[Notification], Exception]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail and the notifications that are told by it."""

    id: UUID
    person: User
    rows: Sequence[Notification]
    message: EmailMultiAlternatives


@dataclass(frozen=True, slots=True)
class Sorted:
    """What became of notifications: mails, those that need none any more, and those of which no
    mail could be made."""

    mails: list[Mail] = field(default_factory=list)
    needless: list[Notification] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)


def mails(rows: Sequence[Notification], now: datetime) -> Sorted:
    """The mails that tell `rows` (with recipient, client and freelancer)."""
    subjects = about(rows)
    gone = needless(rows, subjects, now)
    done = Sorted(needless=[row for row in rows if row.pk in gone])
    together: defaultdict[Hashable, list[Notification]] = defaultdict(list)
    for row in rows:
        if row.pk not in gone:
            together[_goes_with(row)].append(row)
    for told in together.values():
        try:
            done.mails.append(_mail(told, subjects, now))
        except Exception as error:  # noqa: BLE001 - whatever it was, the others have their mail
            done.failed.append((told, error))
    return done


def _goes_with(row: Notification) -> Hashable:
    """What shares a mail gives the same. One that was tried goes again as it was, without what is
    new: it may have come, and whoever drops its repeat would never see that."""
    return row.mail or (row.recipient_id, _TOGETHER.get(Kind(row.kind), str(row.pk)))


def _mail(rows: list[Notification], subjects: Mapping[int, Model], now: datetime) -> Mail:
    person, number = rows[0].recipient, rows[0].mail or uuid4()
    rows.sort(key=lambda row: (row.due_at, row.pk))
    with timezone.override(ZoneInfo(person.time_zone)):
        lines = _merged(news(rows, now, subjects))
        stop_url = settings.SITE_URL + _stop_path(person, rows)
        context = {
            "person": person,
            "site": settings.SITE_URL,
            "lines": lines[:MOST_LINES],
            "more": max(len(lines) - MOST_LINES, 0),
            "more_path": reverse(_MORE.get(Kind(rows[0].kind), "notices")),
            "sealed": any(row.kind == Kind.REQUEST for row in rows),
            "stop_url": stop_url,
            "choose_url": settings.SITE_URL + reverse("mail_settings"),
        }
        message = EmailMultiAlternatives(
            subject=_one_line(_subject(rows, lines)),
            body=render_to_string("mail/news.txt", context),
            to=[_address(person)],
            headers=_headers(number, stop_url),
        )
        message.attach_alternative(render_to_string("mail/news.html", context), "text/html")
    return Mail(id=number, person=person, rows=rows, message=message)


def _merged(told: list[News]) -> list[tuple[News, int]]:
    """Several messages of one conversation are one line, with their number."""
    merged: dict[tuple[str, object], tuple[News, int]] = {}
    for each in told:
        same = each.row.public_id if each.row.kind == Kind.MESSAGE else each.row.pk
        each = replace(each, sentence=" ".join(each.sentence.split()))
        first, times = merged.get((each.row.kind, same), (each, 0))
        merged[each.row.kind, same] = (first, times + 1)
    return list(merged.values())


def _subject(rows: list[Notification], lines: list[tuple[News, int]]) -> str:
    requests = sum(row.kind == Kind.REQUEST for row in rows)
    if requests > 1:
        return ngettext("{n} new request", "{n} new requests", requests).format(n=requests)
    if rows[0].kind == Kind.MESSAGE and len(rows) > 1:
        return ngettext("{n} new message", "{n} new messages", len(rows)).format(n=len(rows))
    if rows[0].kind == Kind.ANSWER and len(rows) > 1:
        return ngettext(
            "{n} answer to your requests", "{n} answers to your requests", len(rows)
        ).format(n=len(rows))
    return lines[0][0].sentence


def _headers(number: UUID, stop_url: str) -> dict[str, str]:
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return {
        # A mail that was sent twice can be known as one.
        "Message-ID": f"<news.{number}@{host}>",
        "List-Unsubscribe": f"<{stop_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }


def _stop_path(person: User, rows: list[Notification]) -> str:
    kinds = sorted({row.kind for row in rows})
    return reverse("mail_off", args=[signing.dumps([person.pk, kinds], salt=UNSUBSCRIBE)])


def _address(person: User) -> str:
    """Name and address, quoted as mail wants it."""
    box, _at, domain = person.email.rpartition("@")
    return str(Address(" ".join(person.name.split()), box, domain))


def _one_line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 150 else line[:149] + "…"

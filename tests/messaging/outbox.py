"""Acts of which somebody is told, and reading what they were told."""

from datetime import datetime, timedelta
from typing import Any

from accounts.models import Notification
from accounts.services.mail_choices import choose_mail
from messaging.services import outbox
from tests import people

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
#: From when on an answer by a button is told.
TOLD = timedelta(seconds=30)
Kind = Notification.Kind


def told(person: people.Person, now: datetime | None = None) -> list[tuple[str, str]]:
    """Kind and detail of all that the person is told, by `now` or ever, oldest first."""
    rows = people.login_of(person).notifications.order_by("due_at", "pk")
    if now is not None:
        rows = rows.filter(due_at__lte=now)
    return list(rows.values_list("kind", "detail"))


def drain(now: datetime, **options: Any) -> dict[str, int]:
    """What became of what was due at `now`; nothing is left out but zeros."""
    return {
        what: count
        for what, count in outbox.drain(clock=people.at(now), **options).items()
        if count and what != "rung"
    }


def decided(person: people.Person, number: int, now: datetime) -> Notification:
    """News that a mail of its own tells at `now`, whoever the person is: a decided report."""
    return Notification.objects.create(
        recipient=people.login_of(person),
        kind=Kind.DECISION,
        detail="upheld",
        subject=number,
        at=now,
        due_at=now,
        rung_at=now,
        mail_due_at=now,
    )


def choose(person: people.Person, kind: str, time: str, now: datetime) -> None:
    """The person wants this kind of news by mail at this time, from `now` on."""
    choose_mail(person=people.login_of(person), times={kind: time}, clock=people.at(now))

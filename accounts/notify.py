"""Telling people: rows of the outbox, written in the transaction that made them true."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, Subquery

from accounts import bell
from accounts.models import MailChoice, MailTime, Notification, User

Kind = Notification.Kind

#: Seals the link in a mail that stops mails like it.
UNSUBSCRIBE = "mail-off"
#: Who reads a message within this gets no mail about it.
MESSAGE_WAITS = timedelta(minutes=2)
#: When the daily mail leaves, by the reader's clock.
DAILY_AT = 8


def tell(
    recipients: Iterable[int],
    kind: Notification.Kind,
    *,
    subject: int,
    at: datetime,
    detail: str = "",
    due_at: datetime | None = None,
    client_id: int | None = None,
    freelancer_id: int | None = None,
    public_id: UUID | None = None,
) -> None:
    """Let each recipient (a user's id) know, from `due_at` on (none: at once). Two queries.

    Call in the transaction that makes it true. Telling the same again changes nothing. The mail's
    time follows from what the person chose; who is told at once hears the bell on the commit.
    """
    due_at = due_at or at
    rung_at = at if due_at <= at else None
    chosen = _mail_times(recipients, kind)
    Notification.objects.bulk_create(
        [
            Notification(
                recipient_id=person,
                kind=kind,
                detail=detail,
                subject=subject,
                public_id=public_id,
                client_id=client_id,
                freelancer_id=freelancer_id,
                at=at,
                due_at=due_at,
                rung_at=rung_at,
                mail_due_at=mail_due_at(kind, time, due_at, zone),
            )
            for person, (time, zone) in chosen.items()
        ],
        ignore_conflicts=True,
    )
    if rung_at is not None:
        bell.ring(*chosen)


def untell(kind: Notification.Kind, *, subject: int, now: datetime) -> None:
    """Take back what nobody was told yet, because it is true no more."""
    Notification.objects.filter(kind=kind, subject=subject, due_at__gt=now).delete()


def mail_due_at(kind: Notification.Kind, time: str, due_at: datetime, zone: str) -> datetime | None:
    """When the mail about it leaves; None: not at all."""
    if time == MailTime.OFF:
        return None
    if time == MailTime.DAILY:
        return next_daily(due_at, zone)
    return due_at + MESSAGE_WAITS if kind == Kind.MESSAGE else due_at


def next_daily(after: datetime, zone: str) -> datetime:
    """The first eight o'clock later than `after`, by the clock of the time zone."""
    local = after.astimezone(ZoneInfo(zone))
    at = local.replace(hour=DAILY_AT, minute=0, second=0, microsecond=0)
    while at.astimezone(after.tzinfo) <= after:
        at = (at + timedelta(days=1)).replace(hour=DAILY_AT)
    return at.astimezone(after.tzinfo)


def default_time(kind: str) -> MailTime:
    """What holds for somebody who has chosen nothing."""
    return MailChoice.DEFAULTS.get(Kind(kind), MailTime.AT_ONCE)


def _mail_times(recipients: Iterable[int], kind: Notification.Kind) -> dict[int, tuple[str, str]]:
    """What each recipient who can still sign in has chosen for the kind, and their time zone."""
    choice = MailChoice.objects.filter(person=OuterRef("pk"), kind=kind).values("time")
    people = User.objects.filter(pk__in=list(recipients), is_active=True)
    rows = people.values_list("pk", "time_zone", Subquery(choice[:1]))
    return {pk: (time or default_time(kind), zone) for pk, zone, time in rows}

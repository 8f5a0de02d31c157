"""What a person wants to be told by mail, and whether mail reaches them. It holds at once, also for
mails that wait to leave."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.clock import Clock
from accounts.models import MailChoice, MailTime, Notification, User
from accounts.notify import default_time, mail_due_at


def choose_mail(*, person: User, times: Mapping[str, str], clock: Clock) -> None:
    """`times`: for each kind of news one of MailTime. What is unchanged leaves when it would."""
    with transaction.atomic(durable=True):
        # Whoever sends mail claims it under this lock too.
        person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        now = clock()
        chosen = dict(person.mail_choices.values_list("kind", "time"))
        changed = {
            kind: time
            for kind, time in times.items()
            if time != chosen.get(kind, default_time(kind))
        }
        for kind, time in changed.items():
            MailChoice.objects.update_or_create(person=person, kind=kind, defaults={"time": time})
        _reschedule(person, changed, now)


def stop_mail(*, person: User, kinds: Collection[str], clock: Clock) -> None:
    """No more mail of these kinds, from now on."""
    choose_mail(person=person, times=dict.fromkeys(kinds, MailTime.OFF), clock=clock)


def has_stopped(*, person: User, kinds: Collection[str]) -> bool:
    """Whether none of these kinds comes by mail."""
    off = person.mail_choices.filter(kind__in=kinds, time=MailTime.OFF)
    return off.count() == len(set(kinds))


def move_daily(*, person: User, clock: Clock) -> None:
    """The person's time zone is another: what waits for eight o'clock waits for theirs."""
    with transaction.atomic(durable=True):
        person = User.objects.select_for_update(no_key=True).get(pk=person.pk)
        chosen = dict(person.mail_choices.values_list("kind", "time"))
        kinds = [kind for kind in MailChoice.DIGESTED if _is_daily(kind, chosen)]
        _reschedule(person, dict.fromkeys(kinds, MailTime.DAILY), clock())


def _is_daily(kind: str, chosen: Mapping[str, str]) -> bool:
    return chosen.get(kind, default_time(kind)) == MailTime.DAILY


def mark_bounced(*, addresses: Collection[str], clock: Clock) -> int:
    """Mail to these addresses came back. Returns how many people it is news of."""
    lower = [address.strip().lower() for address in addresses]
    return User.objects.filter(email__in=lower, bounced_at=None).update(bounced_at=clock())


def trust_address(*, person: User) -> None:
    """The person says that mail reaches them again."""
    User.objects.filter(pk=person.pk).update(bounced_at=None)


def try_again(*, rows: QuerySet[Notification]) -> int:
    """What was given up is to leave now, as if for the first time. Returns how many that are."""
    parked = rows.filter(parked_at__isnull=False)
    return parked.update(parked_at=None, claimed_until=None, mail=None, tries=0, trouble="")


def _reschedule(person: User, times: Mapping[str, str], now: datetime) -> None:
    waiting = Notification.objects.filter(
        recipient=person,
        kind__in=times,
        mail_due_at__isnull=False,
        mailed_at=None,
        parked_at=None,
    )
    # Whoever sends one of them just now is waited for: what is sent is not moved.
    rows = list(waiting.order_by("pk").select_for_update(no_key=True))
    for row in rows:
        later = max(row.due_at, now)
        kind = Notification.Kind(row.kind)
        row.mail_due_at = mail_due_at(kind, times[row.kind], later, person.time_zone)
        # Of a mail that was tried the others may leave before it: it is in another then.
        row.mail = None
    Notification.objects.bulk_update(rows, ["mail_due_at", "mail"], batch_size=500)

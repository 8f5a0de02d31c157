"""Notices that tell what is not so, one at a time."""

from datetime import timedelta
from typing import Any

from django.db.models import F

from accounts.models import Notification
from tests import people

NOBODYS = 10**12  # no row has this id


def _notice(kind: str, **changes: Any) -> None:
    """The first notice of the kind, changed."""
    first = Notification.objects.filter(kind=kind).earliest("pk")
    Notification.objects.filter(pk=first.pk).update(**changes)


def _new(site, kind: str, **columns: Any) -> None:
    Notification.objects.create(
        **{"recipient": site.cleo.user, "kind": kind, "client": site.cleo.client}
        | {"subject": NOBODYS, "at": site.now, "due_at": site.now}
        | columns
    )


def request_that_nobody_sent(site):
    _notice("request", subject=NOBODYS)


def request_to_another(site):
    _notice("request", recipient=site.olga.user)


def own_message(site):
    _notice("message", recipient=site.finn.user)


def message_never_written(site):
    _notice("message", subject=NOBODYS)


def answer_to_the_freelancer(site):
    _notice("answer", recipient=site.finn.user)


def decision_that_is_none(site):
    flag = site.finn.user.flags.get()
    _new(site, "decision", recipient=site.finn.user, subject=flag.pk, detail="upheld")


def hold_of_another(site):
    hold = people.hold(site.otto.client, site.now)
    _new(site, "standing", subject=hold.pk, detail="placed")


def gate_of_nobody(site):
    _new(site, "gate", client=None, detail="lost")


def told_to_nobody(site):
    Notification.objects.filter(kind="request", subject=site.waiting.pk).delete()


def undone_and_told(site):
    _notice("answer", detail="expired")


def told_ahead_of_time(site):
    row = Notification.objects.filter(kind="answer", detail="declined").earliest("pk")
    early = row.at - timedelta(seconds=1)
    Notification.objects.filter(pk=row.pk).update(at=early, due_at=early)


def mailed_ahead_of_time(site):
    _notice("message", mail_due_at=site.now, mailed_at=F("due_at") - timedelta(seconds=1))

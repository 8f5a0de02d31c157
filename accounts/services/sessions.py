"""Sessions that are over: nothing else deletes them, and what is kept of each holds an address."""

import random

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import Max, Min

from accounts.clock import Clock


def forget_sessions(*, most: int, clock: Clock) -> int:
    """Delete the sessions that ran out first, and from which browser each was, at most so many.
    Returns how many sessions."""
    over = Session.objects.filter(expire_date__lte=clock()).order_by("expire_date")
    keys = list(over.values_list("pk", flat=True)[:most])
    UserSession.objects.filter(session_key__in=keys).delete()
    Session.objects.filter(pk__in=keys).delete()
    _forget_browsers(most)
    return len(keys)


def _forget_browsers(most: int) -> None:
    """Those whose session ended otherwise, by signing out or a new password: of so many in a row,
    from where chance says. It comes to all of them, and every look costs the same."""
    ends = UserSession.objects.aggregate(first=Min("pk"), last=Max("pk"))
    if ends["first"] is None:
        return
    start = random.randint(ends["first"], ends["last"])  # noqa: S311 - nothing is kept secret by it
    rows = UserSession.objects.filter(pk__gte=start).order_by("pk")
    keys = set(rows.values_list("session_key", flat=True)[:most])
    there = Session.objects.filter(pk__in=keys).values_list("pk", flat=True)
    UserSession.objects.filter(session_key__in=keys - set(there)).delete()

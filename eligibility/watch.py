"""Looks at the gate from time to time, for those who write: it opens and closes without anybody
doing anything."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.clock import Clock
from accounts.locks import lock_client
from accounts.models import Membership, Notification
from eligibility.notifications import gate_changed
from eligibility.rules import Verdict
from eligibility.selectors import verdict_at

LOOK_EVERY = timedelta(hours=6)
#: How long before the gate closes by itself the account is told.
AHEAD = timedelta(days=7)
BATCH = 500  # members whose account is looked at in one run
Detail = Notification.Detail


def watch_gates(*, clock: Clock) -> int:
    """Tell members whose gate has opened, has closed, or is about to close by itself. Who is looked
    at for the first time is told nothing: it is what they found. Returns how many
    accounts were looked at."""
    due = Membership.objects.filter(left_at=None, gate_judged_at__lte=clock() - LOOK_EVERY)
    clients = dict.fromkeys(due.order_by("gate_judged_at").values_list("client", flat=True)[:BATCH])
    for client in clients:
        _watch(client, clock)
    return len(clients)


def _watch(client_id: int, clock: Clock) -> None:
    with transaction.atomic(durable=True):
        lock_client(client_id)
        now = clock()
        verdict = verdict_at(client_id, now)
        members = Membership.objects.filter(client=client_id, left_at=None)
        members.update(gate_judged_at=now)
        # A hold is told as such, and what came of the gate meanwhile when it ends.
        if verdict.in_good_standing:
            _tell(client_id, verdict, members, now)


def _tell(client_id: int, verdict: Verdict, members: QuerySet[Membership], now: datetime) -> None:
    passes = verdict.may_start and not verdict.unmet
    before = set(members.values_list("gate_passed", flat=True))
    members.update(gate_passed=passes)
    if (not passes) in before:
        gate_changed(client_id, Detail.GAINED if passes else Detail.LOST, now, now)
    lapses_at = _lapses_at(verdict)
    if passes and True in before and lapses_at is not None and lapses_at <= now + AHEAD:
        gate_changed(client_id, Detail.LAPSING, lapses_at, now)


def _lapses_at(verdict: Verdict) -> datetime | None:
    ends = [each.lapses_at for each in verdict.results if each.required and each.lapses_at]
    return min(ends, default=None)

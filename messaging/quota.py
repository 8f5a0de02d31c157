"""The client's slots, from the lines of its ledger."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, QuerySet

from accounts.prepared import CLIENT, Blank, Prepared
from eligibility.rules import MOMENT, Quota
from messaging.models import ContactRequest, QuotaEntry
from messaging.slots import (
    Answered,
    QuotaState,
    credits_due,
    cycle_start,
    quota_since,
    quota_state,
)

#: Credits return within the cycle of their slot, and no cycle is longer than this.
LONGEST_CYCLE = timedelta(days=31)


def quota_at(client_id: int, quota: Quota, *, anchor_day: int, now: datetime) -> QuotaState:
    """How many slots are used at `now`: the lines of the ledger, and under a plan that gives
    credits back those that are due and not written yet. At most three queries."""
    since = quota_since(quota, anchor_day, now)
    counted = _lines(client=client_id, since=since)
    if quota.window == "cycle":
        due = due_credits(client_id, quota, anchor_day=anchor_day, now=now)
        counted += [(line.at, line.slots) for line in due if line.at > since]
    return quota_state(quota, counted, anchor_day=anchor_day, now=now)


@Prepared
def _lines() -> QuerySet[QuotaEntry, Any]:
    """No upper bound on the instants: a line stamped later counts too."""
    since = Blank("since", DateTimeField())
    return QuotaEntry.objects.filter(client=CLIENT, at__gt=since).values_list("at", "slots")


def use_slot(request: ContactRequest) -> None:
    """A new connection uses one slot, at the instant it was sent. Call under the client's lock."""
    QuotaEntry.objects.create(
        client_id=request.client_id,
        request=request,
        kind=QuotaEntry.Kind.USED,
        slots=1,
        at=request.sent_at,
    )


def due_credits(
    client_id: int, quota: Quota, *, anchor_day: int, now: datetime
) -> list[QuotaEntry]:
    """The lines, not saved, of credits that have come back and are in no line yet. Two queries, or
    none where the plan gives nothing back.

    An answer can be undone until the client is told, so no line is written before; from that
    instant on the credit counts, however late it is written. Looked at are the present cycle and
    the one before, whole: of a part nobody could say how many credits it has given back.
    """
    if quota.window != "cycle":
        return []
    before = cycle_start(anchor_day, now) - MOMENT
    answered = _answered(client_id, since=cycle_start(anchor_day, before), now=now)
    due = credits_due(answered, quota, anchor_day=anchor_day, now=now)
    return [
        QuotaEntry(
            client_id=client_id,
            request_id=one.request,
            kind=QuotaEntry.Kind.RETURNED,
            slots=-1,
            at=one.told_at,
        )
        for one in due
    ]


def _answered(client_id: int, *, since: datetime, now: datetime) -> Sequence[Answered]:
    told = ContactRequest.objects.filter(
        client=client_id,
        state__in=ContactRequest.ANSWERS,
        told_at__lte=now,
        told_at__gte=since,
    )
    rows = {pk: at for pk, at in told.values_list("pk", "told_at") if at is not None}
    lines = QuotaEntry.objects.filter(client=client_id, request__in=list(rows))
    kinds: dict[int, dict[str, datetime]] = {}
    for request, kind, at in lines.values_list("request", "kind", "at"):
        kinds.setdefault(request, {})[kind] = at
    return [
        Answered(
            request=request,
            used_at=at[QuotaEntry.Kind.USED],
            told_at=rows[request],
            returned=QuotaEntry.Kind.RETURNED in at,
        )
        for request, at in kinds.items()
    ]


def settle_credits(client_id: int, quota: Quota, *, anchor_day: int, now: datetime) -> int:
    """Write the lines of the credits that are due at `now`. Call under the client's lock; a second
    time writes nothing. Returns how many were written."""
    due = due_credits(client_id, quota, anchor_day=anchor_day, now=now)
    return len(QuotaEntry.objects.bulk_create(due))

"""The client's slots, from the lines of its ledger."""

from datetime import datetime

from eligibility.rules import Quota
from messaging.models import ContactRequest, QuotaEntry
from messaging.policy import QuotaState, quota_since, quota_state


def quota_at(client_id: int, quota: Quota, *, anchor_day: int, now: datetime) -> QuotaState:
    """How many slots are used at `now`. One query of at most a day's or a cycle's lines."""
    since = quota_since(quota, anchor_day, now)
    lines = QuotaEntry.objects.filter(client=client_id, at__gt=since).values_list("at", "slots")
    return quota_state(quota, list(lines), anchor_day=anchor_day, now=now)


def use_slot(request: ContactRequest) -> None:
    """A new connection uses one slot, at the instant it was sent. Call under the client's lock."""
    QuotaEntry.objects.create(
        client_id=request.client_id,
        request=request,
        kind=QuotaEntry.Kind.USED,
        slots=1,
        at=request.sent_at,
    )


def return_credit(request: ContactRequest, quota: Quota, *, anchor_day: int, now: datetime) -> None:
    """Give back the slot of an answered request, where the plan counts by billing cycle.

    Only a slot used in this cycle can come back, and only `quota.returns` of them a cycle. Call
    under the client's lock.
    """
    if quota.window != "cycle":
        return
    lines = QuotaEntry.objects.filter(
        client=request.client_id, at__gt=quota_since(quota, anchor_day, now)
    )
    returned = lines.filter(kind=QuotaEntry.Kind.RETURNED).count()
    if returned >= quota.returns or not lines.filter(request=request).exists():
        return
    QuotaEntry.objects.create(
        client_id=request.client_id,
        request=request,
        kind=QuotaEntry.Kind.RETURNED,
        slots=-1,
        at=now,
    )

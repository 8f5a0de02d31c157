"""Slots and billing cycles: what the lines of a client's ledger add up to. Pure."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from eligibility.rules import MOMENT, Quota

DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaState:
    """Slots at one instant. `returns`: when each used one comes back, the next one first."""

    slots: int
    used: int
    window: str
    returns: tuple[datetime, ...] = ()

    @property
    def left(self) -> int:
        return max(self.slots - self.used, 0)

    @property
    def next_at(self) -> datetime | None:
        """The first instant at which more slots are open than now; None if none is used."""
        if self.window == "cycle":
            return self.returns[0] if self.returns else None
        over = max(self.used - self.slots, 0)
        return self.returns[over] if over < len(self.returns) else None


def quota_since(quota: Quota, anchor_day: int, now: datetime) -> datetime:
    """Ledger lines after this instant count against the quota."""
    if quota.window == "cycle":
        return cycle_start(anchor_day, now) - MOMENT
    return now - DAY


def quota_state(
    quota: Quota, lines: Sequence[tuple[datetime, int]], *, anchor_day: int, now: datetime
) -> QuotaState:
    """Add up ledger lines (instant, slots) later than `quota_since`; 1 is a use, -1 a return.

    A daily slot is free again exactly 24 hours after its use, whatever happened to the request, so
    a day counts uses only. No upper bound on the instants: a line stamped after `now` counts too.
    """
    if quota.window == "cycle":
        # A return can outlive its use in the sum when the anchor day is moved between them.
        used = max(sum(slots for _, slots in lines), 0)
        renewal = next_cycle_start(anchor_day, now)
        returns: tuple[datetime, ...] = (renewal,) if used > 0 else ()
    else:
        uses = sorted(at for at, slots in lines if slots > 0)
        used, returns = len(uses), tuple(at + DAY for at in uses)
    return QuotaState(slots=quota.slots, used=used, window=quota.window, returns=returns)


def one_more_used(quota: QuotaState, now: datetime) -> QuotaState:
    """The same after one more use at `now`."""
    returns = quota.returns if quota.window == "cycle" else (*quota.returns, now + DAY)
    return replace(quota, used=quota.used + 1, returns=returns)


def cycle_start(anchor_day: int, now: datetime) -> datetime:
    """The midnight UTC at which the billing cycle of `now` began."""
    this_month = _anchor(now.year, now.month, anchor_day, now)
    if this_month <= now:
        return this_month
    before = this_month.replace(day=1) - timedelta(days=1)
    return _anchor(before.year, before.month, anchor_day, now)


def next_cycle_start(anchor_day: int, now: datetime) -> datetime:
    start = cycle_start(anchor_day, now)
    after = start.replace(day=1) + timedelta(days=32)
    return _anchor(after.year, after.month, anchor_day, now)


def _anchor(year: int, month: int, anchor_day: int, now: datetime) -> datetime:
    day = min(anchor_day, monthrange(year, month)[1])
    return datetime(year, month, day, tzinfo=now.tzinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A request that used a slot at `used_at` and was answered, as the client heard at `told_at`.
    `returned`: its credit is in the ledger already."""

    request: int
    used_at: datetime
    told_at: datetime
    returned: bool = False


def credits_due(
    answered: Sequence[Answered], quota: Quota, *, anchor_day: int, now: datetime
) -> Iterator[Answered]:
    """The requests whose credit has come back by `now` and is in no line of the ledger yet.

    A credit returns when the client is told, in the cycle in which its slot was used, and at most
    `quota.returns` of them a cycle: the first told, the first returned. A day gives none back.
    """
    if quota.window != "cycle":
        return
    returned: dict[datetime, int] = {}
    for one in sorted(answered, key=lambda each: (each.told_at, each.request)):
        cycle = cycle_start(anchor_day, one.told_at)
        if one.told_at > now or one.used_at < cycle or returned.get(cycle, 0) >= quota.returns:
            continue
        returned[cycle] = returned.get(cycle, 0) + 1
        if not one.returned:
            yield one

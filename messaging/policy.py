"""May this message pass? Pure: no Django, no clock, no database.

The order is the promise: first what is the client's own, told in full; then what is the
freelancer's, told in one sentence that is the same for all. So a client who could write to nobody
learns nothing about anybody's door.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, assert_never

from eligibility.rules import Eligible, Ineligible, Quota, Verdict

DAY = timedelta(hours=24)


class Refusal(StrEnum):
    """Why a message was not accepted, in the order in which they are looked at."""

    COLLEAGUE = "colleague"
    TALKING = "talking"
    HOLD = "hold"
    GATE = "gate"
    QUOTA = "quota"
    WAITING = "waiting"
    BLOCKED = "blocked"
    CLOSED = "closed"

    @property
    def is_freelancers_own(self) -> bool:
        """The client may not learn which of these it was."""
        return self in {Refusal.BLOCKED, Refusal.CLOSED}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What stands between one client and one freelancer."""

    colleague: bool = False  # the freelancer is a member of the client account
    talking: bool = False  # their conversation was accepted
    waiting: bool = False  # a request waits for its answer
    known: bool = False  # contract, proposal or accepted invitation
    blocked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SendContext:
    """Everything a first message is judged by, read once under the locks."""

    now: datetime
    verdict: Verdict
    quota: QuotaState
    pair: Pair
    door: str
    known_clients_pass: bool


@dataclass(frozen=True, slots=True)
class Deliver:
    """The request passes, by the gate or because the two know each other."""

    basis: Literal["gate", "relationship"]

    @property
    def uses_slot(self) -> bool:
        return self.basis == "gate"


@dataclass(frozen=True, slots=True)
class Refuse:
    refusal: Refusal


def decide(context: SendContext) -> Deliver | Refuse:
    """Judge a first message. A relationship skips gate, quota and, unless the freelancer switched
    that off, the door; nothing skips a hold, a waiting request or a block."""
    own = _clients_own(context)
    if own is not None:
        return Refuse(own)
    if context.pair.blocked:
        return Refuse(Refusal.BLOCKED)
    passes_door = context.pair.known and context.known_clients_pass
    if context.door != "open" and not passes_door:
        return Refuse(Refusal.CLOSED)
    return Deliver("relationship" if context.pair.known else "gate")


def _clients_own(context: SendContext) -> Refusal | None:
    pair = context.pair
    if pair.colleague:
        return Refusal.COLLEAGUE
    if pair.talking:
        return Refusal.TALKING
    if not context.verdict.in_good_standing:
        return Refusal.HOLD
    if not pair.known:
        match context.verdict:
            case Ineligible():
                return Refusal.GATE
            case Eligible():
                if context.quota.left == 0:
                    return Refusal.QUOTA
            case _:
                assert_never(context.verdict)
    return Refusal.WAITING if pair.waiting else None


def decide_in_conversation(*, good_standing: bool, blocked: bool) -> Refusal | None:
    """Judge a client's message in an accepted conversation: only a hold or a block stops it."""
    if not good_standing:
        return Refusal.HOLD
    return Refusal.BLOCKED if blocked else None


def quota_since(quota: Quota, anchor_day: int, now: datetime) -> datetime:
    """Ledger lines after this instant count against the quota."""
    if quota.window == "cycle":
        return cycle_start(anchor_day, now) - timedelta(microseconds=1)
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

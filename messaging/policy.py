"""May this message pass? Pure: no Django, no clock, no database.

The order is the promise: first what is the client's own, told in full; then what is the
freelancer's, told in one sentence that is the same for all. So a client who could write to nobody
learns nothing about anybody's door.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from eligibility.rules import Eligible, Ineligible, Verdict
from messaging.door import Asker, Door, Refusal
from messaging.pair import Pair
from messaging.slots import QuotaState


@dataclass(frozen=True, slots=True, kw_only=True)
class SendContext:
    """Everything a first message is judged by, read once under the locks.

    `arrivals`: the latest requests that this door let in; `link`: the client holds a valid
    open-door link of this freelancer's.
    """

    now: datetime
    verdict: Verdict
    quota: QuotaState
    pair: Pair
    door: Door
    asker: Asker
    arrivals: tuple[datetime, ...] = ()
    link: bool = False

    @property
    def passes_door(self) -> bool:
        """Whether the two know each other and that is enough for this door."""
        return self.pair.known and self.door.known_clients_pass


@dataclass(frozen=True, slots=True)
class Deliver:
    """The request passes: `basis` says what the gate was, `way` how the door was passed."""

    basis: Literal["gate", "relationship"]
    way: Literal["door", "known", "link"] = "door"

    @property
    def uses_slot(self) -> bool:
        return self.basis == "gate"

    @property
    def through_door(self) -> bool:
        """Whether it counts among what the door lets in."""
        return self.way == "door"


@dataclass(frozen=True, slots=True)
class Refuse:
    refusal: Refusal


def decide(context: SendContext) -> Deliver | Refuse:
    """Judge a first message.

    A relationship skips gate, quota, rest, cool-off and, unless the freelancer switched that off,
    the door; an open-door link skips the door only. Nothing skips a hold, a waiting request, a "not
    now" or a block.
    """
    own = _clients_own(context)
    if own is not None:
        return Refuse(own)
    pair, now = context.pair, context.now
    if pair.blocked:
        return Refuse(Refusal.BLOCKED)
    if not pair.known and _is_ahead(pair.cools_until, now):
        return Refuse(Refusal.COOLING)
    basis: Literal["gate", "relationship"] = "relationship" if pair.known else "gate"
    if context.passes_door:
        return Deliver(basis, "known")
    kept_out = context.door.refuses(context.asker, context.arrivals, now)
    if kept_out is None:
        return Deliver(basis)
    return Deliver(basis, "link") if context.link else Refuse(kept_out)


def advise(context: SendContext) -> Deliver | Refuse:
    """What a client may expect before it has chosen a skill: the choice that would serve it best.
    For who has chosen, the judgement itself."""
    taken = context.door.bar.skills
    if taken and context.asker.skill is None:
        context = replace(context, asker=replace(context.asker, skill=min(taken)))
    return decide(context)


def _clients_own(context: SendContext) -> Refusal | None:
    pair = context.pair
    reasons = [
        (pair.colleague, Refusal.COLLEAGUE),
        (pair.talking, Refusal.TALKING),
        (pair.own_block, Refusal.OWN_BLOCK),
        (not context.verdict.in_good_standing, Refusal.HOLD),
        (not pair.known and _fails_gate(context.verdict), Refusal.GATE),
        (not pair.known and context.quota.left == 0, Refusal.QUOTA),
        (pair.waiting, Refusal.WAITING),
        (rests_until(context) is not None, Refusal.RESTING),
    ]
    return next((refusal for holds, refusal in reasons if holds), None)


def _fails_gate(verdict: Verdict) -> bool:
    match verdict:
        case Eligible():
            return False
        case Ineligible():
            return True
        case _:
            assert_never(verdict)


def rests_until(context: SendContext) -> datetime | None:
    """From when on the client may write to this freelancer again; None: now, as far as rest
    goes."""
    pair = context.pair
    ends = [pair.put_off_until, None if pair.known else pair.rests_until]
    return max((end for end in ends if end is not None and context.now < end), default=None)


def _is_ahead(instant: datetime | None, now: datetime) -> bool:
    return instant is not None and now < instant


def decide_in_conversation(
    *, good_standing: bool, blocked: bool, own_block: bool = False
) -> Refusal | None:
    """Judge a client's message in an accepted conversation: only a hold or a block stops it."""
    if own_block:
        return Refusal.OWN_BLOCK
    if not good_standing:
        return Refusal.HOLD
    return Refusal.BLOCKED if blocked else None

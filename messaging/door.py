"""The freelancer's door: who it keeps out, and the reasons there are to refuse. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from messaging.slots import DAY

WEEK = timedelta(days=7)


class Refusal(StrEnum):
    """Why a message was not accepted, in the order in which they are looked at."""

    COLLEAGUE = "colleague"
    TALKING = "talking"
    OWN_BLOCK = "own_block"
    HOLD = "hold"
    GATE = "gate"
    QUOTA = "quota"
    WAITING = "waiting"
    RESTING = "resting"
    BLOCKED = "blocked"
    COOLING = "cooling"
    CLOSED = "closed"
    BAR = "bar"
    FULL = "full"

    @property
    def is_freelancers_own(self) -> bool:
        """The client may not learn which of these it was."""
        return self in _FREELANCERS_OWN


_FREELANCERS_OWN = frozenset(
    {Refusal.BLOCKED, Refusal.COOLING, Refusal.CLOSED, Refusal.BAR, Refusal.FULL}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """What a freelancer's bar looks at. Spend is US cents, the gate's own; `hired` counts whom the
    client has had a contract with; no `skill`: "something else"."""

    spend_cents: int
    tenure: timedelta
    hired: int
    country: str
    skill: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """What a selective door asks for on top of the gate; nothing set asks for nothing. "At least"
    includes the figure itself."""

    spend_cents: int | None = None
    tenure_days: int | None = None
    hired: bool = False
    skills: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()

    def is_met_by(self, asker: Asker) -> bool:
        return (
            (self.spend_cents is None or asker.spend_cents >= self.spend_cents)
            and (self.tenure_days is None or asker.tenure >= timedelta(days=self.tenure_days))
            and (not self.hired or asker.hired > 0)
            and (not self.skills or asker.skill in self.skills)
            and (not self.countries or asker.country in self.countries)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A freelancer's door. `state`: "open", "selective" or "closed"."""

    state: str = "open"
    paused_until: datetime | None = None
    known_clients_pass: bool = True
    bar: Bar = Bar()
    intake_day: int | None = None
    intake_week: int | None = None

    def is_shut(self, now: datetime) -> bool:
        paused = self.paused_until is not None and now < self.paused_until
        return self.state == "closed" or paused

    def is_full(self, arrivals: Sequence[datetime], now: datetime) -> bool:
        """`arrivals` are the instants of the latest requests that the door let in. Like the quota,
        counted without an upper bound."""
        per_day = sum(at > now - DAY for at in arrivals)
        per_week = sum(at > now - WEEK for at in arrivals)
        return (self.intake_day is not None and per_day >= self.intake_day) or (
            self.intake_week is not None and per_week >= self.intake_week
        )

    def refuses(self, asker: Asker, arrivals: Sequence[datetime], now: datetime) -> Refusal | None:
        """Why this door keeps the asker out, or None."""
        if self.is_shut(now):
            return Refusal.CLOSED
        if self.state != "selective":
            return None
        if not self.bar.is_met_by(asker):
            return Refusal.BAR
        return Refusal.FULL if self.is_full(arrivals, now) else None


def door_content(door: Door, way: str) -> dict[str, Any]:
    """What a receipt keeps of the door as it stood, as plain JSON; `way`: how it was passed."""
    bar = door.bar
    return {
        "way": way,
        "state": door.state,
        "paused_until": door.paused_until.isoformat() if door.paused_until else None,
        "known_clients_pass": door.known_clients_pass,
        "bar_spend_cents": bar.spend_cents,
        "bar_tenure_days": bar.tenure_days,
        "bar_hired": bar.hired,
        "bar_skills": sorted(bar.skills),
        "bar_countries": sorted(bar.countries),
        "intake_day": door.intake_day,
        "intake_week": door.intake_week,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A request that came at `at`, from somebody known, by an open-door link, or neither."""

    at: datetime
    asker: Asker
    known: bool = False
    by_link: bool = False


def replay(door: Door, arrivals: Sequence[Arrival]) -> list[Refusal | None]:
    """What this door would have said to each of `arrivals`, which are the oldest first. What it
    lets in fills it for those that follow; a link is needed only where it would not. A pause is
    left out: it ends by itself."""
    unpaused = replace(door, paused_until=None)
    let_in: list[datetime] = []
    answers: list[Refusal | None] = []
    for one in arrivals:
        if one.known and door.known_clients_pass:
            answers.append(None)
            continue
        answer = unpaused.refuses(one.asker, let_in, one.at)
        if answer is None:
            let_in.append(one.at)
        answers.append(None if one.by_link else answer)
    return answers

"""The product's rules once more: plain dictionaries and lists, none of the application's code.

Written from the product's promises, so that where model and application differ, one of them is
wrong. Instants are UTC datetimes, money is US cents. A freelancer is named by a word, a client too;
a pair is (client, freelancer). Whoever calls gives the instant; nothing here reads a clock.
"""

from calendar import monthrange
from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]
Pair = tuple[str, str]
Edge = tuple[datetime, str, str, str]

DAY = timedelta(hours=24)
WEEK = 7 * DAY
FORTNIGHT = 14 * DAY
REST = 30 * DAY
COOL_OFF = 180 * DAY
QUARTER = 90 * DAY
UNDO = timedelta(seconds=30)
TICK = timedelta(microseconds=1)
ENOUGH = 1_000_00
OPEN_DOOR: Row = {
    "state": "open",
    "paused": None,
    "known_pass": True,
    "spend": None,
    "tenure": None,
    "hired": False,
    "skills": [],
    "countries": [],
    "day": None,
    "week": None,
}


class Model:
    """What there is, and what follows from it. `slots`: per client, how many ("day" or "cycle")
    and how many come back in a cycle."""

    def __init__(self, clients: dict[str, Row], freelancers: list[str]) -> None:
        self.clients = clients
        self.doors: dict[str, Row] = {name: dict(OPEN_DOOR) for name in freelancers}
        self.left: set[str] = set()
        self.known: dict[Pair, list[str]] = {}
        self.no_to_invitation: dict[Pair, list[datetime]] = {}
        self.blocks: set[tuple[str, str, str]] = set()
        self.requests: list[Row] = []
        self.open_at: dict[Pair, datetime | None] = {}
        self.links: list[Row] = []
        self.keys: dict[tuple[str, str], tuple[Any, Row | None]] = {}
        self.messages = 0

    # Requests

    def of_pair(self, pair: Pair) -> list[Row]:
        """The pair's requests, the oldest first."""
        return [request for request in self.requests if request["pair"] == pair]

    def state(self, request: Row, now: datetime) -> str:
        """As the freelancer sees it."""
        if request["withdrawn_at"]:
            return "withdrawn"
        if request["answer"]:
            return str(request["answer"])
        return "expired" if request["expires"] <= now else "waiting"

    def told(self, request: Row, now: datetime) -> str:
        """As the client sees it."""
        pending = request["answer"] and not request["withdrawn_at"] and now < request["told_at"]
        return "waiting" if pending else self.state(request, now)

    def is_waiting(self, pair: Pair, now: datetime) -> bool:
        return any(self.told(request, now) == "waiting" for request in self.of_pair(pair))

    def rests_until(self, pair: Pair) -> datetime | None:
        latest = self.of_pair(pair)[-1:]
        for request in latest:
            if request["withdrawn_at"]:
                return request["withdrawn_at"] + REST  # type: ignore[no-any-return]
            if not request["answer"]:
                return request["expires"] + REST  # type: ignore[no-any-return]
        return None

    def put_off_until(self, pair: Pair) -> datetime | None:
        latest = self.of_pair(pair)[-1:]
        return latest[0]["until"] if latest else None

    def cools_until(self, pair: Pair) -> datetime | None:
        """A no, to a request or an invitation, that no later "not now" has lifted."""
        mine = self.of_pair(pair)
        said_no = [request["no_at"] for request in mine if request["no_at"]]
        said_no += self.no_to_invitation.get(pair, [])
        said_later = [request["answered_at"] for request in mine if request["until"]]
        standing = [no for no in said_no if not any(later > no for later in said_later)]
        return max(standing) + COOL_OFF if standing else None

    # The gate

    def spend(self, client: str, now: datetime) -> int:
        since = a_year_before(now)
        return sum(
            payment["cents"] - sum(payment["back"])
            for payment in self.clients[client]["payments"]
            if since < payment["at"] <= now
        )

    def passes_gate(self, client: str, now: datetime) -> bool:
        facts = self.clients[client]
        if not facts["card"]:
            return False
        if facts["plan"] == "plus":
            return True
        first = self.first_payment(client, now)
        return (
            self.spend(client, now) > ENOUGH
            and now - facts["joined"] > QUARTER
            and first is not None
            and now - first > QUARTER
        )

    def first_payment(self, client: str, now: datetime) -> datetime | None:
        """When it was made, of those that were not paid back whole."""
        kept = [
            payment["at"]
            for payment in self.clients[client]["payments"]
            if payment["at"] <= now and payment["cents"] > sum(payment["back"])
        ]
        return min(kept, default=None)

    def in_good_standing(self, client: str) -> bool:
        return not self.clients[client]["hold"] and bool(self.clients[client]["active"])

    def hired(self, client: str) -> int:
        return sum("contract" in kinds for (who, _), kinds in self.known.items() if who == client)

    # The quota

    def uses(self, client: str) -> list[datetime]:
        return [
            request["sent"]
            for request in self.requests
            if request["pair"][0] == client and request["slot"]
        ]

    def credits(self, client: str, now: datetime) -> list[Row]:
        """The requests whose credit has come back: told in the cycle of their slot, so many a
        cycle, those told first."""
        facts = self.clients[client]
        if facts["plan"] != "plus":
            return []
        told = [
            request
            for request in self.requests
            if request["pair"][0] == client
            and request["slot"]
            and request["answer"]
            and not request["withdrawn_at"]
            and request["told_at"] <= now
        ]
        back: list[Row] = []
        for request in sorted(told, key=lambda each: each["told_at"]):
            cycle = cycle_of(request["told_at"], facts["anchor"])
            same = [one for one in back if cycle_of(one["told_at"], facts["anchor"]) == cycle]
            if request["sent"] >= cycle and len(same) < facts["returns"]:
                back.append(request)
        return back

    def used(self, client: str, now: datetime) -> int:
        facts = self.clients[client]
        if facts["plan"] == "marketplace":
            return int(sum(at > now - DAY for at in self.uses(client)))
        cycle = cycle_of(now, facts["anchor"])
        returned = sum(one["told_at"] >= cycle for one in self.credits(client, now))
        return int(sum(at >= cycle for at in self.uses(client)) - returned)

    def slots_left(self, client: str, now: datetime) -> int:
        return max(int(self.clients[client]["slots"]) - self.used(client, now), 0)

    # The door

    def let_in(self, freelancer: str, since: datetime) -> int:
        """How many the door itself let in later than `since`."""
        return sum(
            request["way"] == "door" and request["sent"] > since
            for request in self.requests
            if request["pair"][1] == freelancer
        )

    def is_shut(self, freelancer: str, now: datetime) -> bool:
        door = self.doors[freelancer]
        return door["state"] == "closed" or bool(door["paused"] and now < door["paused"])

    def door_says(self, pair: Pair, now: datetime, skill: str) -> str:
        """Why the door keeps the client out, or ""."""
        client, freelancer = pair
        door, facts = self.doors[freelancer], self.clients[client]
        if self.is_shut(freelancer, now):
            return "closed"
        if door["state"] == "open":
            return ""
        if (
            (door["spend"] is not None and self.spend(client, now) < door["spend"])
            or (door["tenure"] is not None and now - facts["joined"] < door["tenure"])
            or (door["hired"] and not self.hired(client))
            or (door["skills"] and skill not in door["skills"])
            or (door["countries"] and facts["country"] not in door["countries"])
        ):
            return "bar"
        if door["day"] is not None and self.let_in(freelancer, now - DAY) >= door["day"]:
            return "full"
        if door["week"] is not None and self.let_in(freelancer, now - WEEK) >= door["week"]:
            return "full"
        return ""

    def link_opens(self, freelancer: str, code: str, now: datetime) -> bool:
        return any(
            link["code"] == code
            and link["freelancer"] == freelancer
            and not link["revoked"]
            and (link["most"] is None or link["uses"] < link["most"])
            and (link["expires"] is None or now < link["expires"])
            for link in self.links
        )

    # The verdict

    def verdict(self, pair: Pair, now: datetime, skill: str = "", code: str = "") -> str:
        """The name of the refusal, or how the request passes: "gate door", "relationship known"."""
        client, freelancer = pair
        known = bool(self.known.get(pair))
        opened, rest = self.open_at.get(pair), self.rests_until(pair)
        put_off, cool = self.put_off_until(pair), self.cools_until(pair)
        passes = known and self.doors[freelancer]["known_pass"]
        by_link = bool(code) and self.link_opens(freelancer, code, now)
        kept_out = "" if passes else self.door_says(pair, now, skill)
        in_the_way = [
            (freelancer == self.clients[client]["colleague"], "colleague"),
            (opened is not None and opened <= now, "talking"),
            ((*pair, "client") in self.blocks, "own_block"),
            (not self.in_good_standing(client), "hold"),
            (not known and not self.passes_gate(client, now), "gate"),
            (not known and not self.slots_left(client, now), "quota"),
            (self.is_waiting(pair, now), "waiting"),
            (bool(put_off and now < put_off), "resting"),
            (bool(not known and rest and now < rest), "resting"),
            ((*pair, "freelancer") in self.blocks, "blocked"),
            (bool(not known and cool and now < cool), "cooling"),
            (bool(kept_out) and not by_link, kept_out),
        ]
        for stands, name in in_the_way:
            if stands:
                return name
        way = "known" if passes else ("link" if kept_out else "door")
        return f"{'relationship' if known else 'gate'} {way}"

    # What happens next by itself

    def edges(self, now: datetime) -> list[Edge]:
        """The instants ahead at which something changes without anybody doing anything, each with
        the client and the freelancer whom it concerns, "" for all, and what it is."""
        found: list[tuple[datetime | None, str, str, str]] = []
        for pair in {request["pair"] for request in self.requests} | set(self.no_to_invitation):
            found.append((self.rests_until(pair), *pair, "rest"))
            found.append((self.put_off_until(pair), *pair, "not now"))
            found.append((self.cools_until(pair), *pair, "no"))
        for request in self.requests:
            client, freelancer = request["pair"]
            found.append((request["expires"], client, freelancer, "waiting"))
            found.append((request["told_at"], client, freelancer, "undo"))
            found += [(request["sent"] + span, "", freelancer, "intake") for span in (DAY, WEEK)]
            if self.clients[client]["plan"] == "marketplace":
                found.append((request["sent"] + DAY, client, "", "slot"))
        found += [(door["paused"], "", name, "pause") for name, door in self.doors.items()]
        found += [(link["expires"], "", link["freelancer"], "link") for link in self.links]
        for client, facts in self.clients.items():
            for tenure in [QUARTER, *(door["tenure"] or QUARTER for door in self.doors.values())]:
                found.append((facts["joined"] + tenure, client, "", "tenure"))
            first = self.first_payment(client, now)
            found.append((first and first + QUARTER, client, "", "first payment"))
            if facts["plan"] == "plus":
                found.append((next_cycle(now, facts["anchor"]), client, "", "cycle"))
        ahead = {(at, who, whom, what) for at, who, whom, what in found if at and at > now}
        return sorted(ahead)


def a_year_before(now: datetime) -> datetime:
    """The same day and time a calendar year ago; 29 February was the 28th."""
    day = min(now.day, monthrange(now.year - 1, now.month)[1])
    return now.replace(year=now.year - 1, day=day)


def cycle_of(now: datetime, anchor: int) -> datetime:
    """The midnight at which the billing cycle of `now` began."""
    start = _anchored(now.year, now.month, anchor, now)
    if now < start:
        year, month = (now.year, now.month - 1) if now.month > 1 else (now.year - 1, 12)
        start = _anchored(year, month, anchor, now)
    return start


def next_cycle(now: datetime, anchor: int) -> datetime:
    start = cycle_of(now, anchor)
    year, month = (start.year, start.month + 1) if start.month < 12 else (start.year + 1, 1)
    return _anchored(year, month, anchor, now)


def month_end(now: datetime) -> datetime:
    """The first instant of the next month."""
    year, month = (now.year, now.month + 1) if now.month < 12 else (now.year + 1, 1)
    return datetime(year, month, 1, tzinfo=now.tzinfo)


def _anchored(year: int, month: int, anchor: int, now: datetime) -> datetime:
    return datetime(year, month, min(anchor, monthrange(year, month)[1]), tzinfo=now.tzinfo)

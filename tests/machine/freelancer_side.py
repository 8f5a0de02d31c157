"""What a freelancer does: answer, undo, reply, write first, set the door, make links."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from messaging.models import OpenDoorLink
from messaging.services import answers, conversations, door, recheck
from tests.machine.client_side import ClientSide
from tests.machine.ground import pairs, which
from tests.machine.model import DAY, OPEN_DOOR, UNDO, Pair, Row
from tests.machine.world import CLIENTS, FREELANCERS

HOUR = timedelta(hours=1)

freelancers = st.sampled_from(FREELANCERS)
kinds = st.sampled_from(["accepted", "declined", "declined", "put_off"])
#: Doors, as the model has them.
DOORS: list[Row] = [
    {"state": "open"},
    {"state": "closed"},
    {"state": "selective", "day": 1},
    {"state": "selective", "day": 2, "week": 2},
    {"state": "selective", "week": 1},
    {"state": "selective", "spend": 3_600_00},
    {"state": "selective", "tenure": 120 * DAY, "day": 2},
    {"state": "selective", "hired": True},
    {"state": "selective", "skills": ["Maps"]},
    {"state": "selective", "countries": ["SE"]},
]


def asked(machine: "FreelancerSide") -> bool:
    return bool(machine.model.requests)


class FreelancerSide(ClientSide):
    # Answers

    def one_answer(self, number: int, answer: str, days: int, behind: bool) -> None:
        """`behind`: by a clock that was set back an hour, and goes right again afterwards."""
        now = self.moment()
        request = self.pick(
            number, self.model.requests, lambda row: self.model.state(row, now) == "waiting"
        )
        self.pair = request["pair"]
        until = now + (1 + days) * DAY
        # What has expired may be written down already, which no clock takes back.
        if behind and self.model.state(request, now) == "waiting":
            # The answer is of the instant of the asking at the earliest.
            self.behind, now = HOUR, max(now - HOUR, request["sent"])
        stood = self.model.state(request, now)
        promised = self.say(request, answer, until, now)
        came, _ = self.answer_of(lambda: self.give(request, answer, until))
        self.behind = timedelta()
        self.did(answer, f"{promised} {stood}", f"{came} {stood}")

    _answering = rule(
        number=which, answer=kinds, days=which, behind=st.sampled_from([False, False, False, True])
    )
    answer = precondition(asked)(_answering(one_answer))
    answer_too = precondition(asked)(_answering(one_answer))
    answer_once_more = precondition(asked)(_answering(one_answer))

    def say(self, request: Row, answer: str, until: datetime, now: datetime) -> str:
        pair = request["pair"]
        if pair[1] in self.model.left:
            return "gone"
        if self.model.state(request, now) != "waiting":
            return "moved"
        if answer == "accepted":
            if (*pair, "freelancer") in self.model.blocks:
                return "own block"
            self.model.open_at[pair] = now + UNDO
        request |= {"answer": answer, "answered_at": now, "told_at": now + UNDO}
        request["no_at"] = now if answer == "declined" else None
        request["until"] = until if answer == "put_off" else None
        return "done"

    def give(self, request: Row, answer: str, until: datetime) -> Any:
        asked = {
            "request": self.row(request),
            "freelancer": self.profiles[request["pair"][1]],
            "clock": self.clock,
        }
        match answer:
            case "accepted":
                return answers.accept_request(**asked)
            case "declined":
                return answers.decline_request(**asked, line="Not this year.")
            case _:
                return answers.put_off_request(**asked, until=until)

    @precondition(asked)
    @rule(number=which)
    def undo(self, number: int) -> None:
        now = self.moment()
        request = self.pick(number, self.model.requests, lambda row: self.on_its_way(row, now))
        pair = self.pair = request["pair"]
        stood = self.model.state(request, now)
        talking = stood != "accepted" and self.model.open_at[pair] is not None
        promised = "moved" if talking or not self.on_its_way(request, now) else "done"
        if promised == "done":
            if stood == "accepted":
                self.model.open_at[pair] = None
            cleared = dict.fromkeys(("answered_at", "told_at", "no_at", "until"))
            request |= {"answer": "", **cleared}
        came, _ = self.answer_of(
            lambda: answers.undo_answer(
                request=self.row(request), freelancer=self.profiles[pair[1]], clock=self.clock
            )
        )
        self.did("undo", f"{promised} {stood}", f"{came} {stood}")

    def on_its_way(self, request: Row, now: datetime) -> bool:
        return bool(request["answer"]) and not request["withdrawn_at"] and now < request["told_at"]

    # Words

    @precondition(lambda self: self.model.open_at)
    @rule(number=which)
    def reply(self, number: int) -> None:
        now = self.moment()
        known = sorted(self.model.open_at)
        waits = [pair for pair in known if self.model.is_waiting(pair, now)]
        chosen = waits if waits and number % 2 else known
        pair = self.pair = chosen[number % len(chosen)]
        promised = self.blocks_of_words(pair)
        if not promised:
            self.words_answer(pair, now)
            promised = "done" if self.model.open_at[pair] is not None else "not open"
        self.model.messages += promised == "done"
        came, _ = self.answer_of(
            lambda: conversations.write_as_freelancer(
                freelancer=self.profiles[pair[1]],
                conversation=self.conversation(pair),
                body="Gladly.",
                submission_key=self.new_key(),
                clock=self.clock,
            )
        )
        self.did("reply", promised, came)

    @rule(pair=pairs, number=which)
    def write_first(self, pair: Pair, number: int) -> None:
        """Mostly to somebody they know."""
        known = sorted(self.model.known)
        pair = known[number % len(known)] if known and number % 4 else pair
        now = self.moment(pair)
        client, freelancer = pair
        promised = "gone" if freelancer in self.model.left else ""
        if not promised and not self.model.known.get(pair):
            promised = "stranger"
        if not promised and self.model.clients[client]["colleague"] == freelancer:
            promised = "colleague"
        promised = promised or self.blocks_of_words(pair)
        if not promised:
            self.model.open_at.setdefault(pair, None)
            self.words_answer(pair, now)
            if self.model.open_at[pair] is None:
                self.model.open_at[pair] = now
            self.model.messages += 1
        came, _ = self.answer_of(
            lambda: conversations.start_conversation(
                freelancer=self.profiles[freelancer],
                client=self.accounts[client],
                body="I have time again.",
                submission_key=self.new_key(),
                clock=self.clock,
            )
        )
        self.did("write first", promised or "done", came)

    def blocks_of_words(self, pair: Pair) -> str:
        if pair[1] in self.model.left:
            return "gone"
        if (*pair, "freelancer") in self.model.blocks:
            return "own block"
        return "blocked" if (*pair, "client") in self.model.blocks else ""

    def words_answer(self, pair: Pair, now: datetime) -> None:
        """What waits is accepted, and what was accepted is told, by words at once."""
        for request in self.model.of_pair(pair)[-1:]:
            if self.model.state(request, now) == "waiting":
                request |= {"answer": "accepted", "answered_at": now, "told_at": now}
                self.model.open_at[pair] = now
            elif self.on_its_way(request, now) and request["answer"] == "accepted":
                request["told_at"] = self.model.open_at[pair] = now

    # Door and links

    @rule(name=freelancers, terms=st.sampled_from(DOORS), known=st.booleans(), pause=which)
    def set_door(self, name: str, terms: Row, known: bool, pause: int) -> None:
        now = self.moment((self.pair[0], name))
        paused = {1: now + timedelta(minutes=1), 2: now + 7 * DAY}.get(pause)
        to = self.model.doors[name] = OPEN_DOOR | terms | {"known_pass": known, "paused": paused}
        settings = door.DoorSettings(
            door=to["state"],
            known_clients_pass=known,
            paused_until=paused,
            bar_spend_cents=to["spend"],
            bar_tenure_days=to["tenure"] and to["tenure"].days,
            bar_hired=to["hired"],
            bar_countries=to["countries"],
            intake_day=to["day"],
            intake_week=to["week"],
            skills=tuple(self.world.skills[skill] for skill in to["skills"]),
        )
        door.set_door(freelancer=self.profiles[name], to=settings, clock=self.clock)
        self.profiles[name].refresh_from_db()
        self.did("set door", "paused" if paused else to["state"])
        for client in CLIENTS:
            self.knock((client, name))

    @rule(name=freelancers, days=st.sampled_from([None, 1, 10]), most=st.sampled_from([None, 1, 2]))
    def make_link(self, name: str, days: int | None, most: int | None) -> None:
        now = self.moment((self.pair[0], name))
        expires = now + days * DAY if days else None
        link = door.make_link(
            freelancer=self.profiles[name],
            label="",
            expires_at=expires,
            most_uses=most,
            clock=self.clock,
        )
        self.model.links.append(
            {
                "pk": link.pk,
                "code": link.code,
                "freelancer": name,
                "expires": expires,
                "most": most,
                "uses": 0,
                "revoked": False,
            }
        )
        self.did("make link", "done")
        self.judged = True

    @precondition(lambda self: self.model.links)
    @rule(number=which)
    def revoke_link(self, number: int) -> None:
        link = self.model.links[-1 - number % len(self.model.links)]
        self.moment()
        link["revoked"] = True
        door.revoke_link(
            freelancer=self.profiles[link["freelancer"]],
            link=OpenDoorLink.objects.get(pk=link["pk"]),
            clock=self.clock,
        )
        self.did("revoke link", "done")
        self.judged = True

    @precondition(asked)
    @rule(number=which)
    def check_again(self, number: int) -> None:
        """Every receipt here is honest."""
        request = self.model.requests[-1 - number % len(self.model.requests)]
        self.moment(request["pair"])
        found = recheck.check_again(
            request=self.row(request),
            freelancer=self.profiles[request["pair"][1]],
            clock=self.clock,
        )
        self.did("check again", "holds", "holds" if found == [] else str(found))
        self.judged = True

"""The back-test: what a door would have done, held against the same requests sent again."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership
from messaging.backtest import TRIED, back_test
from messaging.door import Bar, Door, Refusal
from messaging.models import ContactRequest, OpenDoorLink
from messaging.selectors import door_of
from messaging.services.door import DoorSettings, set_door
from messaging.services.outcomes import Refused
from tests import people
from tests.messaging.letters import LETTER, send
from tests.messaging.obstacles import undone

HOUR = timedelta(hours=1)
SKILLS = ("Illustration", "Typography", "Maps")


@dataclass(frozen=True, slots=True, kw_only=True)
class Comer:
    """A client that writes `hours` before now, by itself, as somebody known or by a link."""

    number: int
    hours: int
    plan: str = "marketplace"
    spend_cents: int = people.PLENTY
    days: int = 400
    hired: int = 0
    country: str = "NO"
    skill: int | None = None
    known: bool = False
    by_link: bool = False


def comers() -> Iterator[Comer]:
    """23 clients of every kind, the oldest first, several of them within one day."""
    dice = random.Random(20261123)
    for number, hours in enumerate(sorted(dice.sample(range(1, 15 * 24), 23), reverse=True)):
        plus = dice.random() < 0.3
        yield Comer(
            number=number,
            hours=hours,
            plan="plus" if plus else "marketplace",
            spend_cents=dice.choice([0, 50_000]) if plus else dice.choice([150_000, 500_000]),
            days=dice.choice([120, 180, 800]),
            hired=dice.choice([0, 0, 1, 3]),
            country=dice.choice(["NO", "SE", "DE", ""]),
            skill=dice.choice([None, 0, 1, 2]),
            known=number % 6 == 4,
            by_link=number % 5 == 3,
        )


COMERS = list(comers())


class World:
    """Finn, and everybody who writes to him."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.finn = people.freelancer("Finn", skills=SKILLS)
        self.skills = [people.skill(name) for name in SKILLS]
        self.link = OpenDoorLink.objects.create(
            freelancer=self.finn, label="Open", made_at=now - timedelta(days=30)
        )
        others = [people.freelancer(f"Other {number}") for number in range(3)]
        self.members = [self.arrive(comer, others) for comer in COMERS]

    def arrive(self, comer: Comer, others: list[FreelancerProfile]) -> Membership:
        account = people.client(
            f"Client {comer.number}",
            self.now,
            plan=comer.plan,
            spend_cents=comer.spend_cents,
            joined_days_ago=comer.days,
        )
        account.country = comer.country
        account.save(update_fields=["country"])
        for other in others[: comer.hired]:
            people.related(account, other, account.joined_at)
        if comer.known:
            people.related(account, self.finn, account.joined_at, kind="proposal")
        return people.member(account)

    def write(self, comer: Comer) -> ContactRequest:
        skill = None if comer.skill is None else self.skills[comer.skill]
        return send(
            self.members[comer.number],
            self.finn,
            now=self.now - comer.hours * HOUR,
            content=replace(LETTER, skill=skill),
            code=self.link.code if comer.by_link else "",
        )

    def set_door(self, door: Door) -> None:
        chosen = [skill for skill in self.skills if skill.pk in door.bar.skills]
        to = DoorSettings(
            door=door.state,
            known_clients_pass=door.known_clients_pass,
            bar_spend_cents=door.bar.spend_cents,
            bar_tenure_days=door.bar.tenure_days,
            bar_hired=door.bar.hired,
            bar_countries=sorted(door.bar.countries),
            intake_day=door.intake_day,
            intake_week=door.intake_week,
            skills=tuple(chosen),
        )
        set_door(freelancer=self.finn, to=to, clock=database_now)

    def history(self) -> None:
        """All of them arrive; who has a link needed it."""
        for comer in COMERS:
            self.set_door(Door(state="closed" if comer.by_link else "open"))
            self.write(comer)


@pytest.fixture
def world(now) -> World:
    return World(now)


def selective(*, intake: tuple[int | None, int | None] = (None, None), **bar) -> Door:
    day, week = intake
    return Door(state="selective", bar=Bar(**bar), intake_day=day, intake_week=week)


def doors(skills: list[int]) -> Iterator[Door]:
    """Each of a door's terms by itself, then any of them together."""
    two = frozenset(skills[:2])
    yield Door()
    yield from (Door(state="closed", known_clients_pass=known) for known in (True, False))
    yield selective(spend_cents=500_000)
    yield selective(tenure_days=180)
    yield selective(hired=True)
    yield selective(skills=two)
    yield selective(countries=frozenset({"NO", "DE"}))
    yield from (selective(intake=most) for most in [(1, None), (None, 3), (2, 5)])
    dice = random.Random(7)
    for _ in range(5):
        yield replace(
            selective(
                intake=(dice.choice([None, 1, 2]), dice.choice([None, 2, 6])),
                spend_cents=dice.choice([None, 100_000, 500_000]),
                tenure_days=dice.choice([None, 150]),
                hired=dice.random() < 0.3,
                skills=dice.choice([frozenset(), two]),
                countries=dice.choice([frozenset(), frozenset({"NO", "SE", "DE"})]),
            ),
            known_clients_pass=dice.random() < 0.5,
        )


def sent_again(world: World, door: Door) -> dict[str, bool]:
    """Which of the last 20 this door lets in, in a world where all who came come once more."""
    world.set_door(door)
    came = {f"Client {comer.number}": arrives(world, comer) for comer in COMERS}
    return dict(list(came.items())[-TRIED:])


def arrives(world: World, comer: Comer) -> bool:
    try:
        world.write(comer)
    except Refused as refused:
        if refused.refusal not in {Refusal.CLOSED, Refusal.BAR, Refusal.FULL}:
            raise
        return False
    return True


def test_the_back_test_is_what_happens_when_they_are_sent_again(world):
    with undone():
        world.history()
        told = {
            door: {
                one.request.client.name: one.arrives for one in back_test(world.finn, door).tried
            }
            for door in doors([skill.pk for skill in world.skills])
        }
    assert not ContactRequest.objects.exists()

    for door, expected in told.items():
        with undone():
            assert sent_again(world, door) == expected, door

    assert len({tuple(answers.values()) for answers in told.values()}) > 8, "doors of many kinds"


# What is said


def ask(finn: FreelancerProfile, now: datetime, count: int) -> None:
    for number in range(count):
        account = people.eligible_client(now, f"Client {number}")
        send(people.member(account), finn, now=now - number * HOUR)


@pytest.mark.parametrize(
    ("count", "sentence"),
    [
        (0, "No request has come to you yet, so there is nothing to try this on."),
        (1, "Of the one request you ever got, 1 would have arrived."),
        (3, "Of the 3 requests you ever got, 3 would have arrived."),
        (20, "Of your last 20 requests, 20 would have arrived."),
        (22, "Of your last 20 requests, 20 would have arrived."),
    ],
)
def test_of_how_many(finn, now, count, sentence):
    ask(finn, now, count)
    assert back_test(finn, Door()).sentence == sentence


def test_the_newest_come_first_and_the_oldest_fill_the_door(finn, now):
    ask(finn, now, 22)
    tried = back_test(finn, selective(intake=(None, 2))).tried
    assert [one.request.client.name for one in tried] == [f"Client {n}" for n in range(20)]
    assert [one.arrives for one in tried] == [False] * 20, "two older ones have filled it"
    assert tried[0].reasons == ("the door was full",)
    tried = back_test(finn, selective(intake=(None, 3))).tried
    assert [one.arrives for one in tried] == [False] * 19 + [True]


def test_a_pause_is_left_out(finn, now):
    ask(finn, now, 2)
    assert back_test(finn, Door(paused_until=now + timedelta(days=9))).arrived == 2


REASONS: list[tuple[Callable[[int], Door], tuple[str, ...]]] = [
    (lambda _skill: Door(state="closed"), ("the door is closed",)),
    (
        lambda skill: selective(
            spend_cents=500_000,
            tenure_days=401,
            hired=True,
            skills=frozenset({skill}),
            countries=frozenset({"SE"}),
        ),
        (
            "paid freelancers less than your minimum",
            "was a member for too short a time",
            "had hired nobody",
            "asked about another skill",
            "is in a country you left out",
        ),
    ),
    (lambda _skill: selective(tenure_days=401), ("was a member for too short a time",)),
    (lambda _skill: selective(tenure_days=400), ()),
]


@pytest.mark.parametrize(("door", "reasons"), REASONS)
def test_why_not(cleo, finn, door, reasons):
    send(cleo, finn)
    [one] = back_test(finn, door(finn.skills.all()[0].pk)).tried
    assert (one.arrives, one.reasons) == (not reasons, reasons)


def test_why_although(cleo, otto, finn, now):
    people.related(cleo.client, finn, now - HOUR)
    send(cleo, finn)
    link = OpenDoorLink.objects.create(freelancer=finn, label="Open", made_at=now - HOUR)
    finn.door = "closed"
    finn.save(update_fields=["door"])
    send(otto, finn, code=link.code)
    by_link, known = back_test(finn, door_of(finn)).tried
    assert (by_link.arrives, by_link.reasons) == (True, ("by your open-door link",))
    assert (known.arrives, known.reasons) == (True, ("you know each other",))


def test_what_a_client_was_then_counts_not_what_it_is_now(cleo, finn, now):
    """The receipt is read, not the account."""
    send(cleo, finn, now=now - HOUR)
    people.pay(cleo.client, 1_000_000, now)
    cleo.client.country = "SE"
    cleo.client.save(update_fields=["country"])
    rich = selective(spend_cents=500_000)
    assert back_test(finn, rich).arrived == 0
    assert back_test(finn, selective(countries=frozenset({"NO"}))).arrived == 1


def test_it_costs_the_same_however_many(finn, now):
    costs = []
    for count in (1, 22):
        with undone(), CaptureQueriesContext(connection) as queries:
            ask(finn, now, count)
            mark = len(queries)
            back_test(finn, selective(spend_cents=500_000, intake=(1, 1)))
            costs.append(len(queries) - mark)
    assert costs == [1, 1]

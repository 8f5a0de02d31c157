"""The marketplace of the state machine: rows of the application, and the model of the same."""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import ClientAccount, FreelancerProfile, Membership, Skill, User
from eligibility.models import Policy
from tests import people
from tests.machine.model import DAY, QUARTER, Model

#: Before a leap day and a short month, and so long ago that no example reaches the present.
START = datetime(1996, 1, 30, 9, tzinfo=UTC)
JOINED = START - timedelta(days=400)
ACME, PRESS = "Acme", "Press"
CLIENTS = (ACME, PRESS)
FREELANCERS = ("Ada", "Bo", "Cy")
PAIRS = [(client, freelancer) for client in CLIENTS for freelancer in FREELANCERS]
#: Cy writes for this account now and then.
COLLEAGUE = "Cy"
SLOTS = {ACME: 2, PRESS: 3}
RETURNS = 2
ANCHOR = 31
#: What Acme pays its freelancers every 120 days; the first time a little less than 90 days ago.
WAGES = 1_200_00
FIRST_WAGES = START - QUARTER + timedelta(hours=18)


@dataclass
class World:
    """Rows by the model's names. Acme is on the marketplace plan and has two members, Press is on
    plus and has one."""

    clients: dict[str, ClientAccount] = field(default_factory=dict)
    freelancers: dict[str, FreelancerProfile] = field(default_factory=dict)
    members: dict[str, Membership] = field(default_factory=dict)
    skills: dict[str, Skill] = field(default_factory=dict)
    mona: User = field(default_factory=User)
    facts: dict[str, Any] = field(default_factory=dict)

    def model(self) -> Model:
        """A new model of it."""
        return Model(deepcopy(self.facts), list(FREELANCERS))


def build() -> World:
    """Under a policy with two slots a day, and on plus three a cycle of which two come back."""
    publish()
    world = World(mona=people.moderator("Mona"))
    for name in FREELANCERS:
        world.freelancers[name] = people.freelancer(name, skills=("Maps", "Type"))
    world.skills = {name: people.skill(name) for name in ("Maps", "Type")}
    _client(world, ACME, "marketplace", "NO", ["Ann", "Art"])
    _client(world, PRESS, "plus", "SE", ["Pia"])
    return world


def publish() -> None:
    """Policy 2, in force from long before the start."""
    first = Policy.objects.get(version=1)
    plans = deepcopy(first.plans)
    plans["marketplace"]["quota"]["slots"] = SLOTS[ACME]
    plans["plus"]["quota"] |= {"slots": SLOTS[PRESS], "returns": RETURNS}
    begins = datetime(1980, 1, 1, tzinfo=UTC)
    Policy.objects.create(
        version=2,
        starts_at=begins,
        recorded_at=begins,
        spend_over_cents=first.spend_over_cents,
        spend_window_months=first.spend_window_months,
        tenure_over_days=first.tenure_over_days,
        first_payment_over_days=first.first_payment_over_days,
        plans=plans,
    )


def _client(world: World, name: str, plan: str, country: str, members: list[str]) -> None:
    account = ClientAccount.objects.create(name=name, country=country, joined_at=JOINED)
    people.put_on_plan(account, plan, JOINED, anchor_day=ANCHOR)
    people.card(account)
    wages = [] if plan == "plus" else [FIRST_WAGES + k * 120 * DAY for k in range(-2, 90)]
    world.clients[name] = account
    world.facts[name] = {
        "plan": plan,
        "slots": SLOTS[name],
        "returns": RETURNS,
        "anchor": ANCHOR,
        "country": country,
        "joined": JOINED,
        "card": True,
        "hold": False,
        "active": True,
        "colleague": "",
        "members": set(members),
        "payments": [
            {"row": people.pay(account, WAGES, at).pk, "at": at, "cents": WAGES, "back": []}
            for at in wages
        ],
    }
    for person in members:
        world.members[person] = people.member(account, person)

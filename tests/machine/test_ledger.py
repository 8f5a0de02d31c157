"""The balance shown, against the rows: after every one of many random acts on two ledgers.

LEDGER_OPERATIONS asks for another number of them.
"""

import contextlib
import os
import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts.models import FreelancerProfile, Membership
from eligibility.selectors import verdict_at
from messaging.door import Refusal
from messaging.models import ContactRequest, QuotaEntry
from messaging.quota import due_credits, quota_at
from messaging.services import answers, upkeep
from messaging.services.outcomes import Moved, Refused
from tests import people
from tests.machine.model import DAY, TICK, cycle_of
from tests.machine.mutants import MUTANTS, planted
from tests.machine.world import ACME, ANCHOR, PRESS, RETURNS, SLOTS, START, World, build
from tests.messaging.letters import send

OPERATIONS = int(os.environ.get("LEDGER_OPERATIONS", "300"))
SPANS = [timedelta(seconds=31), timedelta(hours=5), DAY, DAY - TICK, 3 * DAY, 12 * DAY]
REACH = timedelta(days=40)  # further back than any window
MEMBERS = {ACME: "Ann", PRESS: "Pia"}


class Books:
    """Two clients and a street of freelancers, of whom there is always another to write to."""

    def __init__(self, world: World, dice: random.Random) -> None:
        self.world, self.dice, self.now = world, dice, START
        self.street: list[FreelancerProfile] = []
        self.used: dict[str, list[datetime]] = {ACME: [], PRESS: []}
        self.refused = 0

    def operate(self) -> None:
        self.now += TICK
        act = self.dice.choice([self.use, self.use, self.use, self.answer, self.end, self.wait])
        act()

    def use(self) -> None:
        name = self.dice.choice([ACME, PRESS])
        if self.left(name):
            request = send(self.member(name), self.somebody_new(), now=self.now)
            self.used[name].append(request.sent_at)
            return
        with pytest.raises(Refused) as refused:
            send(self.member(name), self.somebody_new(), now=self.now)
        assert refused.value.refusal == Refusal.QUOTA
        self.refused += 1

    def answer(self) -> None:
        request = self.latest()
        if request is not None:
            act = self.dice.choice([answers.accept_request, answers.decline_request])
            self.unless_moved(
                lambda: act(
                    request=request, freelancer=request.freelancer, clock=people.at(self.now)
                )
            )

    def end(self) -> None:
        """Withdrawn, undone, or written down by the periodic task."""
        request = self.latest()
        if request is None or self.dice.random() < 0.4:
            upkeep.tidy(clock=people.at(self.now))
            return
        clock = people.at(self.now)
        if self.dice.random() < 0.5:
            self.unless_moved(
                lambda: answers.undo_answer(
                    request=request, freelancer=request.freelancer, clock=clock
                )
            )
            return
        member = self.member(request.client.name)
        self.unless_moved(
            lambda: answers.withdraw_request(request=request, member=member, clock=clock)
        )

    def wait(self) -> None:
        """Now and then to the very instant at which a slot comes back, or just short of it."""
        used = self.dice.choice([ACME, PRESS])
        if self.used[used] and self.dice.random() < 0.4:
            short = self.dice.choice([TICK, 2 * TICK])  # the next act comes a tick later
            edge = self.dice.choice(self.used[used][-3:]) + DAY - short
            self.now = max(self.now, edge)
        else:
            self.now += self.dice.choice(SPANS)

    # What is there

    def member(self, name: str) -> Membership:
        return self.world.members[MEMBERS[name]]

    def somebody_new(self) -> FreelancerProfile:
        if not self.street or self.street[-1].requests.exists():
            self.street.append(people.freelancer(f"House {len(self.street)}", skills=()))
        return self.street[-1]

    def latest(self) -> ContactRequest | None:
        rows = ContactRequest.objects.select_related("client", "freelancer__user")
        number = self.dice.randrange(4)
        return rows.order_by("-id")[number : number + 1].first()

    def unless_moved(self, act: Callable[[], object]) -> None:
        with contextlib.suppress(Moved):
            act()

    # What is shown

    def left(self, name: str) -> int:
        terms = verdict_at(self.world.clients[name].pk, self.now)
        client = self.world.clients[name].pk
        state = quota_at(client, terms.quota, anchor_day=terms.anchor_day, now=self.now)
        lately = self.now - REACH
        lines = QuotaEntry.objects.filter(client=client, at__gt=lately)
        rows = list(lines.values_list("at", "slots", "request"))
        uses = [at for at in self.used[name] if at > lately]
        due = due_credits(client, terms.quota, anchor_day=terms.anchor_day, now=self.now)
        assert sorted(at for at, slots, _ in rows if slots == 1) == uses
        if name == ACME:
            assert not due
            assert all(slots == 1 for _, slots, _ in rows)
            counted = sum(at > self.now - DAY for at in uses)
            assert state.used == sum(slots for at, slots, _ in rows if at > self.now - DAY)
        else:
            cycle = cycle_of(self.now, ANCHOR)
            back = {request for at, slots, request in rows if slots == -1 and at >= cycle}
            later = {line.request_id for line in due if line.at >= cycle}
            assert not back & later
            assert len(back | later) <= RETURNS
            counted = sum(at >= cycle for at in uses) - len(back | later)
        assert state.used == counted <= SLOTS[name]
        assert state.left == SLOTS[name] - counted
        return state.left


def test_the_balance_shown_is_the_sum_of_the_rows_after_every_operation(db):
    books = Books(build(), random.Random(4))
    keep_books(books)
    for name, used in books.used.items():
        lines = QuotaEntry.objects.filter(client=books.world.clients[name], slots=1)
        assert list(lines.order_by("at").values_list("at", flat=True)) == used
    assert books.refused > OPERATIONS // 20
    assert QuotaEntry.objects.filter(slots=-1).exists()
    assert min(len(uses) for uses in books.used.values()) > OPERATIONS // 40


def test_the_premise_a_slot_that_is_used_at_24_hours_would_be_seen(db):
    late = next(mutant for mutant in MUTANTS if "24 hours" in mutant.name)
    books = Books(build(), random.Random(4))
    with planted(late), pytest.raises(AssertionError):
        keep_books(books)


def keep_books(books: Books) -> None:
    for _ in range(OPERATIONS):
        books.operate()
        books.left(books.dice.choice([ACME, PRESS]))

"""What every step stands on: the moment, the answer and its name, and the agreement afterwards."""

import copy
import uuid
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant

from eligibility.selectors import verdict_at
from messaging.invariants import violations
from messaging.models import ContactRequest, Message, QuotaEntry
from messaging.policy import Deliver, decide
from messaging.quota import due_credits, quota_at
from messaging.selectors import send_context
from messaging.services import recheck
from messaging.services.outcomes import (
    AlreadyDecided,
    Gone,
    KeyReused,
    Moved,
    NotAMember,
    NotOpen,
    OwnBlock,
    Refused,
    Stranger,
)
from tests.machine.model import DAY, TICK, Pair, Row, cycle_of
from tests.machine.world import CLIENTS, PAIRS, START, World

NAMES: dict[type[Exception], str] = {
    AlreadyDecided: "already decided",
    Gone: "gone",
    KeyReused: "key reused",
    Moved: "moved",
    NotAMember: "not a member",
    NotOpen: "not open",
    OwnBlock: "own block",
    Stranger: "stranger",
}
#: Under this the tally counts the steps themselves.
STEPS = ("steps", "agreed on")

pairs = st.sampled_from(PAIRS)
clients = st.sampled_from(CLIENTS)
which = st.integers(0, 11)
#: After so many steps that told no verdict one is asked for: it takes as long as all the rest of
#: a step.
EVERY = 3  # steps


class Ground(RuleBasedStateMachine):
    """`tally` counts what came out of which step, over all examples of a run."""

    world: ClassVar[World]
    tally: ClassVar[Counter[tuple[str, str]]]

    def __init__(self) -> None:
        super().__init__()
        # No `atomic` block: the services' own are durable and may not lie within one.
        self.mark = transaction.savepoint()
        self.model = self.world.model()
        self.accounts = dict(self.world.clients)
        self.profiles = {name: copy.copy(row) for name, row in self.world.freelancers.items()}
        self.now = START
        self.behind = timedelta()
        self.acted = False
        self.sound = True
        self.judged = False
        self.unjudged = 0
        self.pair: Pair = PAIRS[0]

    def teardown(self) -> None:
        try:
            if self.sound:
                self.look_through()
        finally:
            transaction.savepoint_rollback(self.mark)

    # The moment and the answer

    def clock(self) -> datetime:
        """What the application reads; `behind` the time for an act whose clock was set back."""
        return self.now - self.behind

    def moment(self, pair: Pair | None = None) -> datetime:
        """The instant of this act: the one that was jumped to, or a tick after the last act."""
        if self.acted:
            self.now += TICK
        self.acted = True
        self.pair = pair or self.pair
        return self.now

    def did(self, step: str, promised: str, came: str | None = None) -> None:
        """Count the step, and hold the answer that came against the promised one."""
        self.sound = came is None or came == promised
        self.tally[step, promised] += 1
        assert self.sound, f"{step}: the model says {promised!r}, the application {came!r}"

    def answer_of(self, act: Callable[[], Any]) -> tuple[str, Any]:
        """What the service said, by its name, and gave."""
        try:
            return "done", act()
        except Refused as refused:
            return refused.refusal.value, None
        except tuple(NAMES) as said:
            return NAMES[type(said)], None

    def pick(self, number: int, rows: list[Row], better: Callable[[Row], bool]) -> Row:
        """One of the rows; mostly one of those that are `better` for the step, if there are any."""
        good = [row for row in rows if better(row)]
        chosen = good if good and number % 4 else rows
        return chosen[-1 - number % len(chosen)]

    def new_key(self) -> str:
        return uuid.uuid4().hex

    # The agreement

    @invariant()
    def they_agree(self) -> None:
        """After each step. What a sending has just been told is a verdict already, and many a
        step that changes something ends in one; time that passes, with all its edges, never."""
        self.sound = False
        self.unjudged = 0 if self.judged else self.unjudged + 1
        if not self.acted or self.unjudged == EVERY:
            self.agree_on_verdict(self.pair)
            self.unjudged = 0
        self.judged = False
        self.agree_on_states()
        assert Message.objects.count() == self.model.messages
        self.sound = True
        self.tally[STEPS] += 1

    def agree_on_verdict(self, pair: Pair) -> None:
        """The next message's verdict, and the balance that its page would show."""
        client, freelancer = pair
        context = send_context(self.accounts[client], self.profiles[freelancer], self.now)
        judged = decide(context)
        said = (
            f"{judged.basis} {judged.way}" if isinstance(judged, Deliver) else judged.refusal.value
        )
        assert said == self.model.verdict(pair, self.now), (pair, self.now)
        assert context.quota.used == self.model.used(client, self.now)
        assert context.quota.left == self.model.slots_left(client, self.now)

    def agree_on_states(self) -> None:
        """How each request stands for either side."""
        rows = {row.pk: row for row in ContactRequest.objects.all()}
        assert len(rows) == len(self.model.requests)
        for request in self.model.requests:
            row = rows[request["pk"]]
            assert row.state_at(self.now) == self.model.state(request, self.now)
            assert row.told_state(self.now) == self.model.told(request, self.now)

    def look_through(self) -> None:
        """At an example's end, everything that is too slow for every step."""
        for client in CLIENTS:
            self.agree_on_ledger(client)
        for row in ContactRequest.objects.select_related("receipt"):
            assert recheck.check_receipt(row) == []
        for client, freelancer in PAIRS:
            mine = [row for row in self.model.requests if row["pair"] == (client, freelancer)]
            assert sum(self.model.told(row, self.now) == "waiting" for row in mine) <= 1
        broken = list(violations())
        assert not broken, broken

    def agree_on_ledger(self, client: str) -> None:
        """The balance shown is the sum of the rows, with the credits that are due; each use and
        each credit is one the model knows of."""
        account, facts = self.accounts[client], self.model.clients[client]
        terms = verdict_at(account.pk, self.now)
        shown = quota_at(account.pk, terms.quota, anchor_day=terms.anchor_day, now=self.now)
        due = due_credits(account.pk, terms.quota, anchor_day=terms.anchor_day, now=self.now)
        written = list(QuotaEntry.objects.filter(client=account))
        uses = sorted(line.at for line in written if line.slots == 1)
        assert uses == sorted(self.model.uses(client))
        back = {line.request_id: line.at for line in [*written, *due] if line.slots == -1}
        credited = {row["pk"]: row["told_at"] for row in self.model.credits(client, self.now)}
        assert back.items() <= credited.items()
        if facts["plan"] == "marketplace":
            assert shown.used == sum(at > self.now - DAY for at in uses)
            assert all(sum(end - DAY < at <= end for at in uses) <= facts["slots"] for end in uses)
        else:
            cycle = cycle_of(self.now, facts["anchor"])
            lines = [line.slots for line in [*written, *due] if line.at >= cycle]
            assert shown.used == sum(lines)

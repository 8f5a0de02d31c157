"""What time and the marketplace's records bring."""

import copy
from datetime import timedelta

from hypothesis import assume
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from accounts.models import Relationship
from eligibility.models import Payment
from messaging.models import ContactRequest, QuotaEntry
from messaging.services import upkeep
from tests import people
from tests.machine.ground import pairs, which
from tests.machine.model import (
    DAY,
    ENOUGH,
    FORTNIGHT,
    QUARTER,
    REST,
    TICK,
    Pair,
    Row,
    a_year_before,
    cycle_of,
    month_end,
)
from tests.machine.troubles import Troubles
from tests.machine.world import ACME, FIRST_WAGES, START

SPANS = {
    "a second": timedelta(seconds=1),
    "31 seconds": timedelta(seconds=31),
    "a minute": timedelta(minutes=1),
    "12 hours": timedelta(hours=12),
    "24 hours": DAY,
    "24 hours less a tick": DAY - TICK,
    "a fortnight": FORTNIGHT,
    "30 days": REST,
    "180 days": 180 * DAY,
}


class Machine(Troubles):
    """All of it."""

    @initialize(young=st.sampled_from([None, "", "", "joined", "paid"]), early=st.booleans())
    def begin(self, young: str | None, early: bool) -> None:
        """`young`: Acme has joined, or first paid, exactly 90 days ago, or `early` a little less.
        None is the simplest of all examples, with which Hypothesis begins each run: nothing would
        happen in it."""
        assume(young is not None)
        facts, account = self.model.clients[ACME], copy.copy(self.accounts[ACME])
        if young == "joined":
            facts["joined"] = account.joined_at = START - QUARTER + timedelta(hours=12)
            account.save()
            self.accounts[ACME] = account
        if young == "paid":
            Payment.objects.filter(client=account, at__lt=FIRST_WAGES).delete()
            facts["payments"] = [one for one in facts["payments"] if one["at"] >= FIRST_WAGES]
        if young and not early:
            self.now = (facts["joined"] if young == "joined" else FIRST_WAGES) + QUARTER

    # Time

    @rule(span=st.sampled_from([*SPANS, "the month's end"]))
    def jump(self, span: str) -> None:
        """From the instant of the last act, so that "exactly 24 hours" is exact."""
        self.now = month_end(self.now) if span not in SPANS else self.now + SPANS[span]
        self.acted = False
        self.did("jump", span)

    @rule(
        kind=which, ticks=st.sampled_from([-1, 0, 0, 1]), theirs=st.booleans(), tidied=st.booleans()
    )
    def jump_to_an_edge(self, kind: int, ticks: int, theirs: bool, tidied: bool) -> None:
        """To where something ends by itself, or a tick before or after it; `theirs`: something of
        the two who were looked at last.

        What is to end is drawn first, so that a no of half a year ends as often as half a minute
        for an undo does."""
        edges = self.model.edges(self.now + TICK)
        if theirs:
            whose = [{"", side} for side in self.pair]
            edges = [edge for edge in edges if edge[1] in whose[0] and edge[2] in whose[1]] or edges
        kinds = sorted({name for *_, name in edges})
        name = kinds[kind % len(kinds)]
        at, client, freelancer, _ = next(edge for edge in edges if edge[3] == name)
        self.now = at + ticks * TICK
        self.acted = False
        self.pair = (client or self.pair[0], freelancer or self.pair[1])
        self.did("jump to the end of", name)
        if tidied:
            self.tidy()

    def tidy(self) -> None:
        """The periodic task; a page may not notice, and what is due is written."""
        now = self.moment()
        upkeep.tidy(clock=self.clock)
        overdue = ContactRequest.objects.filter(state="waiting", expires_at__lte=now)
        assert not overdue.exists()
        for client, account in self.accounts.items():
            written = QuotaEntry.objects.filter(client=account, kind="returned")
            back = set(written.values_list("request", flat=True))
            cycle = cycle_of(now, self.model.clients[client]["anchor"])
            due = [one for one in self.model.credits(client, now) if one["told_at"] >= cycle]
            assert {one["pk"] for one in due} <= back
        self.did("tidy", "done")

    # The marketplace's records

    @rule(left=st.sampled_from([0, ENOUGH, ENOUGH + 1]), dated_back=st.booleans())
    def refund(self, left: int, dated_back: bool) -> None:
        """So much of Acme's spend that just `left` remains, learned of now."""
        now = self.moment((ACME, self.pair[1]))
        for payment in self.model.clients[ACME]["payments"]:
            kept = payment["cents"] - sum(payment["back"])
            cents = min(kept, self.model.spend(ACME, now) - left)
            if cents > 0 and a_year_before(now) < payment["at"] <= now:
                payment["back"].append(cents)
                at = payment["at"] if dated_back else now
                people.refund(Payment.objects.get(pk=payment["row"]), cents, at, recorded_at=now)
        self.did("refund", f"down to {left}")
        self.troubles.append(("refund", self.pair))
        self.knock(self.pair)

    @rule(cents=st.sampled_from([1, 2_000_00]))
    def pay(self, cents: int) -> None:
        now = self.moment((ACME, self.pair[1]))
        row = people.pay(self.accounts[ACME], cents, now)
        paid: Row = {"row": row.pk, "at": now, "cents": cents, "back": []}
        self.model.clients[ACME]["payments"].append(paid)
        self.did("pay", str(cents))

    @rule(
        pair=pairs,
        kind=st.sampled_from(["invitation_declined"] * 3 + ["contract", "proposal"]),
        days=st.sampled_from([0, 0, 10]),
    )
    def relate(self, pair: Pair, kind: str, days: int) -> None:
        now = self.moment(pair)
        at = now - days * DAY
        Relationship.objects.create(
            client=self.accounts[pair[0]],
            freelancer=self.profiles[pair[1]],
            kind=kind,
            at=at,
            recorded_at=now,
        )
        if kind == "invitation_declined":
            self.model.no_to_invitation.setdefault(pair, []).append(at)
        else:
            self.model.known.setdefault(pair, []).append(kind)
        self.did("relate", kind)
        self.knock(pair)

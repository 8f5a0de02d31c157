"""What keeps a message from passing for as long as it lasts: blocks, holds, what is missing.

One rule brings one of them, another ends one or all of them: so most examples find most ways open
most of the time, and each way shut now and then.
"""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from accounts.models import FreelancerProfile, Membership
from eligibility.models import BillingMethod, Hold
from messaging.services import door, moderation
from tests import people
from tests.machine.freelancer_side import FreelancerSide
from tests.machine.ground import pairs, which
from tests.machine.model import Pair
from tests.machine.world import ACME, COLLEAGUE, START

#: Whose it is: the freelancer's block, the client's, and so on.
TROUBLES = ("block", "block", "own block", "hold", "closed", "card", "left", "member", "colleague")
Trouble = tuple[str, Pair]


class Troubles(FreelancerSide):
    def __init__(self) -> None:
        super().__init__()
        self.troubles: list[Trouble] = []

    @rule(kind=st.sampled_from(TROUBLES), pair=pairs, theirs=st.booleans())
    def bring(self, kind: str, pair: Pair, theirs: bool) -> None:
        """Brought twice it is there once. `theirs`: to the two who were looked at last."""
        pair = self.pair if theirs else pair
        self.turn(kind, pair, True)
        if (kind, pair) not in self.troubles:
            self.troubles.append((kind, pair))
        self.knock(pair)

    @precondition(lambda self: self.troubles)
    @rule(number=which)
    def end(self, number: int) -> None:
        self.turn(*self.troubles.pop(-1 - number % len(self.troubles)), False)

    @precondition(lambda self: self.troubles)
    @rule()
    def end_all(self) -> None:
        while self.troubles:
            self.turn(*self.troubles.pop(), False)

    @precondition(lambda self: self.troubles)
    @rule(number=which)
    def end_twice(self, number: int) -> None:
        """The second time there is nothing to end."""
        last = self.troubles.pop(-1 - number % len(self.troubles))
        for _ in range(2):
            self.turn(*last, False)

    def turn(self, kind: str, pair: Pair, on: bool) -> None:
        acts: dict[str, Callable[[Pair, bool], str]] = {
            "block": self.block_client,
            "own block": self.block_freelancer,
            "hold": self.hold,
            "closed": self.close_account,
            "card": self.remove_card,
            "left": self.leave,
            "member": self.remove_member,
            "colleague": self.join,
            "refund": self.pay_again,
        }
        self.moment(pair)
        promised = acts[kind](pair, on)
        self.did(f"{kind} {'on' if on else 'off'}", promised)

    # Blocks

    def block_client(self, pair: Pair, on: bool) -> str:
        act = door.block_client if on else door.unblock_client
        act(freelancer=self.profiles[pair[1]], client=self.accounts[pair[0]], clock=self.clock)
        (self.model.blocks.add if on else self.model.blocks.discard)((*pair, "freelancer"))
        return "done"

    def block_freelancer(self, pair: Pair, on: bool) -> str:
        act = door.block_freelancer if on else door.unblock_freelancer
        person = self.writer(pair[0], 0)
        freelancer = self.profiles[pair[1]]
        came, _ = self.answer_of(
            lambda: act(member=self.world.members[person], freelancer=freelancer, clock=self.clock)
        )
        assert came == "done"
        if pair[0] == ACME:
            self.a_former_members_block_is_none(pair, on)
        (self.model.blocks.add if on else self.model.blocks.discard)((*pair, "client"))
        return "done"

    def a_former_members_block_is_none(self, pair: Pair, on: bool) -> None:
        act = door.unblock_freelancer if on else door.block_freelancer
        if "Art" in self.model.clients[ACME]["members"]:
            return
        art, freelancer = self.world.members["Art"], self.profiles[pair[1]]
        came, _ = self.answer_of(lambda: act(member=art, freelancer=freelancer, clock=self.clock))
        assert came == "not a member"

    # Standing

    def hold(self, pair: Pair, on: bool) -> str:
        facts, account = self.model.clients[pair[0]], self.accounts[pair[0]]
        decision: dict[str, Any] = {
            "moderator": self.world.mona,
            "reason": "A report",
            "clock": self.clock,
        }
        if on:
            came, _ = self.answer_of(lambda: moderation.place_hold(client=account, **decision))
        else:
            last = Hold.objects.filter(client=account).latest("at")
            came, _ = self.answer_of(lambda: moderation.release_hold(hold=last, **decision))
        promised = "already decided" if facts["hold"] == on else "done"
        assert came == promised
        facts["hold"] = on
        return promised

    def close_account(self, pair: Pair, on: bool) -> str:
        self.model.clients[pair[0]]["active"] = not on
        people.set_active(self.accounts[pair[0]], not on, self.now)
        return "done"

    def remove_card(self, pair: Pair, on: bool) -> str:
        facts, account = self.model.clients[pair[0]], self.accounts[pair[0]]
        if facts["card"] == on:
            if on:
                cards = BillingMethod.objects.filter(client=account, removed_at=None)
                cards.update(removed_at=self.now, removal_recorded_at=self.now)
            else:
                people.card(account, self.now)
        facts["card"] = not on
        return "done"

    def pay_again(self, pair: Pair, on: bool) -> str:
        """After refunds; the refund has a rule of its own."""
        row = people.pay(self.accounts[ACME], 2_000_00, self.now)
        paid = {"row": row.pk, "at": self.now, "cents": 2_000_00, "back": []}
        self.model.clients[ACME]["payments"].append(paid)
        return "done"

    # People

    def leave(self, pair: Pair, on: bool) -> str:
        (self.model.left.add if on else self.model.left.discard)(pair[1])
        rows = FreelancerProfile.objects.filter(pk=self.profiles[pair[1]].pk)
        rows.update(deactivated_at=self.now if on else None)
        self.profiles[pair[1]].refresh_from_db()
        return "done"

    def remove_member(self, pair: Pair, on: bool) -> str:
        """Art of Acme."""
        members = self.model.clients[ACME]["members"]
        (members.discard if on else members.add)("Art")
        rows = Membership.objects.filter(pk=self.world.members["Art"].pk)
        rows.update(left_at=self.now if on else None)
        return "done"

    def join(self, pair: Pair, on: bool) -> str:
        """Cy writes for this client account, and for no other."""
        user = self.profiles[COLLEAGUE].user_id
        Membership.objects.filter(user=user, left_at=None).update(left_at=self.now)
        for facts in self.model.clients.values():
            facts["colleague"] = ""
        if on:
            self.model.clients[pair[0]]["colleague"] = COLLEAGUE
            Membership.objects.create(client=self.accounts[pair[0]], user_id=user, joined_at=START)
        return "done"

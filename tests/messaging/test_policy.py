"""The order of evaluation, as the table that is promised: with these in the way, which is told.

The table is written from the product's rules, not from the code. Every pair of obstacles is tried
in every situation, and hypothesis tries larger sets of them.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eligibility.rules import Criterion, CriterionResult, Eligible, Ineligible, Quota
from messaging.door import Asker, Bar, Door, Refusal
from messaging.pair import Pair
from messaging.policy import (
    Deliver,
    Refuse,
    SendContext,
    decide,
    decide_in_conversation,
    rests_until,
)
from messaging.slots import QuotaState

# Pure: one pass is enough.
pytestmark = pytest.mark.sqlite

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)

#: What can be in the way, in the order in which it is looked at; what the answer is then; and whom
#: it stops: somebody the freelancer doesn't know, somebody known, somebody known whom the
#: freelancer has made wait at the door like others; and each of these with an open-door link.
TABLE = """
obstacle   told        stranger known  waits  | link   known  waits
colleague  colleague   stops    stops  stops  | stops  stops  stops
talking    talking     stops    stops  stops  | stops  stops  stops
own_block  own_block   stops    stops  stops  | stops  stops  stops
hold       hold        stops    stops  stops  | stops  stops  stops
gate       gate        stops    -      -      | stops  -      -
quota      quota       stops    -      -      | stops  -      -
waiting    waiting     stops    stops  stops  | stops  stops  stops
rest       resting     stops    -      -      | stops  -      -
put_off    resting     stops    stops  stops  | stops  stops  stops
block      blocked     stops    stops  stops  | stops  stops  stops
cool_off   cooling     stops    -      -      | stops  -      -
closed     closed      stops    -      stops  | -      -      -
paused     closed      stops    -      stops  | -      -      -
bar        bar         stops    -      stops  | -      -      -
intake     full        stops    -      stops  | -      -      -
"""
_, *ROWS = [line.replace("|", "").split() for line in TABLE.strip().splitlines()]
ORDER = [row[0] for row in ROWS]
TOLD = {row[0]: Refusal(row[1]) for row in ROWS}
#: Each situation by (known, waits like others, link).
SITUATIONS = [
    (False, False, False),
    (True, False, False),
    (True, True, False),
    (False, False, True),
    (True, False, True),
    (True, True, True),
]
STOPS = {
    situation: {row[0] for row in ROWS if row[2 + column] == "stops"}
    for column, situation in enumerate(SITUATIONS)
}
AT_THE_DOOR = {"closed", "paused", "bar", "intake"}
Situation = tuple[bool, bool, bool]


def verdict(*, gate: bool = True, standing: bool = True) -> Eligible | Ineligible:
    return (Eligible if gate and standing else Ineligible)(
        at=NOW,
        policy_version=1,
        plan="marketplace",
        anchor_day=1,
        may_start=True,
        quota=Quota(slots=5, window="day"),
        results=(
            CriterionResult(
                criterion=Criterion.GOOD_STANDING,
                required=True,
                met=standing,
                observed=int(not standing),
                threshold=0,
            ),
        ),
    )


PAIR: dict[str, dict[str, Any]] = {
    "colleague": {"colleague": True},
    "talking": {"talking": True},
    "own_block": {"own_block": True},
    "waiting": {"waiting": True},
    "rest": {"rests_until": NOW + HOUR},
    "put_off": {"put_off_until": NOW + TICK},
    "block": {"blocked": True},
    "cool_off": {"cools_until": NOW + HOUR},
}
DOOR: dict[str, dict[str, Any]] = {
    # The last of several wins, and a closed door is closed whatever else it asks for.
    "intake": {"state": "selective", "intake_day": 1},
    "bar": {"state": "selective", "bar": Bar(spend_cents=100)},
    "paused": {"paused_until": NOW + HOUR},
    "closed": {"state": "closed"},
}


def context(obstacles: set[str], situation: Situation = (False, False, False)) -> SendContext:
    """A message with exactly these obstacles in its way."""
    known, waits, link = situation
    of_pair: dict[str, Any] = {"known": known}
    for name in obstacles & PAIR.keys():
        of_pair |= PAIR[name]
    of_door: dict[str, Any] = {"known_clients_pass": not waits}
    for name, terms in DOOR.items():
        of_door |= terms if name in obstacles else {}
    used = 5 if "quota" in obstacles else 4
    return SendContext(
        now=NOW,
        verdict=verdict(gate="gate" not in obstacles, standing="hold" not in obstacles),
        quota=QuotaState(slots=5, used=used, window="day", returns=(NOW + HOUR,) * used),
        pair=Pair(**of_pair),
        door=Door(**of_door),
        asker=Asker(spend_cents=99, tenure=timedelta(days=400), hired=1, country="NO", skill=7),
        arrivals=(NOW - HOUR,),
        link=link,
    )


def promised(obstacles: set[str], situation: Situation) -> Deliver | Refuse:
    """What the table says."""
    known, waits, link = situation
    for name in ORDER:
        if name in obstacles & STOPS[situation]:
            return Refuse(TOLD[name])
    basis = "relationship" if known else "gate"
    if known and not waits:
        return Deliver(basis, "known")  # type: ignore[arg-type]
    way = "link" if link and obstacles & AT_THE_DOOR else "door"
    return Deliver(basis, way)  # type: ignore[arg-type]


PAIRS = [set(two) for two in combinations(ORDER, 2)]


def test_the_reasons_are_listed_in_the_tables_order():
    assert list(Refusal) == list(dict.fromkeys(TOLD[name] for name in ORDER))


def test_the_premise_every_obstacle_alone_stops_a_stranger_and_nothing_stops_nobody():
    assert decide(context(set())) == Deliver("gate", "door")
    assert [decide(context({name})) for name in ORDER] == [Refuse(TOLD[name]) for name in ORDER]


@pytest.mark.parametrize("situation", SITUATIONS)
@pytest.mark.parametrize(
    "obstacles",
    [set(), *({name} for name in ORDER), *PAIRS],
    # A set is written in another order by each process, and parallel ones must agree on names.
    ids=lambda names: " and ".join(sorted(names)) or "nothing",
)
def test_any_two_obstacles_together(obstacles, situation):
    assert decide(context(obstacles, situation)) == promised(obstacles, situation)


@given(st.sets(st.sampled_from(ORDER)), st.sampled_from(SITUATIONS))
def test_any_number_of_obstacles(obstacles, situation):
    assert decide(context(obstacles, situation)) == promised(obstacles, situation)


@given(st.sets(st.sampled_from(ORDER)), st.sampled_from(ORDER))
def test_who_could_write_to_nobody_learns_nothing_of_the_freelancer(others, own):
    """A reason of the client's own is told whatever stands on the freelancer's side."""
    theirs = {name for name in ORDER if TOLD[name].is_freelancers_own}
    if own in theirs:
        return
    mine = (others - theirs) | {own}
    assert decide(context(mine | others)) == decide(context(mine))


def test_only_the_freelancers_own_reasons_are_kept_from_the_client():
    kept = [refusal.value for refusal in Refusal if refusal.is_freelancers_own]
    assert kept == ["blocked", "cooling", "closed", "bar", "full"]


def test_only_the_gate_uses_a_slot_and_only_the_door_counts_what_it_let_in():
    assert Deliver("gate", "link").uses_slot
    assert not Deliver("relationship", "door").uses_slot
    assert [Deliver("gate", way).through_door for way in ("door", "known", "link")] == [
        True,
        False,
        False,
    ]


# To the microsecond


def told(**pair: Any) -> Deliver | Refuse:
    return decide(replace(context(set()), pair=Pair(**pair)))


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("rests_until", Refusal.RESTING),
        ("put_off_until", Refusal.RESTING),
        ("cools_until", Refusal.COOLING),
    ],
)
def test_rest_not_now_and_cool_off_end_at_their_instant(name, refusal):
    assert told(**{name: NOW + TICK}) == Refuse(refusal)
    assert told(**{name: NOW}) == Deliver("gate")
    assert told(**{name: NOW - TICK}) == Deliver("gate")


@pytest.mark.parametrize("state", ["open", "selective"])
def test_a_pause_ends_at_its_instant(state):
    def at(paused_until: datetime) -> Deliver | Refuse:
        return decide(replace(context(set()), door=Door(state=state, paused_until=paused_until)))

    assert at(NOW + TICK) == Refuse(Refusal.CLOSED)
    assert at(NOW) == at(NOW - TICK) == Deliver("gate")


@pytest.mark.parametrize(("used", "passes"), [(4, True), (5, False), (6, False)])
def test_the_last_slot_is_one_and_what_was_used_beyond_is_none(used, passes):
    quota = QuotaState(slots=5, used=used, window="day")
    assert (decide(replace(context(set()), quota=quota)) == Deliver("gate")) is passes


# What the client is told of a rest


def rest(*, known: bool = False, rests: datetime | None = None, later: datetime | None = None):
    pair = Pair(known=known, rests_until=rests, put_off_until=later)
    return rests_until(replace(context(set()), pair=pair))


def test_of_a_rest_and_a_not_now_the_later_end_is_told():
    soon, late = NOW + HOUR, NOW + 2 * HOUR
    assert rest(rests=soon, later=late) == rest(rests=late, later=soon) == late
    assert rest(rests=NOW, later=soon) == soon
    assert rest(rests=NOW, later=NOW) is None
    assert rest() is None


def test_who_is_known_does_not_rest_but_is_put_off():
    soon = NOW + HOUR
    assert rest(known=True, rests=soon) is None
    assert rest(known=True, later=soon) == soon


# In a conversation


@pytest.mark.parametrize("own_block", [False, True])
@pytest.mark.parametrize("good_standing", [False, True])
@pytest.mark.parametrize("blocked", [False, True])
def test_in_a_conversation_only_a_hold_and_a_block_count(own_block, good_standing, blocked):
    reasons = [
        (own_block, Refusal.OWN_BLOCK),
        (not good_standing, Refusal.HOLD),
        (blocked, Refusal.BLOCKED),
        (True, None),
    ]
    assert decide_in_conversation(
        good_standing=good_standing, blocked=blocked, own_block=own_block
    ) == next(refusal for holds, refusal in reasons if holds)

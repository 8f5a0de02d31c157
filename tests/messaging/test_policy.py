"""The order of evaluation, as a table: with everything against a message, which reason is told."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from eligibility.rules import Criterion, CriterionResult, Eligible, Ineligible, Quota
from messaging.policy import (
    Deliver,
    Pair,
    QuotaState,
    Refusal,
    Refuse,
    SendContext,
    decide,
    decide_in_conversation,
)

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
DAILY = Quota(slots=5, window="day")


def verdict(*, eligible: bool = True, standing: bool = True) -> Eligible | Ineligible:
    return (Eligible if eligible and standing else Ineligible)(
        at=NOW,
        policy_version=1,
        plan="marketplace",
        anchor_day=1,
        may_start=True,
        quota=DAILY,
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


FREE = QuotaState(slots=5, used=0, window="day")
FULL = QuotaState(slots=5, used=5, window="day", returns=(NOW + timedelta(hours=1),) * 5)
WELCOME = SendContext(
    now=NOW, verdict=verdict(), quota=FREE, pair=Pair(), door="open", known_clients_pass=True
)

#: What stands against the message, from what is looked at first to what is looked at last.
OBSTACLES: list[tuple[Refusal, dict[str, bool], dict[str, Any]]] = [
    (Refusal.COLLEAGUE, {"colleague": True}, {}),
    (Refusal.TALKING, {"talking": True}, {}),
    (Refusal.HOLD, {}, {"verdict": verdict(standing=False)}),
    (Refusal.GATE, {}, {"verdict": verdict(eligible=False)}),
    (Refusal.QUOTA, {}, {"quota": FULL}),
    (Refusal.WAITING, {"waiting": True}, {}),
    (Refusal.BLOCKED, {"blocked": True}, {}),
    (Refusal.CLOSED, {}, {"door": "closed"}),
]
ORDER = [refusal for refusal, _, _ in OBSTACLES]


def context(*against: Refusal, **changes) -> SendContext:
    """A welcome message with these obstacles in its way; of two verdicts, the worse."""
    pair: dict[str, bool] = dict(changes.pop("pair", {}))
    for refusal, of_pair, others in reversed(OBSTACLES):
        if refusal in against:
            pair |= of_pair
            changes |= others
    return replace(WELCOME, pair=Pair(**pair), **changes)


def test_the_order_is_the_one_of_the_reasons():
    assert list(Refusal) == ORDER


@pytest.mark.parametrize("refusal", ORDER)
def test_each_obstacle_alone_is_told(refusal):
    assert decide(context(refusal)) == Refuse(refusal)


@pytest.mark.parametrize("first", range(len(ORDER)))
def test_of_several_the_first_in_order_is_told(first):
    assert decide(context(*ORDER[first:])) == Refuse(ORDER[first])


@pytest.mark.parametrize("first", range(len(ORDER)))
@pytest.mark.parametrize("second", range(len(ORDER)))
def test_of_any_two_the_earlier_is_told(first, second):
    told = decide(context(ORDER[first], ORDER[second]))
    assert told == Refuse(ORDER[min(first, second)])


def test_nothing_in_the_way_delivers_by_the_gate_and_uses_a_slot():
    assert decide(WELCOME) == Deliver("gate")
    assert Deliver("gate").uses_slot


@pytest.mark.parametrize("skipped", [(), (Refusal.GATE,), (Refusal.QUOTA,), (Refusal.CLOSED,)])
def test_a_relationship_skips_gate_quota_and_door_and_uses_no_slot(skipped):
    assert decide(context(*skipped, pair={"known": True})) == Deliver("relationship")
    assert not Deliver("relationship").uses_slot


def test_the_freelancer_may_switch_off_that_known_clients_pass_the_door():
    known = {"pair": {"known": True}, "known_clients_pass": False}
    assert decide(context(Refusal.CLOSED, **known)) == Refuse(Refusal.CLOSED)
    assert decide(context(**known)) == Deliver("relationship")


STILL_REFUSED = [
    Refusal.COLLEAGUE,
    Refusal.TALKING,
    Refusal.HOLD,
    Refusal.WAITING,
    Refusal.BLOCKED,
]


@pytest.mark.parametrize("refusal", STILL_REFUSED)
def test_a_relationship_skips_nothing_else(refusal):
    assert decide(context(refusal, pair={"known": True})) == Refuse(refusal)


def test_only_the_freelancers_own_reasons_are_kept_from_the_client():
    assert [each for each in ORDER if each.is_freelancers_own] == [Refusal.BLOCKED, Refusal.CLOSED]


def test_in_a_conversation_only_a_hold_and_a_block_count():
    def told(good_standing: bool, blocked: bool) -> Refusal | None:
        return decide_in_conversation(good_standing=good_standing, blocked=blocked)

    assert told(True, False) is None
    assert told(True, True) == Refusal.BLOCKED
    assert told(False, False) == told(False, True) == Refusal.HOLD

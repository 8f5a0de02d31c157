""" "Check this again": honest receipts hold whatever was learned since; forged ones are caught, the
request taken back and the client held for review."""

from datetime import timedelta

import pytest

from eligibility.models import Hold, Policy
from messaging.door import Refusal
from messaging.invariants import violations
from messaging.models import Act, Conversation, OpenDoorLink
from messaging.services import recheck
from messaging.services.moderation import release_hold
from messaging.services.outcomes import Moved, Refused
from tests import people
from tests.messaging import obstacles, planted
from tests.messaging.letters import every_row, reply, send, writes_nothing
from tests.messaging.replies import accept, decline, fresh, undo

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
TICK = timedelta(microseconds=1)


def check(request, now, freelancer=None):
    return recheck.check_again(
        request=request, freelancer=freelancer or request.freelancer, clock=people.at(now)
    )


@pytest.fixture
def then(now):
    return now - 10 * DAY


# Honest receipts


@pytest.fixture
def honest(cleo, finn, then):
    yield send(cleo, finn, now=then)
    assert list(violations()) == []


def holds(request, now) -> bool:
    """Whether the check finds nothing, and then writes nothing."""
    before = every_row()
    return check(request, now) == [] and every_row() == before


def test_an_honest_receipt_holds(honest, now):
    assert holds(honest, now)


@pytest.mark.parametrize("back", [timedelta(), TICK, DAY])
def test_a_refund_learned_of_later_makes_no_liar_of_it(honest, then, now, back):
    payment = honest.client.payments.get()
    people.refund(payment, payment.amount_cents, then - back, recorded_at=then + TICK)
    assert holds(honest, now)


def test_a_card_removed_and_a_hold_placed_since_change_nothing(honest, then, now):
    card = honest.client.billing_methods.get()
    card.removed_at, card.removal_recorded_at = then - DAY, then + TICK
    card.save()
    people.hold(honest.client, then - DAY, recorded_at=then + TICK).delete()
    assert holds(honest, now)


def test_a_plan_changed_since_changes_nothing(honest, then, now):
    people.put_on_plan(honest.client, "basic", then + TICK)
    assert holds(honest, now)


def test_a_policy_recorded_later_changes_nothing(cleo, finn, then, now):
    """The admin takes none that starts in the past; a restore may bring one."""
    request, first = send(cleo, finn, now=then), Policy.objects.get(version=1)
    Policy.objects.create(
        version=2,
        starts_at=then - DAY,
        recorded_at=then + TICK,
        spend_over_cents=10**9,
        spend_window_months=12,
        tenure_over_days=90,
        first_payment_over_days=90,
        plans=first.plans,
    )
    assert holds(request, now)


def test_a_receipt_by_relationship_holds_for_who_would_fail_the_gate(nils, finn, then, now):
    people.related(nils.client, finn, then)
    assert holds(send(nils, finn, now=then), now)


def test_a_receipt_of_every_way_through_the_door_holds(cleo, nils, petra, finn, then, now):
    link = OpenDoorLink.objects.create(freelancer=finn, made_at=then)
    people.related(nils.client, finn, then)
    obstacles.set_door(finn, door="closed")
    by_link, known = send(cleo, finn, code=link.code, now=then), send(nils, finn, now=then + TICK)
    obstacles.set_door(finn, door="selective", bar_tenure_days=1)
    by_door = send(petra, finn, now=then + 2 * TICK)
    assert [each.receipt.door["way"] for each in (by_link, known, by_door)] == [
        "link",
        "known",
        "door",
    ]
    assert [check(each, now) for each in (by_link, known, by_door)] == [[], [], []]


def test_only_whose_request_it_is_checks_it(honest, olga, now):
    with pytest.raises(type(honest).DoesNotExist):
        check(honest, now, freelancer=olga)


# A forged one


@pytest.fixture
def forged(nils, finn, then):
    """Nils has spent $0; his receipt says $2,000 and every criterion met."""
    return planted.request(
        nils, finn, then, receipt={"results": planted.all_met(nils, then, spend_cents=200_000)}
    )


def test_a_client_with_nothing_spent_and_a_forged_receipt_is_caught(forged, now):
    assert check(forged, now) == ["spend", "first_payment", "spend_cents", "eligible"]
    request = fresh(forged)
    assert (request.state, request.ended_at, request.told_at) == ("withdrawn", now, now)
    assert request.revoked_at == now
    hold = Hold.objects.get()
    assert (hold.client, hold.at, hold.recorded_at) == (forged.client, now, now)
    assert hold.reason == str(recheck.REVIEW)
    act = Act.objects.get(kind="request_revoked")
    assert (act.actor, act.old, act.new) == (forged.freelancer.user, "waiting", "withdrawn")
    assert act.at == now


def test_the_held_client_writes_to_nobody_and_the_freelancer_answers_nothing(
    nils, olga, forged, now
):
    check(forged, now)
    refused = writes_nothing(lambda: send(nils, olga, now=now + TICK), Refused)
    assert refused.refusal == Refusal.HOLD
    moved = writes_nothing(lambda: accept(forged, now + TICK), Moved)
    assert moved.request.state == "withdrawn"


def test_a_pair_does_not_rest_for_what_was_taken_back(forged, finn, now):
    check(forged, now)
    Hold.objects.update(released_at=now + TICK, release_recorded_at=now + TICK)
    people.related(forged.client, finn, now)
    member = people.member(forged.client)
    assert send(member, finn, now=now + 2 * TICK).pk


def test_checked_twice_it_is_taken_back_once(forged, now):
    found = check(forged, now)
    rows = Act.objects.count(), Hold.objects.count()
    assert check(forged, now + MINUTE) == found
    assert (Act.objects.count(), Hold.objects.count()) == rows


def test_who_was_released_after_a_check_is_not_held_for_the_same_receipt_again(forged, mona, now):
    found = check(forged, now)
    hold = Hold.objects.get()
    release_hold(
        hold=hold, moderator=mona, reason="Our import failed.", clock=people.at(now + TICK)
    )
    rows = Act.objects.count(), Hold.objects.count()
    assert check(forged, now + MINUTE) == found
    assert (Act.objects.count(), Hold.objects.count()) == rows


def test_a_hold_that_is_there_already_is_kept(forged, now):
    people.hold(forged.client, now - DAY)
    check(forged, now)
    assert Hold.objects.get().at == now - DAY
    assert fresh(forged).revoked_at == now


def test_what_was_accepted_and_told_stays_and_the_client_is_held(forged, finn, now):
    reply(finn, forged.conversation, "Gladly.", now=now - DAY)
    check(forged, now)
    request = fresh(forged)
    assert (request.state, request.revoked_at) == ("accepted", None)
    assert Conversation.objects.get().accepted_at == now - DAY
    assert Hold.objects.count() == 1
    act = Act.objects.get(kind="request_revoked")
    assert (act.old, act.new) == ("accepted", "accepted")


@pytest.mark.parametrize("answer", [accept, decline])
def test_an_answer_on_its_way_is_taken_back_with_the_request(forged, now, answer):
    answer(forged, now - TICK)
    check(forged, now)
    request = fresh(forged)
    assert (request.state, request.told_at, request.line) == ("withdrawn", now, "")
    assert request.conversation.accepted_at is None
    writes_nothing(lambda: undo(forged, now + TICK), Moved)


def test_what_has_expired_stays_expired_and_the_client_is_held(forged, now):
    late = forged.expires_at
    check(forged, late)
    assert fresh(forged).state_at(late) == "expired"
    assert Hold.objects.get().at == late


# Each thing that can be forged


def forge(member, finn, then, **receipt):
    return planted.request(member, finn, then, receipt=receipt)


def test_a_receipt_of_another_instant(cleo, finn, then, now):
    request = forge(cleo, finn, then, evaluated_at=then - DAY)
    assert check(request, now) == ["instant"]


def test_a_receipt_of_another_policy(cleo, finn, then, now):
    first = Policy.objects.get(version=1)
    mild = {"spend_over_cents": 1, "spend_window_months": 12, "plans": first.plans}
    Policy.objects.create(
        version=2,
        starts_at=now + 99 * DAY,
        tenure_over_days=1,
        first_payment_over_days=1,
        **mild,
    )
    request = forge(cleo, finn, then, policy_id=2)
    assert check(request, now) == ["policy"]


def test_a_relationship_that_never_was(nils, finn, then, now):
    request = planted.request(nils, finn, then, receipt={"basis": "relationship"}, slot=False)
    assert check(request, now) == ["relationship"]


@pytest.mark.parametrize("days", [0, 1])
def test_a_relationship_that_came_or_was_learned_of_later(nils, finn, then, now, days):
    fact = people.related(nils.client, finn, then + TICK - days * DAY)
    type(fact).objects.update(recorded_at=then + TICK)
    request = planted.request(nils, finn, then, receipt={"basis": "relationship"}, slot=False)
    assert check(request, now) == ["relationship"]


def test_a_relationship_lets_nobody_on_hold_through(nils, finn, then, now):
    people.related(nils.client, finn, then)
    people.hold(nils.client, then)
    told = planted.results(nils, then, good_standing={"met": True})
    request = planted.request(
        nils, finn, then, receipt={"basis": "relationship", "results": told}, slot=False
    )
    assert check(request, now) == ["good_standing", "eligible"]


def test_a_figure_beautified(cleo, finn, then, now):
    told = planted.results(cleo, then, spend={"observed": people.PLENTY + 1})
    assert check(forge(cleo, finn, then, results=told), now) == ["spend_cents"]


def test_a_criterion_left_out(cleo, finn, then, now):
    told = planted.results(cleo, then)[1:]
    assert check(forge(cleo, finn, then, results=told), now) == ["billing_method"]


def test_a_plan_that_may_start_nothing(finn, then, now):
    member = people.member(people.client("Basil", now, plan="basic", spend_cents=people.PLENTY))
    assert check(forge(member, finn, then), now) == ["eligible"]

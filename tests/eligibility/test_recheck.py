"""One client judged again by the population's statement, and a receipt held against it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from eligibility import receipts
from eligibility.models import Policy
from eligibility.population import judge_everyone, judge_one
from eligibility.recheck import differences
from eligibility.rules import Eligible
from eligibility.selectors import policy_at, verdict_at
from tests import people
from tests.eligibility.case import NOW, TICK, good, paid, stored
from tests.eligibility.test_both_gates_agree import AT, KNOWN_AT, Names, histories, live

pytestmark = pytest.mark.django_db


@pytest.fixture
def finn(db):
    return people.freelancer("Finn")


def told(client, at=NOW, basis="gate", **changes):
    """What the receipt that `verdict_at` would write says otherwise than the records."""
    verdict = verdict_at(client.pk, at)
    row = {
        "client_id": client.pk,
        "freelancer_id": changes.pop("freelancer_id", 0),
        "at": at,
        "policy_version": verdict.policy_version,
        "basis": basis,
        "results": receipts.content(verdict),
    }
    return differences(**row | changes)


# One client


def test_one_is_judged_like_everyone(db):
    clients = [
        stored(good()),
        stored(good(payments=(paid(100_000),))),
        stored(good(payments=(), plan="plus")),
        stored(good(holds=("A report",))),
        stored(good(active=False)),
        stored(good(joined_at=NOW - timedelta(days=90), methods=())),
    ]
    policy = policy_at(NOW)
    everyone = list(judge_everyone(policy, NOW, NOW))
    assert [judge_one(client.pk, policy, NOW, NOW) for client in clients] == everyone
    assert [row.eligible for row in everyone] == [1, 0, 1, 0, 0, 0]


def test_the_rows_of_others_say_nothing(db):
    """Each part of the statement is narrowed to the one client."""
    poor, rich = stored(good(payments=(), methods=())), stored(good())
    people.hold(rich, rich.joined_at)
    people.put_on_plan(rich, "basic", rich.joined_at + TICK)
    people.set_active(rich, False, rich.joined_at)
    people.refund_of_nothing(rich, 5, NOW - TICK)
    row = judge_one(poor.pk, policy_at(NOW), NOW, NOW)
    assert (row.billing_method, row.spend_cents, row.first_payment_at) == (0, 0, None)
    assert (row.tenure, row.good_standing) == (1, 1)


def test_who_is_not_there_cannot_be_judged(db):
    with pytest.raises(LookupError):
        judge_one(987_654, policy_at(NOW), NOW, NOW)


class TestBothStatements(TestCase):
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(histories, min_size=2, max_size=3))
    def test_one_by_one_is_all_at_once(self, made_up):
        new = Names()
        clients = [live(history, new) for history in made_up]
        policy = policy_at(AT)
        everyone = list(judge_everyone(policy, AT, KNOWN_AT))
        assert [judge_one(client.pk, policy, AT, KNOWN_AT) for client in clients] == everyone

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(histories)
    def test_a_receipt_of_what_was_known_then_holds_or_was_never_eligible(self, made_up):
        client = live(made_up, Names())
        eligible = isinstance(verdict_at(client.pk, AT), Eligible)
        assert told(client, AT) == ([] if eligible else ["eligible"])


# A receipt


def test_what_is_told_truly_holds(finn):
    assert told(stored(good()), freelancer_id=finn.pk) == []


def test_a_verdict_that_failed_is_no_receipt(db):
    assert told(stored(good(payments=()))) == ["eligible"]


def test_a_relationship_asks_for_good_standing_and_the_relationship_only(finn):
    client = stored(good(payments=()))
    assert told(client, basis="relationship", freelancer_id=finn.pk) == ["relationship"]
    people.related(client, finn, NOW)
    assert told(client, basis="relationship", freelancer_id=finn.pk) == []
    people.hold(client, NOW)
    assert told(client, basis="relationship", freelancer_id=finn.pk) == ["eligible"]


@pytest.mark.parametrize("kind", ["invitation_declined", "contract"])
def test_a_relationship_is_with_this_freelancer_and_of_a_kind_that_counts(finn, kind):
    client = stored(good())
    other = finn if kind == "invitation_declined" else people.freelancer("Fay")
    people.related(client, other, NOW - TICK, kind=kind)
    assert told(client, basis="relationship", freelancer_id=finn.pk) == ["relationship"]


CRITERIA = ["billing_method", "spend", "tenure", "first_payment", "good_standing"]


@pytest.mark.parametrize("name", CRITERIA)
def test_each_criterion_told_otherwise_is_named(db, name):
    client = stored(good())
    results = receipts.content(verdict_at(client.pk, NOW))
    turned = [row | {"met": row["met"] ^ (row["criterion"] == name)} for row in results]
    assert told(client, results=turned) == [name]


def test_each_criterion_left_out_is_named(db):
    assert told(stored(good()), results=[]) == [*CRITERIA, "spend_cents"]


def test_the_policy_is_the_one_in_force_and_recorded_then(db):
    first = Policy.objects.get(version=1)
    second = {"version": 2, "starts_at": NOW, "recorded_at": NOW, "plans": first.plans}
    figures = {"tenure_over_days": 90, "first_payment_over_days": 90, "spend_window_months": 12}
    Policy.objects.create(spend_over_cents=100_000, **second, **figures)
    client = stored(good())
    assert told(client) == []
    assert told(client, policy_version=1) == ["policy"]
    assert told(client, at=NOW - TICK) == []
    assert told(client, at=NOW - TICK, policy_version=2) == ["policy"]


def test_a_late_policy_makes_no_liar_of_a_receipt_of_the_one_before(db):
    first = Policy.objects.get(version=1)
    late = {"version": 2, "starts_at": NOW - timedelta(days=2), "recorded_at": NOW + TICK}
    figures = {"tenure_over_days": 90, "first_payment_over_days": 90, "spend_window_months": 12}
    client = stored(good())
    results = receipts.content(verdict_at(client.pk, NOW))
    Policy.objects.create(spend_over_cents=1, plans=first.plans, **late, **figures)
    assert told(client, policy_version=1, results=results) == []


def test_the_edges_are_the_rules_own(db):
    at_the_edge = good(joined_at=NOW - timedelta(days=90), payments=(paid(100_001),))
    client = stored(at_the_edge)
    assert told(client) == ["eligible"]
    assert told(client, at=NOW + TICK) == []
    exact = stored(replace(at_the_edge, payments=(paid(100_000),)))
    assert told(exact, at=NOW + TICK) == ["eligible"]

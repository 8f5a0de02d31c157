"""What must hold for any facts: hypothesis looks for the ones for which it does not."""

import calendar
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import assume, event, example, given
from hypothesis import strategies as st

from eligibility.facts import BillingFacts, PaymentFact
from eligibility.rules import Criterion, CriterionResult, Eligible, PolicyTerms, evaluate
from tests.eligibility.case import POLICY_1, TICK, good, paid, utc
from tests.eligibility.strategies import (
    cents,
    instants,
    judged_late,
    payments,
    policies,
    refunds,
    spending,
)

#: About no database: once is enough.
pytestmark = pytest.mark.sqlite

SELF_HEALING = (Criterion.TENURE, Criterion.FIRST_PAYMENT)


def met(facts: BillingFacts, now: datetime, policy: PolicyTerms = POLICY_1) -> set[Criterion]:
    return {each.criterion for each in evaluate(facts, policy, now).results if each.met}


def result(
    facts: BillingFacts, now: datetime, criterion: Criterion, policy: PolicyTerms = POLICY_1
) -> CriterionResult:
    return evaluate(facts, policy, now).result(criterion)


def spend_by_hand(facts: BillingFacts, now: datetime, months: int) -> int:
    """The sum as a person would do it, entry by entry, with a calendar on the wall."""
    month = now.year * 12 + now.month - 1 - months
    year, month = month // 12, month % 12 + 1
    day = min(now.day, calendar.monthrange(year, month)[1])
    start = now.replace(year=year, month=month, day=day)
    kept = [
        (p.settled_at, p.amount_cents - p.refunded_cents) for p in facts.payments if not p.disputed
    ]
    entries = [(at, max(net, 0)) for at, net in kept]
    entries += [(refund.at, -refund.amount_cents) for refund in facts.refunds]
    return sum(net for at, net in entries if start < at <= now)


@given(judged_late(), policies)
def test_spend_is_what_a_person_would_count(case, policy):
    facts, now = case
    observed = result(facts, now, Criterion.SPEND, policy).observed
    assert observed == spend_by_hand(facts, now, policy.spend_window_months)


@given(judged_late())
def test_eligible_exactly_when_every_criterion_is_met(case):
    verdict = evaluate(case[0], POLICY_1, case[1])
    assert isinstance(verdict, Eligible) is all(each.met for each in verdict.results)


@given(judged_late(), payments)
def test_one_more_payment_never_hurts(case, payment: PaymentFact):
    facts, now = case
    assert met(facts, now) <= met(replace(facts, payments=(*facts.payments, payment)), now)


@given(judged_late(), st.timedeltas(min_value=timedelta(), max_value=timedelta(days=400)))
def test_having_joined_earlier_never_hurts(case, earlier: timedelta):
    facts, now = case
    assert met(facts, now) <= met(replace(facts, joined_at=facts.joined_at - earlier), now)


@given(judged_late(), st.data())
def test_taking_money_back_from_a_payment_never_helps(case, data):
    facts, now = case
    assume(facts.payments)
    index = data.draw(st.integers(0, len(facts.payments) - 1))
    taken_from = facts.payments[index]
    taken = data.draw(
        st.sampled_from(
            [
                replace(taken_from, disputed=True),
                replace(taken_from, refunded_cents=taken_from.refunded_cents + data.draw(cents)),
            ]
        )
    )
    after = replace(facts, payments=(*facts.payments[:index], taken, *facts.payments[index + 1 :]))
    assert met(after, now) <= met(facts, now)


@given(judged_late(), refunds)
def test_a_refund_of_no_payment_never_helps(case, refund):
    facts, now = case
    assert met(replace(facts, refunds=(*facts.refunds, refund)), now) <= met(facts, now)


@given(judged_late())
def test_met_at_is_the_first_instant_at_which_it_is_met(case):
    facts, now = case
    for criterion in SELF_HEALING:
        met_at = result(facts, now, criterion).met_at
        event(f"{criterion} {'will be met' if met_at else 'has no such instant'}")
        if met_at:
            assert met_at > now
            assert result(facts, met_at, criterion).met
            assert not result(facts, met_at - TICK, criterion).met


@given(judged_late())
def test_missing_time_is_exact(case):
    facts, now = case
    for criterion in SELF_HEALING:
        missing = result(facts, now, criterion).missing
        if missing is not None and result(facts, now, criterion).observed is not None:
            assert result(facts, now + missing, criterion).met
            assert not result(facts, now + missing - TICK, criterion).met


@given(judged_late(), policies)
def test_missing_money_is_exact(case, policy):
    facts, now = case
    missing = result(facts, now, Criterion.SPEND, policy).missing
    assume(missing is not None)
    assert isinstance(missing, int)
    paid_now = replace(facts, payments=(*facts.payments, paid(missing, now)))
    a_cent_less = replace(facts, payments=(*facts.payments, paid(missing - 1, now)))
    assert result(paid_now, now, Criterion.SPEND, policy).met
    assert not result(a_cent_less, now, Criterion.SPEND, policy).met


def awkward_instants(facts: BillingFacts, now: datetime, until: datetime) -> list[datetime]:
    """Midnight of every day from `now` until `until`, that day's hour of every entry, and the
    moments beside them: a window's edge passes an entry at no other instants."""
    moments = [each.settled_at.time() for each in facts.payments]
    moments += [each.at.time() for each in facts.refunds]
    days = [now.date() + timedelta(days=day) for day in range((until - now).days + 2)]
    edges = {datetime.combine(day, moment, UTC) for day in days for moment in {time(), *moments}}
    beside = {edge + step for edge in edges for step in (-TICK, timedelta(), TICK)}
    return sorted(at for at in beside | {until - TICK} if now <= at < until)


@given(spending())
@example((good(payments=(paid(120_000, utc(2027, 2, 28, 10)),)), utc(2028, 2, 29), POLICY_1))
def test_spend_lapses_first_at_lapses_at(case):
    facts, now, policy = case
    spend = result(facts, now, Criterion.SPEND, policy)
    assume(spend.met)
    assert spend.lapses_at is not None
    assert spend.lapses_at > now
    assert not result(facts, spend.lapses_at, Criterion.SPEND, policy).met
    for instant in awkward_instants(facts, now, spend.lapses_at):
        held = spend_by_hand(facts, instant, policy.spend_window_months)
        assert held > policy.spend_over_cents, instant


@given(judged_late(), instants)
def test_a_billing_method_lapses_at_lapses_at(case, now):
    facts, _ = case
    facts = replace(facts, methods=tuple(m for m in facts.methods if m.verified_at <= now))
    method = result(facts, now, Criterion.BILLING_METHOD)
    if method.lapses_at:
        assert not result(facts, method.lapses_at, Criterion.BILLING_METHOD).met
        assert result(facts, method.lapses_at - TICK, Criterion.BILLING_METHOD).met
    elif method.met:
        assert result(facts, now + timedelta(days=4000), Criterion.BILLING_METHOD).met

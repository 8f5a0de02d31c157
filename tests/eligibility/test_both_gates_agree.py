"""The pure rules over one client's facts, and the plain SQL over everyone, on made-up histories.

They were written apart; where they differ, one of them is wrong.
"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import ClientAccount, PlanChange, StateChange
from accounts.models.client import Plan
from eligibility.management.commands.check_eligibility import row_of
from eligibility.models import BillingMethod, Dispute, Hold, Payment, Refund
from eligibility.population import judge_everyone
from eligibility.selectors import against_standing, policy_at, terms_at, verdict_at

AT = datetime(2024, 2, 29, 12, tzinfo=UTC)
KNOWN_AT = AT + timedelta(days=10)
#: Around every edge there is: the window's start, 90 days, the instant itself and the far past.
EDGES = (
    datetime(2023, 2, 28, 12, tzinfo=UTC),
    AT - timedelta(days=90),
    AT,
    AT - timedelta(days=200),
    AT - timedelta(days=500),
)
NUDGES = (timedelta(0), timedelta(microseconds=1), -timedelta(microseconds=1), timedelta(days=3))

instants = st.builds(
    lambda edge, nudge: edge + nudge, st.sampled_from(EDGES), st.sampled_from(NUDGES)
)
learned = st.sampled_from([AT, AT, AT, KNOWN_AT, KNOWN_AT + timedelta(microseconds=1)])
dated = st.fixed_dictionaries({"at": instants, "recorded_at": learned})
cents = st.sampled_from([1, 500, 50_000, 100_000, 100_001])
refunds = st.tuples(dated, cents)
steps = st.tuples(dated, st.sampled_from(Dispute.Step.values))
payments = st.tuples(dated, cents, st.lists(refunds, max_size=2), st.lists(steps, max_size=3))
ended = st.none() | st.tuples(instants, learned)
histories = st.fixed_dictionaries(
    {
        "joined_at": instants,
        "payments": st.lists(payments, max_size=3),
        "unlinked": st.lists(refunds, max_size=2),
        "methods": st.lists(st.tuples(dated, st.none() | instants, ended), max_size=2),
        "holds": st.lists(st.tuples(dated, st.tuples(instants, learned)), max_size=2),
        "plans": st.lists(st.tuples(dated, st.sampled_from(Plan.values)), max_size=3),
        "states": st.lists(st.tuples(dated, st.booleans()), max_size=2),
    }
)


class Names:
    """Event ids, all different."""

    def __init__(self) -> None:
        self.given = 0

    def __call__(self) -> str:
        self.given += 1
        return f"E{self.given}"


def _amounts(amount):
    return {"amount_cents": amount, "amount": amount}


def _pay(client, new, told):
    when, amount, taken_back, disputed = told
    payment = Payment.objects.create(client=client, event_id=new(), **when, **_amounts(amount))
    linked = {"client": client, "payment": payment, "payment_event_id": payment.event_id}
    for dates, back in taken_back:
        Refund.objects.create(event_id=new(), **linked, **dates, **_amounts(back))
    for dates, step in disputed:
        Dispute.objects.create(event_id=new(), step=step, **linked, **dates)


def live(history, new):
    """A client with this history."""
    client = ClientAccount.objects.create(
        name="Made up", external_id=new(), joined_at=history["joined_at"]
    )
    for told in history["payments"]:
        _pay(client, new, told)
    for when, back in history["unlinked"]:
        Refund.objects.create(client=client, event_id=new(), **when, **_amounts(back))
    for when, expires_at, gone in history["methods"]:
        BillingMethod.objects.create(
            client=client,
            external_id=new(),
            label="Card",
            verified_at=when["at"],
            recorded_at=when["recorded_at"],
            expires_at=expires_at,
            removed_at=gone and gone[0],
            removal_recorded_at=gone and gone[1],
        )
    for when, (released_at, recorded_at) in history["holds"]:
        Hold.objects.create(
            client=client,
            reason="Made up",
            released_at=released_at,
            release_recorded_at=recorded_at,
            **when,
        )
    for when, plan in history["plans"]:
        PlanChange.objects.create(client=client, plan=plan, **when)
    for when, active in history["states"]:
        StateChange.objects.create(client=client, active=active, reason="Made up", **when)
    return client


@pytest.mark.django_db
class TestBothGates(TestCase):
    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.lists(histories, min_size=1, max_size=3))
    def test_they_agree_on_every_history(self, made_up):
        new = Names()
        clients = [live(history, new) for history in made_up]
        told = list(judge_everyone(policy_at(AT), AT, KNOWN_AT))
        assert told == [
            row_of(client.external_id, verdict_at(client.pk, AT, KNOWN_AT)) for client in clients
        ]

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(histories, st.sampled_from([AT, KNOWN_AT]))
    def test_what_is_read_alone_is_what_the_verdict_says(self, history, at):
        client = live(history, Names())
        verdict = verdict_at(client.pk, at)
        assert terms_at(client.pk, at) == (verdict.quota, verdict.anchor_day)
        assert (against_standing(client.pk, at) == []) == verdict.in_good_standing

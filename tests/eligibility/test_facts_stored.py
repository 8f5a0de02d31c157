"""What the gate reads from the database: what had happened by then, and was known by then."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ClientAccount
from eligibility.models import BillingMethod, Hold, Payment, Policy
from eligibility.rules import Criterion, Eligible, Ineligible
from eligibility.selectors import policy_at, verdict_at
from tests import people
from tests.eligibility.case import NOW, POLICY_1, TICK, good, paid, stored

DAY = timedelta(days=1)
LATER = NOW + DAY
PAID = NOW - 120 * DAY


@pytest.fixture
def client(db) -> ClientAccount:
    """Passes, with no cent to spare: 1,000.01."""
    return stored(good(payments=(paid(100_001),)))


@pytest.fixture
def payment(client: ClientAccount) -> Payment:
    return Payment.objects.get(client=client)


def passes(client: ClientAccount, at=NOW, known_at=None) -> bool:
    return isinstance(verdict_at(client.pk, at, known_at), Eligible)


def spent(client: ClientAccount, at=NOW, known_at=None):
    return verdict_at(client.pk, at, known_at).result(Criterion.SPEND).observed


def test_the_migrated_policy_is_the_published_one(db):
    assert policy_at(NOW) == POLICY_1


def test_a_later_policy_counts_from_its_start(client):
    values = dict(Policy.objects.values().get(version=1))
    del values["id"]
    changed = {"version": 2, "starts_at": LATER, "spend_over_cents": 200_000}
    Policy.objects.create(**values | changed)
    assert verdict_at(client.pk, LATER - TICK).policy_version == 1
    assert verdict_at(client.pk, LATER).policy_version == 2
    assert passes(client, LATER - TICK)
    assert not passes(client, LATER)


def test_a_refund_after_sending_changes_the_next_verdict_only(client, payment):
    people.refund(payment, 1, LATER)
    assert passes(client, LATER - TICK)
    assert not passes(client, LATER)


def test_a_refund_that_arrives_late_leaves_the_receipt_true(client, payment):
    people.refund(payment, 1, NOW - DAY, recorded_at=LATER)
    assert passes(client, NOW)
    assert passes(client, NOW, known_at=LATER - TICK)
    assert not passes(client, NOW, known_at=LATER)


def test_a_refund_counts_at_its_payments_own_instant(client, payment):
    people.refund(payment, 500, NOW - DAY)
    people.pay(client, 500, NOW - 2 * DAY)
    assert spent(client) == 100_001
    as_the_payment_leaves = PAID + 365 * DAY
    assert spent(client, as_the_payment_leaves - TICK) == 100_001
    assert spent(client, as_the_payment_leaves) == 500


def test_several_refunds_never_take_out_more_than_the_payment(client, payment):
    other = people.pay(client, 700, PAID)
    for _ in range(3):
        people.refund(other, 600, NOW - DAY)
    assert spent(client) == 100_001


@pytest.mark.parametrize(
    ("steps", "counts"),
    [
        (["opened"], False),
        (["opened", "won"], True),
        (["opened", "lost"], False),
        (["opened", "won", "opened"], False),
    ],
    ids=lambda value: " then ".join(value) if isinstance(value, list) else "",
)
def test_the_latest_step_of_a_dispute_says_whether_the_payment_is_out(
    client, payment, steps, counts
):
    for days, step in enumerate(steps):
        people.dispute(payment, step, NOW - 10 * DAY + days * DAY)
    assert passes(client) is counts
    assert passes(client, NOW - 10 * DAY - TICK)
    assert not passes(client, NOW - 10 * DAY)


@pytest.mark.parametrize(
    ("order", "counts"),
    [
        (["opened", "won"], True),
        (["won", "opened"], True),
        (["won", "lost"], False),
        (["lost", "won"], False),
    ],
    ids=str,
)
def test_steps_of_one_instant_do_not_depend_on_their_order(client, payment, order, counts):
    for step in order:
        people.dispute(payment, step, NOW)
    assert passes(client) is counts


def test_a_step_of_a_dispute_that_arrives_late_was_not_known(client, payment):
    people.dispute(payment, "opened", NOW - 10 * DAY)
    people.dispute(payment, "won", NOW - DAY, recorded_at=LATER)
    assert not passes(client, NOW)
    assert passes(client, NOW, known_at=LATER)


def test_a_refund_that_names_an_unknown_payment_counts_for_nothing(client, payment):
    lost = people.refund(payment, 50_000, NOW - DAY)
    type(lost).objects.filter(pk=lost.pk).update(payment=None, payment_event_id="elsewhere")
    assert spent(client) == 100_001


@pytest.mark.parametrize("what", ["payment", "card", "plan", "hold", "state"])
def test_what_is_recorded_later_is_not_known_yet(what, db):
    client = people.client("Late", NOW, with_card=what != "card")
    if what != "payment":
        people.pay(client, 150_000, PAID)
    late = {
        "payment": lambda: people.pay(client, 150_000, PAID, recorded_at=LATER),
        "card": lambda: people.card(client, recorded_at=LATER),
        "plan": lambda: people.put_on_plan(client, "basic", NOW - DAY, recorded_at=LATER),
        "hold": lambda: people.hold(client, NOW - DAY, recorded_at=LATER),
        "state": lambda: people.set_active(client, False, NOW - DAY, recorded_at=LATER),
    }
    before = passes(client)
    late[what]()
    assert passes(client) is passes(client, known_at=LATER - TICK) is before
    assert passes(client, known_at=LATER) is not before


@pytest.mark.parametrize("what", ["refund", "dispute", "unlinked refund", "plan", "hold", "state"])
def test_what_is_announced_for_later_does_not_count_yet(what, client, payment):
    soon, known = NOW + TICK, NOW - DAY
    announce = {
        "refund": lambda: people.refund(payment, 1, soon, recorded_at=known),
        "dispute": lambda: people.dispute(payment, "opened", soon, recorded_at=known),
        "unlinked refund": lambda: people.refund_of_nothing(client, 1, soon, recorded_at=known),
        "plan": lambda: people.put_on_plan(client, "basic", soon, recorded_at=known),
        "hold": lambda: people.hold(client, soon, recorded_at=known),
        "state": lambda: people.set_active(client, False, soon, recorded_at=known),
    }
    announce[what]()
    assert passes(client)
    assert passes(client, known_at=LATER)
    assert not passes(client, soon)


@pytest.mark.parametrize("undone", ["refunded", "disputed"])
def test_the_first_payment_that_counts_is_found_however_old(undone, client):
    oldest = people.pay(client, 500, NOW - 1000 * DAY)
    undo = {
        "refunded": lambda: people.refund(oldest, 500, NOW - 900 * DAY),
        "disputed": lambda: people.dispute(oldest, "lost", NOW - 900 * DAY),
    }
    people.pay(client, 500, NOW - 800 * DAY)
    first = verdict_at(client.pk, NOW).result(Criterion.FIRST_PAYMENT)
    assert first.observed == 1000 * DAY
    undo[undone]()
    first = verdict_at(client.pk, NOW).result(Criterion.FIRST_PAYMENT)
    assert first.observed == 800 * DAY


def test_a_hold_holds_from_its_instant_until_its_release(client):
    hold = people.hold(client, NOW)
    Hold.objects.filter(pk=hold.pk).update(released_at=LATER, release_recorded_at=LATER + DAY)
    assert passes(client, NOW - TICK)
    assert not passes(client, NOW)
    assert not passes(client, LATER - TICK)
    # The release is a fact of `LATER`, but nobody had recorded it.
    assert not passes(client, LATER)
    assert passes(client, LATER, known_at=LATER + DAY)
    assert passes(client, LATER + DAY)


def test_a_card_counts_until_it_is_removed(client):
    BillingMethod.objects.update(removed_at=LATER, removal_recorded_at=LATER + DAY)
    assert passes(client, LATER - TICK)
    assert passes(client, LATER)
    assert not passes(client, LATER, known_at=LATER + DAY)
    assert not passes(client, LATER + DAY)


def test_the_plan_and_the_account_are_as_they_were_at_the_instant(client):
    people.put_on_plan(client, "basic", NOW)
    people.put_on_plan(client, "marketplace", LATER)
    people.set_active(client, False, LATER + DAY)
    people.set_active(client, True, LATER + 2 * DAY)
    instants = [NOW - TICK, NOW, LATER, LATER + DAY, LATER + 2 * DAY]
    assert [passes(client, at) for at in instants] == [True, False, True, False, True]


def test_facts_of_another_client_do_not_count(client):
    other = people.client("Other", NOW, with_card=False)
    people.hold(other, NOW - DAY)
    people.refund_of_nothing(other, 50_000, NOW - DAY)
    people.put_on_plan(other, "basic", NOW - DAY)
    assert passes(client)
    assert isinstance(verdict_at(other.pk, NOW), Ineligible)


def test_a_client_that_is_not_there(db):
    with pytest.raises(ClientAccount.DoesNotExist):
        verdict_at(0, NOW)


def test_six_queries_whatever_the_history(client):
    with CaptureQueriesContext(
        connection,
    ) as short:
        verdict_at(client.pk, NOW)
    for days in range(200):
        payment = people.pay(client, 100, NOW - days * 5 * DAY)
        people.refund(payment, 50, NOW)
        people.dispute(payment, "opened", NOW)
        people.refund_of_nothing(client, 1, NOW - days * DAY)
        people.card(client)
    with CaptureQueriesContext(connection) as long:
        verdict_at(client.pk, NOW)
    assert len(long) == len(short) <= 6

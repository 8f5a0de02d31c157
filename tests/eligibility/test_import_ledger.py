"""The ledger comes in once, whole, in any order, and never changes under a known id."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError

from accounts.models import ClientAccount, PlanChange
from eligibility.models import Dispute, Payment, Refund
from tests.eligibility.ledgers import LEDGER, run, tally, write

pytestmark = pytest.mark.django_db

PAID = "P1,acme,payment,2026-01-05T10:00:00Z,12050,USD,"
REFUNDED = "R1,acme,refund,2026-02-01T10:00:00Z,2000,USD,P1"
OPENED = "D1,acme,dispute_opened,2026-02-02T10:00:00Z,,,P1"


@pytest.fixture
def acme():
    return ClientAccount.objects.create(
        name="Acme", external_id="acme", joined_at=datetime(2025, 1, 1, tzinfo=UTC)
    )


@pytest.fixture
def ledger(tmp_path):
    return lambda *rows, **options: write(tmp_path / "ledger.csv", *rows, **options)


def everything():
    return [list(model.objects.order_by("pk").values()) for model in (Payment, Refund, Dispute)]


def test_events_are_stored_as_told(acme, ledger):
    run("import_ledger", ledger(PAID, REFUNDED, OPENED))
    payment = Payment.objects.get()
    assert (payment.client, payment.amount_cents, payment.amount) == (acme, 12050, 12050)
    assert payment.at == datetime(2026, 1, 5, 10, tzinfo=UTC)
    assert Refund.objects.get().payment == payment
    dispute = Dispute.objects.get()
    assert (dispute.payment, dispute.step) == (payment, "opened")
    age = datetime.now(UTC) - payment.recorded_at
    assert timedelta(0) <= age < timedelta(minutes=1)


def test_the_same_file_twice_changes_nothing(acme, ledger):
    file = ledger(PAID, REFUNDED, OPENED)
    assert tally(run("import_ledger", file))["new"] == 3
    before = everything()
    again = tally(run("import_ledger", file))
    assert (again["new"], again["already"]) == (0, 3)
    assert everything() == before


@pytest.mark.parametrize(
    ("row", "other"),
    [
        (PAID.replace("12050", "12051"), "amount_cents"),
        (PAID.replace("10:00", "10:01"), "at"),
        (PAID.replace("payment", "refund"), "type"),
        (PAID.replace("acme", "bolt"), "customer_id"),
    ],
)
@pytest.mark.usefixtures("acme")
def test_a_changed_event_is_reported_and_not_applied(ledger, row, other):
    ClientAccount.objects.create(name="Bolt", external_id="bolt")
    run("import_ledger", ledger(PAID))
    before = everything()
    report = run("import_ledger", ledger(row))
    assert tally(report)["changed,"] == 1
    assert f"line 2: P1 is known with another {other}" in report
    assert everything() == before


@pytest.mark.usefixtures("acme")
def test_a_refund_names_another_payment_under_a_known_id(ledger):
    run("import_ledger", ledger(PAID, REFUNDED))
    report = run("import_ledger", ledger(REFUNDED.replace("P1", "P2")))
    assert "R1 is known with another refund_of" in report
    assert Refund.objects.get().payment_event_id == "P1"


@pytest.mark.usefixtures("acme")
def test_a_refund_before_its_payment_in_the_file_finds_it(ledger):
    report = run("import_ledger", ledger(OPENED, REFUNDED, PAID))
    assert "waiting" not in report
    assert Refund.objects.get().payment == Dispute.objects.get().payment == Payment.objects.get()


@pytest.mark.usefixtures("acme")
def test_a_refund_before_its_payments_file_waits_and_then_finds_it(ledger):
    report = run("import_ledger", ledger(REFUNDED, OPENED))
    assert tally(report)["waiting"] == 2
    assert "line 2: R1 names P1, which is no known payment of its client." in report
    assert Refund.objects.get().payment is None
    assert tally(run("import_ledger", ledger(PAID)))["from"] == 2
    assert Refund.objects.get().payment == Dispute.objects.get().payment == Payment.objects.get()


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("order", [1, -1])
def test_a_refund_never_finds_another_clients_payment(ledger, order):
    ClientAccount.objects.create(name="Bolt", external_id="bolt")
    of_bolt = PAID.replace("acme", "bolt")
    report = ""
    for row in [of_bolt, REFUNDED][::order]:
        report = run("import_ledger", ledger(row))
    assert Refund.objects.get().payment is None
    assert ("R1 names P1" in report) == (order == 1)
    assert "found their payment" not in report


@pytest.mark.usefixtures("acme")
def test_a_refund_may_name_no_payment(ledger):
    report = run("import_ledger", ledger(REFUNDED.replace("P1", "")))
    assert "waiting" not in report
    assert Refund.objects.get().payment_event_id == ""


@pytest.mark.usefixtures("acme")
def test_another_currency_needs_its_us_cents(ledger):
    euro = PAID.replace("USD", "EUR")
    with pytest.raises(CommandError, match="line 2: is in EUR, so amount_usd_cents is needed"):
        run("import_ledger", ledger(euro))
    run("import_ledger", ledger(euro + ",13000", header=f"{LEDGER},amount_usd_cents"))
    payment = Payment.objects.get()
    assert (payment.amount_cents, payment.amount, payment.currency) == (13000, 12050, "EUR")


BAD_ROWS = [
    (PAID.replace("12050", "0"), "amount_cents is 0"),
    (PAID.replace("12050", "-5"), "amount_cents '-5' is no whole number"),
    (PAID.replace("12050", "12_050"), "amount_cents '12_050' is no whole number"),
    (PAID.replace("12050", "١٢"), "is no whole number"),
    (PAID.replace("12050", "1" * 16), "more than 15 digits"),
    (PAID.replace("10:00:00Z", "10:00:00"), "no instant with a time zone"),
    (PAID.replace("01-05", "02-30"), "no instant of the calendar"),
    (PAID.replace("payment", "fee"), "type 'fee' is none of payment, refund"),
    (PAID.replace("USD", "usd"), "currency 'usd' is no three-letter code"),
    (PAID.replace("P1", ""), "event_id is empty"),
    (PAID.replace("P1", "P" * 65), "longer than 64"),
    (PAID.replace("P1", "P\x00"), "can't be seen"),
    (PAID.replace("acme", "nobody"), "there is no client nobody"),
    (OPENED.replace("P1", ""), "must name its payment"),
    (PAID + ",1,2", "has 9 cells, the first line has 7"),
    (PAID + '"', "is not CSV"),
    ('"' + PAID, "is not CSV"),
]


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize(("row", "reason"), BAD_ROWS)
def test_one_bad_row_keeps_the_whole_file_out(ledger, row, reason):
    file = ledger(PAID.replace("P1", "P0"), row, PAID.replace("P1", "P2"))
    with pytest.raises(CommandError) as refusal:
        run("import_ledger", file)
    assert "1 bad row, so nothing of it was stored" in str(refusal.value)
    assert "line 3: " in str(refusal.value)
    assert reason in str(refusal.value)
    assert everything() == [[], [], []]
    report = run("import_ledger", file, "--skip-bad-rows")
    assert "line 3: " in report
    assert tally(report)["skipped"] == 1
    assert sorted(Payment.objects.values_list("event_id", flat=True)) == ["P0", "P2"]


@pytest.mark.usefixtures("acme")
def test_many_bad_rows_are_counted_and_the_first_twenty_shown(ledger):
    with pytest.raises(CommandError) as refusal:
        run("import_ledger", ledger(*["nonsense"] * 25))
    assert "25 bad rows" in str(refusal.value)
    assert "line 21:" in str(refusal.value)
    assert "line 22:" not in str(refusal.value)
    assert "and 5 more" in str(refusal.value)


@pytest.mark.usefixtures("acme")
def test_an_event_told_twice_in_a_file(ledger):
    assert tally(run("import_ledger", ledger(PAID, PAID)))["repeated"] == 1
    assert Payment.objects.count() == 1
    with pytest.raises(CommandError, match="line 3: P9 is already on line 2, with other content"):
        run("import_ledger", ledger(PAID.replace("P1", "P9"), REFUNDED.replace("R1", "P9")))


def test_missing_clients_are_made_at_their_first_event(ledger):
    report = run("import_ledger", ledger(REFUNDED, PAID), "--create-clients")
    assert tally(report)["clients"] == 1
    client = ClientAccount.objects.get(external_id="acme")
    assert (client.name, client.joined_at) == ("Client acme", Payment.objects.get().at)
    plan = PlanChange.objects.get(client=client)
    assert (plan.plan, plan.anchor_day, plan.at) == ("marketplace", 5, client.joined_at)
    again = run("import_ledger", ledger(PAID, PAID.replace("P1", "P2")), "--create-clients")
    assert "clients" not in tally(again)
    assert PlanChange.objects.count() == 1


@pytest.mark.usefixtures("acme")
def test_a_shifted_file_keeps_its_distances(ledger):
    file = ledger(PAID, REFUNDED)
    run("import_ledger", file, "--shift-to", "2026-11-20T12:00:00+02:00")
    refund, payment = Refund.objects.get(), Payment.objects.get()
    assert refund.at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert refund.at - payment.at == timedelta(days=27)
    again = tally(run("import_ledger", file, "--shift-to", "2026-11-20T10:00:00Z"))
    assert again["already"] == 2


@pytest.mark.usefixtures("acme")
def test_more_events_than_one_step_holds_all_find_their_payments(ledger):
    start = datetime(2020, 1, 1, tzinfo=UTC)
    hours = [(start + timedelta(hours=n)).isoformat() for n in range(2500)]
    refunds = [f"R{n},acme,refund,{at},1,USD,P{n}" for n, at in enumerate(hours)]
    payments = [f"P{n},acme,payment,{at},5,USD," for n, at in enumerate(hours)]
    assert tally(run("import_ledger", ledger(*refunds, *payments)))["new"] == 5000
    assert not Refund.objects.filter(payment=None).exists()

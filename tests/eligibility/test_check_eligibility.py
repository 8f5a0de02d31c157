"""`check_eligibility`: what it knows at an instant, and what it prints."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError

from accounts.clock import database_now
from accounts.models import ClientAccount, PlanChange, StateChange
from eligibility.models import BillingMethod, Hold
from eligibility.population import Row
from tests.eligibility.ledgers import checked, run, write

pytestmark = pytest.mark.django_db

NOW = "2026-06-30T00:00:00Z"
FIRST = "2026-01-05T10:00:00Z"
PAID = f"P1,acme,payment,{FIRST},100001,USD,"
SMALL = "P2,acme,payment,2026-05-05T10:00:00Z,500,USD,"
HALF_BACK = "R1,acme,refund,2026-02-01T00:00:00Z,60000,USD,P1"


@pytest.fixture
def acme():
    joined = datetime(2025, 1, 1, tzinfo=UTC)
    client = ClientAccount.objects.create(name="Acme", external_id="acme", joined_at=joined)
    BillingMethod.objects.create(
        client=client, external_id="M1", label="Visa", verified_at=joined, recorded_at=joined
    )
    return client


@pytest.fixture
def ledger(acme, tmp_path):
    """Imports rows of acme's."""
    return lambda *rows: run("import_ledger", write(tmp_path / "ledger.csv", *rows))


def both_gates(*arguments):
    """What both commands say of acme, who is the only client."""
    everyone, one = checked("--all", *arguments), checked("--client", "acme", *arguments)
    assert everyone == one
    return one["acme"]


def test_what_was_learned_later_is_left_out(ledger, acme):
    ledger(PAID)
    before = database_now().isoformat()
    ledger(HALF_BACK)
    BillingMethod.objects.update(removed_at=acme.joined_at, removal_recorded_at=database_now())
    Hold.objects.create(client=acme, reason="Card dispute", at=acme.joined_at)
    unmet = ("eligible", "billing_method", "spend", "good_standing")
    now = both_gates("--at", NOW)
    assert {name: now[name] for name in unmet} == dict.fromkeys(unmet, "0")
    then = both_gates("--at", NOW, "--known-at", before)
    assert {name: then[name] for name in unmet} == dict.fromkeys(unmet, "1")


@pytest.mark.parametrize(
    ("plan", "eligible"), [("marketplace", "0"), ("plus", "1"), ("basic", "0")]
)
def test_the_plan_in_force_says_what_is_asked(ledger, acme, plan, eligible):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    earlier = {"client": acme, "recorded_at": start}
    PlanChange.objects.create(plan="basic", at=start - timedelta(days=1), **earlier)
    PlanChange.objects.create(plan=plan, at=start, **earlier)
    PlanChange.objects.create(plan="basic", at=datetime(2026, 7, 1, tzinfo=UTC), **earlier)
    ledger(SMALL)
    assert both_gates("--at", NOW)["eligible"] == eligible


def test_a_hold_or_an_inactive_account_is_not_in_good_standing(ledger, acme):
    ledger(PAID)
    march, april = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    Hold.objects.create(
        client=acme,
        reason="Card dispute",
        at=march,
        recorded_at=march,
        released_at=april,
        release_recorded_at=april,
    )
    for day, active in ((10, False), (20, True)):
        then = april.replace(day=day)
        StateChange.objects.create(
            client=acme, active=active, at=then, recorded_at=then, reason="Made up"
        )
    told = {
        day: both_gates("--at", f"2026-{day}T00:00:00Z")["good_standing"]
        for day in ("03-15", "04-05", "04-15", "04-25")
    }
    assert told == {"03-15": "0", "04-05": "1", "04-15": "0", "04-25": "1"}


def test_one_client_as_a_table(ledger):
    ledger(PAID, HALF_BACK)
    table = run("check_eligibility", "--client", "acme", "--at", NOW)
    assert (
        "Client acme is not eligible at 2026-06-30T00:00:00Z (policy 1, plan marketplace)." in table
    )
    spend = next(line for line in table.splitlines() if line.startswith("spend"))
    assert spend.split()[:5] == ["spend", "no", "$400.01", "$1,000.00", "$600.00"]


def test_one_client_as_json(ledger):
    ledger(PAID)
    at = "2026-03-06T10:00:00Z"
    told = json.loads(run("check_eligibility", "--client", "acme", "--at", at, "--format", "json"))
    assert told["eligible"] is False
    criteria = {result["criterion"]: result for result in told["criteria"]}
    assert len(criteria) == 5
    assert criteria["first_payment"]["missing"] == 30 * 86400 + 0.000001
    assert criteria["first_payment"]["met_at"] == "2026-04-05T10:00:00.000001Z"
    assert criteria["spend"]["lapses_at"] == "2027-01-05T10:00:00Z"
    assert (criteria["spend"]["observed"], criteria["spend"]["unit"]) == (100001, "US cents")


@pytest.mark.usefixtures("acme")
def test_everyone_in_every_format(tmp_path):
    ClientAccount.objects.create(name="Made by hand", joined_at=datetime(2026, 1, 1, tzinfo=UTC))
    run("import_ledger", write(tmp_path / "ledger.csv", PAID))
    assert list(checked("--all", "--at", NOW)) == ["acme", ""]
    told = json.loads(run("check_eligibility", "--all", "--at", NOW, "--format", "json"))
    assert told[0] == {
        "external_id": "acme",
        "eligible": 1,
        "billing_method": 1,
        "spend": 1,
        "tenure": 1,
        "first_payment": 1,
        "good_standing": 1,
        "spend_cents": 100001,
        "first_payment_at": FIRST,
    }
    table = run("check_eligibility", "--all", "--at", NOW).splitlines()
    assert table[0].split() == list(Row._fields)
    assert table[1].split() == [str(value) for value in told[0].values()]


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_nobody_is_an_answer_too(form):
    printed = run("check_eligibility", "--all", "--at", NOW, "--format", form)
    assert printed.startswith("[]" if form == "json" else "external_id")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--all", "--at", "yesterday"], "--at 'yesterday' is no instant with a time zone"),
        (["--all", "--at", NOW, "--known-at", "2026-06-30"], "--known-at '2026-06-30' is no inst"),
        (["--client", "nobody", "--at", NOW], "There is no client nobody."),
        (["--all", "--at", "1969-12-31T23:59:59Z"], "No policy was in force"),
    ],
)
def test_a_wrong_question_is_one_sentence(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("check_eligibility", *arguments)

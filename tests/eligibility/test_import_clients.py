"""Client accounts from a file."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError

from accounts.models import ClientAccount, PlanChange, StateChange
from tests.eligibility.ledgers import run, tally, write

pytestmark = pytest.mark.django_db

HEADER = "external_id,name,country,website,joined_at,plan,anchor_day,active"
ACME = "acme,Acme  Ltd,NO,https://acme.example,2024-01-31T08:00:00Z,plus,31,yes"
BOLT = "bolt,Bolt,,,2024-02-01T00:00:00+01:00,,,no"


@pytest.fixture
def clients(tmp_path):
    return lambda *rows, header=HEADER: write(tmp_path / "clients.csv", *rows, header=header)


def test_accounts_come_with_plan_and_state(clients):
    assert tally(run("import_clients", clients(ACME, BOLT)))["new"] == 2
    acme = ClientAccount.objects.get(external_id="acme")
    assert (acme.name, acme.country, acme.website) == ("Acme Ltd", "NO", "https://acme.example")
    plan = PlanChange.objects.get(client=acme)
    assert (plan.plan, plan.anchor_day, plan.at) == ("plus", 31, acme.joined_at)
    bolt = ClientAccount.objects.get(external_id="bolt")
    assert bolt.joined_at == datetime(2024, 1, 31, 23, tzinfo=UTC)
    assert PlanChange.objects.get(client=bolt).anchor_day == 31
    state = StateChange.objects.get()
    assert (state.client, state.active, state.at) == (bolt, False, bolt.joined_at)


def test_only_three_columns_are_needed(clients):
    run("import_clients", clients("a,A,2024-01-09T00:00:00Z", header="external_id,name,joined_at"))
    assert PlanChange.objects.get().plan == "marketplace"


def test_the_same_file_twice_changes_nothing_even_after_a_change_of_plan(clients):
    run("import_clients", clients(ACME, BOLT))
    bolt = ClientAccount.objects.get(external_id="bolt")
    later = datetime(2025, 1, 1, tzinfo=UTC)
    PlanChange.objects.create(client=bolt, plan="basic", at=later)
    StateChange.objects.create(client=bolt, active=True, at=later, reason="Back")
    again = tally(run("import_clients", clients(ACME, BOLT)))
    assert again == {"new": 0, "already": 2}


def test_a_changed_client_is_reported_and_not_applied(clients):
    run("import_clients", clients(ACME))
    report = run("import_clients", clients(ACME.replace("NO", "SE").replace("plus", "basic")))
    assert "line 2: client acme is known with another country, plan. " in report
    assert ClientAccount.objects.get().country == "NO"
    assert PlanChange.objects.get().plan == "plus"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("NO", "XX", "country 'XX' is no two-letter"),
        (
            "https://acme.example",
            "javascript:alert(1)",
            "website 'javascript:alert(1)' is no address that",
        ),
        ("plus", "gold", "plan 'gold' is none of marketplace, plus, basic"),
        (",31,", ",32,", "anchor_day 32 is no day"),
        ("yes", "maybe", "active 'maybe' is none of"),
        ("Acme  Ltd", "\u200b", "name: A name needs at least one visible letter"),
        ("Acme  Ltd", "A" * 121, "name is longer than 120"),
        ("acme,", ",", "external_id is empty"),
    ],
)
def test_bad_rows(clients, old, new, reason):
    with pytest.raises(CommandError) as refusal:
        run("import_clients", clients(BOLT, ACME.replace(old, new, 1)))
    assert f"line 3: {reason}" in str(refusal.value)
    assert not ClientAccount.objects.exists()

"""What clients and freelancers had to do with each other, from a file."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError

from accounts.clock import database_now
from accounts.models import ClientAccount, Relationship
from messaging.selectors import is_known
from tests import people
from tests.eligibility.ledgers import run, tally, write

pytestmark = pytest.mark.django_db

HEADER = "external_id,customer_id,freelancer,kind,at"
CONTRACT = "C1,acme,finn,contract,2025-09-01T10:00:00Z"
DECLINED = "I1,acme,olga,invitation_declined,2026-04-12T08:30:00+02:00"


@pytest.fixture
def acme(db, finn, olga) -> ClientAccount:
    ClientAccount.objects.create(name="Bolt", external_id="bolt")
    return ClientAccount.objects.create(name="Acme", external_id="acme")


@pytest.fixture
def relationships(tmp_path, acme):
    return lambda *rows: write(tmp_path / "relationships.csv", *rows, header=HEADER)


def test_who_worked_together_knows_each_other_from_then_on(relationships, acme, finn, olga):
    before = database_now()

    assert tally(run("import_relationships", relationships(CONTRACT, DECLINED)))["new"] == 2

    contract = Relationship.objects.get(external_id="C1")
    assert (contract.client, contract.freelancer, contract.kind) == (acme, finn, "contract")
    assert contract.at == datetime(2025, 9, 1, 10, tzinfo=UTC)
    assert before < contract.recorded_at <= database_now()
    assert is_known(acme.pk, finn.pk, database_now())
    assert not is_known(acme.pk, olga.pk, database_now())
    # What was judged before it was learned is judged again without it.
    assert not is_known(acme.pk, finn.pk, before)


def test_the_same_file_twice_changes_nothing(relationships):
    run("import_relationships", relationships(CONTRACT, DECLINED))
    before = list(Relationship.objects.order_by("pk").values())
    again = tally(run("import_relationships", relationships(CONTRACT, DECLINED)))
    assert again == {"new": 0, "already": 2}
    assert list(Relationship.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("old", "new", "other"),
    [
        ("acme", "bolt", "customer_id"),
        ("finn", "olga", "freelancer"),
        ("contract", "proposal", "kind"),
        ("2025-09-01", "2025-09-02", "at"),
    ],
)
def test_a_known_one_never_changes(relationships, old, new, other):
    run("import_relationships", relationships(CONTRACT))
    before = Relationship.objects.values().get()
    report = run("import_relationships", relationships(CONTRACT.replace(old, new)))
    sentence = f"relationship C1 is known with another {other}. The stored one stays."
    assert f"line 2: {sentence}" in report
    assert Relationship.objects.values().get() == before


@pytest.mark.parametrize("kind", Relationship.Kind.values)
def test_every_kind_there_is(relationships, kind):
    run("import_relationships", relationships(CONTRACT.replace("contract", kind)))
    assert Relationship.objects.get().kind == kind


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("C1,", ",", "external_id is empty"),
        ("C1", "C" * 65, "external_id is longer than 64"),
        ("acme", "carl", "there is no client carl"),
        ("finn", "fynn", "there is no freelancer fynn"),
        ("finn", "Finn", "there is no freelancer Finn"),
        ("finn", "", "freelancer is empty"),
        ("contract", "friendship", "kind 'friendship' is none of contract, proposal,"),
        ("contract", "", "kind '' is none of"),
        ("2025-09-01T10:00:00Z", "2025-09-31T10:00:00Z", "at '2025-09-31T10:00:00Z' is no instant"),
    ],
)
def test_bad_rows(relationships, old, new, reason):
    with pytest.raises(CommandError) as refusal:
        run("import_relationships", relationships(DECLINED, CONTRACT.replace(old, new, 1)))
    assert f"line 3: {reason}" in str(refusal.value)
    assert not Relationship.objects.exists()


def test_a_stranger_on_both_sides_is_one_bad_row(relationships):
    rows = relationships("X1,carl,fynn,contract,2025-09-01T10:00:00Z", CONTRACT)
    report = run("import_relationships", rows, "--skip-bad-rows")
    assert (tally(report)["new"], tally(report)["skipped"]) == (1, 1)
    assert "there is no client carl" in report


def test_one_id_is_one_relationship(relationships):
    with pytest.raises(CommandError, match="C1 is already on line 2, with other content"):
        run("import_relationships", relationships(CONTRACT, CONTRACT.replace("finn", "olga")))
    twice = tally(run("import_relationships", relationships(CONTRACT, CONTRACT)))
    assert (twice["new"], twice["repeated"]) == (1, 1)


def test_more_freelancers_than_one_batch(relationships, monkeypatch):
    crowd = [people.freelancer(f"Freelancer {number}", skills=()).slug for number in range(7)]
    monkeypatch.setattr("eligibility.imports.run._CHUNK", 3)
    rows = [CONTRACT.replace("C1", f"C{n}").replace("finn", slug) for n, slug in enumerate(crowd)]
    assert tally(run("import_relationships", relationships(*rows)))["new"] == 7
    found = Relationship.objects.order_by("external_id").values_list("freelancer__slug", flat=True)
    assert list(found) == crowd

"""Verified billing methods from a file."""

from datetime import UTC, datetime

import pytest
from django.core.management import CommandError

from accounts.models import ClientAccount
from eligibility.models import BillingMethod
from tests.eligibility.ledgers import run, tally, write

pytestmark = pytest.mark.django_db

HEADER = "external_id,customer_id,label,verified_at,expires,removed_at"
CARD = "M1,acme,Visa ending 4242,2025-03-01T00:00:00Z,2026-12,"
ACCOUNT = "M2,acme,Bank account,2025-03-02T00:00:00Z,,"
REMOVED = CARD + "2026-05-01T00:00:00Z"


@pytest.fixture
def methods(tmp_path):
    ClientAccount.objects.create(name="Acme", external_id="acme")
    return lambda *rows: write(tmp_path / "methods.csv", *rows, header=HEADER)


def test_a_card_is_valid_to_the_end_of_its_month(methods):
    run("import_billing_methods", methods(CARD, ACCOUNT))
    card = BillingMethod.objects.get(external_id="M1")
    assert card.expires_at == datetime(2027, 1, 1, tzinfo=UTC)
    assert (card.label, card.removed_at) == ("Visa ending 4242", None)
    assert BillingMethod.objects.get(external_id="M2").expires_at is None


def test_the_same_file_twice_changes_nothing(methods):
    run("import_billing_methods", methods(CARD, ACCOUNT))
    before = list(BillingMethod.objects.values())
    assert tally(run("import_billing_methods", methods(CARD, ACCOUNT)))["already"] == 2
    assert list(BillingMethod.objects.values()) == before


def test_a_removal_is_filled_in_once(methods):
    run("import_billing_methods", methods(CARD))
    assert tally(run("import_billing_methods", methods(REMOVED)))["removals"] == 1
    card = BillingMethod.objects.get()
    assert card.removed_at == datetime(2026, 5, 1, tzinfo=UTC)
    assert card.removal_recorded_at is not None
    assert card.removal_recorded_at > card.recorded_at
    report = run("import_billing_methods", methods(REMOVED.replace("2026-05", "2026-04")))
    assert "line 2: method M1 is known with another removed_at." in report
    assert run("import_billing_methods", methods(CARD)).count("another removed_at") == 1
    card.refresh_from_db()
    assert card.removed_at == datetime(2026, 5, 1, tzinfo=UTC)


def test_a_changed_method_is_not_removed_on_the_side(methods):
    run("import_billing_methods", methods(CARD))
    report = run("import_billing_methods", methods(REMOVED.replace("2026-12", "2028-12")))
    assert "another expires_at, removed_at." in report
    assert BillingMethod.objects.get().removed_at is None


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("2026-12", "12/26", "expires '12/26' is no month"),
        ("2026-12", "2026-13", "expires '2026-13' is no month"),
        ("2026-12", "9999-12", "expires '9999-12' is no month"),
        ("2025-03-01T00:00:00Z", "", "verified_at '' is no instant"),
        (REMOVED, CARD + "2025-01-01T00:00:00Z", "removed_at is earlier than verified_at"),
        ("acme", "bolt", "there is no client bolt"),
    ],
)
def test_bad_rows(methods, old, new, reason):
    with pytest.raises(CommandError, match=f"line 3: {reason}"):
        run("import_billing_methods", methods(ACCOUNT, REMOVED.replace(old, new)))
    assert not BillingMethod.objects.exists()

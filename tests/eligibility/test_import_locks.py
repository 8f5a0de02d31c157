"""Imports write facts under the lock that a send takes: none is judged on half a file."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import ClientAccount
from eligibility.models import BillingMethod, Dispute, Hold, Payment, Refund
from tests.eligibility.ledgers import run, write
from tests.locks import locks_before_writes

# SQLite has one writer and no row locks.
pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

CLIENTS = "external_id,name,joined_at,active"
METHODS = "external_id,customer_id,label,verified_at,expires,removed_at"
HOLDS = "external_id,customer_id,reason,placed_at,released_at"
RELATIONSHIPS = "external_id,customer_id,freelancer,kind,at"
CARD = "M1,acme,Visa ending 4242,2025-03-01T00:00:00Z,2026-12,"
PAID = "P1,acme,payment,2026-01-05T10:00:00Z,12050,USD,"
REFUNDED = "R1,acme,refund,2026-02-01T10:00:00Z,2000,USD,P1"
OPENED = "D1,acme,dispute_opened,2026-02-02T10:00:00Z,,,P1"


@pytest.fixture
def imported(tmp_path) -> Callable[..., bool]:
    """`imported(command, *rows, to=tables)`: whether it locked the accounts before it wrote."""

    def locked(command: str, *rows: str, to: str | tuple[str, ...], **header: str) -> bool:
        file = write(tmp_path / "file.csv", *rows, **header)
        with CaptureQueriesContext(connection) as queries:
            run(command, file)
        return locks_before_writes(queries, "accounts_clientaccount", to=to)

    return locked


@pytest.fixture
def _acme(db):
    ClientAccount.objects.create(name="Acme", external_id="acme")


@pytest.mark.usefixtures("_acme")
@pytest.mark.parametrize(
    ("row", "table"),
    [
        (PAID, "eligibility_payment"),
        (REFUNDED, "eligibility_refund"),
        (OPENED, "eligibility_dispute"),
    ],
)
def test_the_ledger_locks_the_accounts_first(imported, row, table):
    assert imported("import_ledger", row, to=table)
    assert Payment.objects.count() + Refund.objects.count() + Dispute.objects.count() == 1


@pytest.mark.usefixtures("_acme")
def test_a_late_payment_is_linked_under_the_lock(imported):
    """Its refund is known already, and is changed by the payment's coming."""
    assert imported("import_ledger", REFUNDED, to="eligibility_refund")
    assert imported("import_ledger", PAID, to="eligibility_")
    assert Refund.objects.get().payment == Payment.objects.get()


def test_clients_get_their_plan_and_state_under_the_lock(imported):
    """The account itself is new, so no send can have read it; another import may have made it."""
    facts = ("accounts_planchange", "accounts_statechange")
    row = "acme,Acme,2024-01-31T08:00:00Z,no"
    assert imported("import_clients", row, to=facts, header=CLIENTS)


@pytest.mark.usefixtures("_acme")
def test_billing_methods_and_their_removal_are_written_under_the_lock(imported):
    removed = CARD + "2026-05-01T00:00:00Z"
    for row in (CARD, removed):
        assert imported("import_billing_methods", row, to="eligibility_", header=METHODS)
    assert BillingMethod.objects.get().removed_at is not None


@pytest.mark.usefixtures("_acme")
def test_holds_and_their_release_are_written_under_the_lock(imported):
    placed = "H1,acme,A charge was reversed.,2026-03-01T10:00:00Z,"
    for row in (placed, placed + "2026-03-04T09:00:00Z"):
        assert imported("import_holds", row, to="eligibility_hold", header=HOLDS)
    assert Hold.objects.get().released_at is not None


@pytest.mark.usefixtures("_acme")
def test_relationships_are_written_under_the_lock(imported, finn):
    row = "C1,acme,finn,contract,2025-09-01T10:00:00Z"
    assert imported("import_relationships", row, to="accounts_relationship", header=RELATIONSHIPS)

"""Verified billing methods, and the one change a known one can have: its removal."""

from datetime import UTC, datetime

from django.db import transaction

from accounts.clock import Clock
from accounts.locks import lock_clients
from eligibility.imports import values
from eligibility.imports.refusals import BadRow
from eligibility.imports.report import Report, Told
from eligibility.imports.source import Row
from eligibility.imports.staging import Entry, StagedRow
from eligibility.models import BillingMethod

_FACTS = ("client_id", "label", "verified_at", "expires_at", "removed_at")


class BillingMethodsForm:
    """The file of `import_billing_methods`."""

    columns = ("external_id", "customer_id", "label", "verified_at", "expires", "removed_at")
    names_clients = True
    names_freelancers = False

    def read(self, row: Row) -> Entry:
        """What the row says. Raises BadRow."""
        verified_at = values.instant(row, "verified_at")
        removed_at = values.optional_instant(row, "removed_at")
        if removed_at and removed_at < verified_at:
            raise BadRow("removed_at is earlier than verified_at")
        return Entry(
            key=values.identifier(row, "external_id"),
            customer=values.identifier(row, "customer_id"),
            at=verified_at,
            content={
                "label": values.name(row, "label", 60),
                "expires_at": _iso(_end_of_month(row)),
                "removed_at": _iso(removed_at),
            },
        )

    def apply(self, rows: list[StagedRow], clock: Clock, report: Report) -> None:
        """Store new methods, and removals of known ones."""
        with transaction.atomic(durable=True):
            lock_clients({row.client_id for row in rows})
            recorded_at = clock()
            methods = BillingMethod.objects.filter(external_id__in=[row.key for row in rows])
            known = {method.external_id: method for method in methods}
            told = [(row, _method(row, recorded_at)) for row in rows]
            new = [method for row, method in told if row.key not in known]
            BillingMethod.objects.bulk_create(new)
            removed = [
                known[row.key]
                for row, method in told
                if row.key in known and _remove(known[row.key], method)
            ]
            BillingMethod.objects.bulk_update(removed, ["removed_at", "removal_recorded_at"])
        report.counts[Told.NEW] += len(new)
        report.counts[Told.REMOVED] += len(removed)
        for row, method in told:
            if row.key in known:
                _tell(row, method, known[row.key], report)


def _end_of_month(row: Row) -> datetime | None:
    """The first instant after the month in which the card expires."""
    text = row["expires"]
    if not text:
        return None
    try:
        if not (text.isascii() and len(text) == len("2026-11")):
            raise ValueError
        month = datetime.strptime(text, "%Y-%m").replace(tzinfo=UTC)
        years, following = divmod(month.month, 12)
        return month.replace(year=month.year + years, month=following + 1)
    except ValueError as error:
        raise BadRow(f"expires {text!r} is no month (like 2027-03)") from error


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _method(row: StagedRow, recorded_at: datetime) -> BillingMethod:
    expires_at, removed_at = row.content["expires_at"], row.content["removed_at"]
    return BillingMethod(
        external_id=row.key,
        client_id=row.client_id,
        label=str(row.content["label"]),
        verified_at=row.at,
        recorded_at=recorded_at,
        expires_at=datetime.fromisoformat(str(expires_at)) if expires_at else None,
        removed_at=datetime.fromisoformat(str(removed_at)) if removed_at else None,
        removal_recorded_at=recorded_at if removed_at else None,
    )


def _remove(stored: BillingMethod, told: BillingMethod) -> bool:
    """Take over a removal when it is all that is new; whether it was."""
    if _other(stored, told) != ["removed_at"] or stored.removed_at:
        return False
    stored.removed_at = told.removed_at
    stored.removal_recorded_at = told.removal_recorded_at
    return True


def _other(stored: BillingMethod, told: BillingMethod) -> list[str]:
    return [fact for fact in _FACTS if getattr(stored, fact) != getattr(told, fact)]


def _tell(row: StagedRow, told: BillingMethod, stored: BillingMethod, report: Report) -> None:
    other = _other(stored, told)
    if not other:
        report.counts[Told.KNOWN] += 1
        return
    names = ", ".join(name.replace("client_id", "customer_id") for name in other)
    report.note(
        Told.CHANGED,
        row.line,
        f"method {row.key} is known with another {names}. The stored one stays.",
    )

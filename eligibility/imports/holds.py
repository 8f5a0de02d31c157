"""Holds, and the one change a known one can have: its release."""

from datetime import datetime

from django.db import transaction

from accounts.clock import Clock
from accounts.locks import lock_clients
from accounts.models import ClientAccount
from eligibility.imports import values
from eligibility.imports.refusals import BadRow
from eligibility.imports.report import Report, Told
from eligibility.imports.source import Row
from eligibility.imports.staging import Entry, StagedRow
from eligibility.models import Hold
from eligibility.notifications import holds_changed

_FACTS = ("client_id", "reason", "at", "released_at")
_COLUMNS = {"client_id": "customer_id", "at": "placed_at"}


class HoldsForm:
    """The file of `import_holds`."""

    columns = ("external_id", "customer_id", "reason", "placed_at")
    names_clients = True
    names_freelancers = False

    def read(self, row: Row) -> Entry:
        """What the row says. Raises BadRow."""
        placed_at = values.instant(row, "placed_at")
        released_at = values.optional_instant(row, "released_at")
        if released_at and released_at < placed_at:
            raise BadRow("released_at is earlier than placed_at")
        customer = values.identifier(row, "customer_id")
        return Entry(
            key=values.identifier(row, "external_id"),
            customer=customer,
            at=placed_at,
            # A release makes room for the client's next hold, whichever comes first in the file.
            turn=int(released_at is None),
            alone=None if released_at else f"{customer} has a hold that is not released",
            content={
                "reason": values.sentence(row, "reason", 300),
                "released_at": released_at.isoformat() if released_at else None,
            },
        )

    def apply(self, rows: list[StagedRow], clock: Clock, report: Report) -> None:
        """Store new holds, and releases of known ones."""
        with transaction.atomic(durable=True):
            clients = lock_clients({row.client_id for row in rows})
            recorded_at = clock()
            stored = Hold.objects.filter(external_id__in=[row.key for row in rows])
            known = {str(hold.external_id): hold for hold in stored}
            told = {row.key: _hold(row, recorded_at) for row in rows}
            released = [hold for key, hold in known.items() if _release(hold, told[key])]
            Hold.objects.bulk_update(released, ["released_at", "release_recorded_at"])
            on_hold = _on_hold(clients)
            excluded = {
                key
                for key, hold in told.items()
                if key not in known and hold.released_at is None and hold.client_id in on_hold
            }
            new = [hold for key, hold in told.items() if key not in {*known, *excluded}]
            Hold.objects.bulk_create(new)
            holds_changed(new, released, recorded_at)
        report.counts[Told.NEW] += len(new)
        report.counts[Told.RELEASED] += len(released)
        for row in rows:
            if row.key in known:
                _tell(row, told[row.key], known[row.key], report)
            elif row.key in excluded:
                report.note(
                    Told.EXCLUDED, row.line, f"{row.key}: its client has another open hold."
                )


def _on_hold(clients: list[ClientAccount]) -> set[int]:
    """Those that have an open hold: a second one beside it is not possible."""
    open_holds = Hold.objects.filter(client__in=clients, released_at=None)
    return set(open_holds.values_list("client_id", flat=True))


def _hold(row: StagedRow, recorded_at: datetime) -> Hold:
    released_at = row.content["released_at"]
    return Hold(
        external_id=row.key,
        client_id=row.client_id,
        reason=str(row.content["reason"]),
        at=row.at,
        recorded_at=recorded_at,
        released_at=datetime.fromisoformat(str(released_at)) if released_at else None,
        release_recorded_at=recorded_at if released_at else None,
    )


def _release(stored: Hold, told: Hold) -> bool:
    """Take over a release when it is all that is new; whether it was."""
    if _other(stored, told) != ["released_at"] or stored.released_at:
        return False
    stored.released_at = told.released_at
    stored.release_recorded_at = told.release_recorded_at
    return True


def _other(stored: Hold, told: Hold) -> list[str]:
    return [fact for fact in _FACTS if getattr(stored, fact) != getattr(told, fact)]


def _tell(row: StagedRow, told: Hold, stored: Hold, report: Report) -> None:
    other = [_COLUMNS.get(fact, fact) for fact in _other(stored, told)]
    if not other:
        report.counts[Told.KNOWN] += 1
        return
    report.note(
        Told.CHANGED,
        row.line,
        f"hold {row.key} is known with another {', '.join(other)}. The stored one stays.",
    )

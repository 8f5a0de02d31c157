"""What a client and a freelancer had to do with each other before: facts that never change."""

from datetime import datetime

from django.db import transaction

from accounts.clock import Clock
from accounts.locks import lock_clients
from accounts.models import Relationship
from eligibility.imports import values
from eligibility.imports.report import Report, Told
from eligibility.imports.source import Row
from eligibility.imports.staging import Entry, StagedRow

_FACTS = ("client_id", "freelancer_id", "kind", "at")
_COLUMNS = {"client_id": "customer_id", "freelancer_id": "freelancer"}


class RelationshipsForm:
    """The file of `import_relationships`."""

    columns = ("external_id", "customer_id", "freelancer", "kind", "at")
    names_clients = True
    names_freelancers = True

    def read(self, row: Row) -> Entry:
        """What the row says. Raises BadRow."""
        return Entry(
            key=values.identifier(row, "external_id"),
            customer=values.identifier(row, "customer_id"),
            freelancer=values.identifier(row, "freelancer"),
            at=values.instant(row, "at"),
            content={"kind": values.one_of(row, "kind", tuple(Relationship.Kind.values))},
        )

    def apply(self, rows: list[StagedRow], clock: Clock, report: Report) -> None:
        """Store the new ones. Whatever they open is judged under their client's lock, which every
        first message takes, whichever side it comes from."""
        with transaction.atomic(durable=True):
            lock_clients({row.client_id for row in rows})
            recorded_at = clock()
            stored = Relationship.objects.filter(external_id__in=[row.key for row in rows])
            known = {str(one.external_id): one for one in stored}
            told = {row.key: _relationship(row, recorded_at) for row in rows}
            new = [one for key, one in told.items() if key not in known]
            Relationship.objects.bulk_create(new)
        report.counts[Told.NEW] += len(new)
        for row in rows:
            if row.key in known:
                _tell(row, told[row.key], known[row.key], report)


def _relationship(row: StagedRow, recorded_at: datetime) -> Relationship:
    return Relationship(
        external_id=row.key,
        client_id=row.client_id,
        freelancer_id=row.freelancer_id,
        kind=str(row.content["kind"]),
        at=row.at,
        recorded_at=recorded_at,
    )


def _tell(row: StagedRow, told: Relationship, stored: Relationship, report: Report) -> None:
    other = [
        _COLUMNS.get(fact, fact) for fact in _FACTS if getattr(stored, fact) != getattr(told, fact)
    ]
    if not other:
        report.counts[Told.KNOWN] += 1
        return
    report.note(
        Told.CHANGED,
        row.line,
        f"relationship {row.key} is known with another {', '.join(other)}. The stored one stays.",
    )

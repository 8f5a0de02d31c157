"""Leads a file from its first byte to the database: check everything, then apply it in steps.

Nothing is stored before the whole file has been read and judged. It is then applied in short
transactions, so that no send waits for long; one that is cut short is finished by running it again.
"""

import time
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Protocol

from django.db import connection
from tqdm import tqdm

from accounts.clock import Clock
from accounts.models import ClientAccount, FreelancerProfile, PlanChange, Relationship
from eligibility.imports.refusals import BadRow, ImportRefused
from eligibility.imports.report import SHOWN, Report, Told, listed
from eligibility.imports.source import Row, Source, open_source
from eligibility.imports.staging import Entry, StagedRow, Staging
from eligibility.models import BillingMethod, Dispute, Hold, Payment, Refund

_CHUNK = 2000  # rows in one transaction
_SHOW_EVERY = 1000
_FILLED = (
    ClientAccount,
    PlanChange,
    Payment,
    Refund,
    Dispute,
    BillingMethod,
    Hold,
    Relationship,
)


class Form(Protocol):
    """One kind of file: its columns, what a row says, and how rows go in."""

    names_clients: bool
    names_freelancers: bool

    @property
    def columns(self) -> Collection[str]:
        """Those that the header must name."""

    def read(self, row: Row) -> Entry:
        """What the row says. Raises BadRow."""

    def apply(self, rows: list[StagedRow], clock: Clock, report: Report) -> None:
        """Store what is new of the rows, in one durable transaction."""


class MakesClients(Protocol):
    """Makes the accounts of these customers, (external id, joined) each. Returns how many."""

    def __call__(self, customers: list[tuple[str, datetime]], clock: Clock) -> int: ...


def import_file(
    path: Path,
    form: Form,
    *,
    clock: Clock,
    skip_bad_rows: bool = False,
    make_clients: MakesClients | None = None,
    shift_to: datetime | None = None,
) -> Report:
    """Import the file and tell what became of its rows.

    `make_clients` is for customers without an account, whose rows are bad ones otherwise;
    `shift_to` moves the file so that its last event falls there. Raises ImportRefused.
    """
    started = time.monotonic()
    report = Report(path.name)
    with Staging() as staging:
        _stage(path, form, staging, report)
        if form.names_clients and make_clients is None:
            _refuse_strangers(staging)
        if form.names_freelancers:
            _match_freelancers(staging)
        _settle_bad_rows(staging, report, skip_bad_rows)
        if shift_to:
            staging.shift_to(shift_to)
        if form.names_clients:
            _match_clients(staging, make_clients, clock, report)
        with _bar(len(staging), "storing", "row") as bar:
            for rows in staging.chunks(_CHUNK):
                form.apply(rows, clock, report)
                bar.update(len(rows))
    if report.counts[Told.NEW]:
        _refresh_statistics()
    report.seconds = time.monotonic() - started
    return report


def _refresh_statistics() -> None:
    """Tell PostgreSQL how the tables look now: until it knows, it plans for empty ones."""
    if connection.vendor != "postgresql":
        return
    tables = ", ".join(connection.ops.quote_name(model._meta.db_table) for model in _FILLED)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def _bar(total: int, doing: str, unit: str) -> "tqdm[None]":
    """A progress bar, on a terminal only."""
    return tqdm(total=total, desc=doing, unit=unit, unit_scale=True, disable=None, leave=False)


def _stage(path: Path, form: Form, staging: Staging, report: Report) -> None:
    with open_source(path, form.columns) as source, _bar_of(path) as bar:
        for line, text in source.lines():
            report.read += 1
            try:
                told_first = staging.add(line, form.read(source.row(text)))
                report.counts[Told.REPEATED] += not told_first
            except BadRow as bad:
                staging.refuse(line, str(bad))
            if report.read % _SHOW_EVERY == 0:
                _move(bar, source)
    staging.index_customers()


def _bar_of(path: Path) -> "tqdm[None]":
    return _bar(path.stat().st_size, "reading", "B")


def _move(bar: "tqdm[None]", source: Source) -> None:
    bar.update(source.position() - bar.n)


def _refuse_strangers(staging: Staging) -> None:
    for customers in staging.customers(_CHUNK):
        known = _client_ids(customers)
        strangers = [external_id for external_id, _ in customers if external_id not in known]
        staging.refuse_customers(strangers, "there is no client {}")


def _match_freelancers(staging: Staging) -> None:
    for slugs in staging.freelancers(_CHUNK):
        rows = FreelancerProfile.objects.filter(slug__in=slugs)
        known = dict(rows.values_list("slug", "pk"))
        staging.match_freelancers(known)
        strangers = [slug for slug in slugs if slug not in known]
        staging.refuse_freelancers(strangers, "there is no freelancer {}")


def _match_clients(
    staging: Staging, make_clients: MakesClients | None, clock: Clock, report: Report
) -> None:
    for customers in staging.customers(_CHUNK):
        known = _client_ids(customers)
        missing = [customer for customer in customers if customer[0] not in known]
        if missing and make_clients:
            report.counts[Told.CLIENTS] += make_clients(missing, clock)
            known |= _client_ids(missing)
        staging.match(known)


def _client_ids(customers: list[tuple[str, datetime]]) -> dict[str, int]:
    rows = ClientAccount.objects.filter(external_id__in=[name for name, _ in customers])
    return {str(external_id): pk for external_id, pk in rows.values_list("external_id", "pk")}


def _settle_bad_rows(staging: Staging, report: Report, skip: bool) -> None:
    count, first = staging.bad_rows(SHOWN)
    if count and not skip:
        lines = "\n".join(listed("Bad rows", count, first))
        raise ImportRefused(
            f"{report.name} has {count:,} bad row{'s' if count > 1 else ''}, so nothing of it was "
            f"stored.\n{lines}\nMend them, or store the rest with --skip-bad-rows."
        )
    report.counts[Told.SKIPPED] = count
    report.notes += [(Told.SKIPPED, line, reason) for line, reason in first]

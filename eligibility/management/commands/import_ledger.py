"""Payments, refunds and disputes from the marketplace's ledger (docs/imports.md)."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from eligibility.imports.clients import make_missing_clients
from eligibility.imports.command import ImportCommand, read_instant
from eligibility.imports.ledger import LedgerForm


class Command(ImportCommand):
    help = "Imports payments, refunds and disputes. The same file twice changes nothing."
    form = LedgerForm()

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--create-clients",
            action="store_true",
            help="make the clients that are missing, joined at their first event in the file",
        )
        parser.add_argument(
            "--shift-to",
            metavar="INSTANT",
            help="move the whole file in time so that its last event falls here",
        )

    def handle(
        self,
        *,
        file: Path,
        skip_bad_rows: bool,
        create_clients: bool,
        shift_to: str | None,
        **options: Any,
    ) -> None:
        self.carry_out(
            file,
            skip_bad_rows=skip_bad_rows,
            make_clients=make_missing_clients if create_clients else None,
            shift_to=read_instant("--shift-to", shift_to),
        )

"""Client accounts from a file of the marketplace (docs/imports.md)."""

from pathlib import Path
from typing import Any

from eligibility.imports.clients import ClientsForm
from eligibility.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Imports client accounts. The same file twice changes nothing."
    form = ClientsForm()

    def handle(self, *, file: Path, skip_bad_rows: bool, **options: Any) -> None:
        self.carry_out(file, skip_bad_rows=skip_bad_rows)

"""Holds from a file of the marketplace (docs/imports.md)."""

from pathlib import Path
from typing import Any

from eligibility.imports.command import ImportCommand
from eligibility.imports.holds import HoldsForm


class Command(ImportCommand):
    help = "Imports holds. The same file twice changes nothing."
    form = HoldsForm()

    def handle(self, *, file: Path, skip_bad_rows: bool, **options: Any) -> None:
        self.carry_out(file, skip_bad_rows=skip_bad_rows)

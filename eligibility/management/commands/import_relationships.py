"""Relationships from a file of the marketplace (docs/imports.md)."""

from pathlib import Path
from typing import Any

from eligibility.imports.command import ImportCommand
from eligibility.imports.relationships import RelationshipsForm


class Command(ImportCommand):
    help = "Imports relationships. The same file twice changes nothing."
    form = RelationshipsForm()

    def handle(self, *, file: Path, skip_bad_rows: bool, **options: Any) -> None:
        self.carry_out(file, skip_bad_rows=skip_bad_rows)

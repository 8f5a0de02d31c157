"""Billing methods from a file of the marketplace (docs/imports.md)."""

from pathlib import Path
from typing import Any

from eligibility.imports.billing_methods import BillingMethodsForm
from eligibility.imports.command import ImportCommand


class Command(ImportCommand):
    help = "Imports billing methods. The same file twice changes nothing."
    form = BillingMethodsForm()

    def handle(self, *, file: Path, skip_bad_rows: bool, **options: Any) -> None:
        self.carry_out(file, skip_bad_rows=skip_bad_rows)

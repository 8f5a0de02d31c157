"""What the five import commands have in common."""

from datetime import datetime
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.clock import database_now
from eligibility.imports.refusals import ImportRefused
from eligibility.imports.run import Form, MakesClients, import_file
from eligibility.imports.values import parse_instant


class ImportCommand(BaseCommand):
    """Imports a file of one form and prints what became of its rows."""

    form: Form

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="CSV, plain or gzip")
        parser.add_argument(
            "--skip-bad-rows",
            action="store_true",
            help="store the good rows although others are bad (otherwise nothing is stored)",
        )

    def carry_out(
        self,
        path: Path,
        *,
        skip_bad_rows: bool,
        make_clients: MakesClients | None = None,
        shift_to: datetime | None = None,
    ) -> None:
        """Run the import. Raises CommandError with the reason when nothing was stored."""
        try:
            report = import_file(
                path,
                self.form,
                clock=database_now,
                skip_bad_rows=skip_bad_rows,
                make_clients=make_clients,
                shift_to=shift_to,
            )
        except ImportRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        for sentence in report.sentences():
            self.stdout.write(sentence)


def read_instant(flag: str, text: str | None) -> datetime | None:
    """The option's instant, or None when it was not given. Raises CommandError."""
    try:
        return parse_instant(text) if text else None
    except ValueError as error:
        raise CommandError(f"{flag} {error}.") from error

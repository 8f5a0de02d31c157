"""`manage.py check_invariants`: does everything that must hold of the stored rows hold?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from messaging.invariants import INVARIANTS, violations


class Command(BaseCommand):
    help = "Check what must always hold of the stored rows. Changes nothing; exit code 1 if broken."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = list(violations())
        for violation in broken:
            rows = ", ".join(str(row) for row in violation.rows)
            self.stderr.write(f"Broken: {violation.sentence} Rows: {rows}")
        if broken:
            raise CommandError(
                f"{len(broken)} of {len(INVARIANTS)} invariants do not hold. "
                "Stop sending until the rows above are explained."
            )
        self.stdout.write(f"All {len(INVARIANTS)} invariants hold.")

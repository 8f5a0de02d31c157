"""Mail that came back later, as mail to the sender's mailbox: whoever reads that tells us here."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from accounts.clock import database_now
from accounts.services.mail_choices import mark_bounced


class Command(BaseCommand):
    help = (
        "Write down that mail to these addresses came back. Nothing is sent there until the person "
        "says that the address works, or has changed it."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", nargs="+")

    def handle(self, *args: Any, **options: Any) -> None:
        marked = mark_bounced(addresses=options["address"], clock=database_now)
        unknown = len(set(options["address"])) - marked
        self.stdout.write(f"Marked: {marked}. Marked before, or nobody's: {unknown}.")

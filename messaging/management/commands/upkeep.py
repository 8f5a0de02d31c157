"""Upkeep by hand, or by a site's own scheduler."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.clock import database_now
from accounts.services.sessions import forget_sessions
from messaging.services.drafts import delete_old
from messaging.services.notices import forget_told
from messaging.services.upkeep import BATCH, tell_of_time, tidy


class Command(BaseCommand):
    help = (
        "Write down, once, which requests expired and which credits came back. Safe to run late, "
        "twice or in two places at once: no page waits for it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        expired, returned = tidy(clock=database_now)
        tell_of_time(clock=database_now)
        delete_old(most=BATCH, clock=database_now)
        forget_sessions(most=BATCH, clock=database_now)
        forget_told(most=10 * BATCH, clock=database_now)
        self.stdout.write(f"Requests expired: {expired}. Credits returned: {returned}.")

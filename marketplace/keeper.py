"""What workers do, in the embedded site, which has none: a thread beside the server."""

import threading
import time

from django.db import connections

from accounts import heartbeat
from accounts.clock import database_now
from messaging.services.outbox import drain_or_tell
from messaging.services.upkeep import tidy_or_tell

EVERY = 60.0  # seconds from one tidying to the next
POST_EVERY = 1.0  # seconds from one look at the outbox to the next


class Keeper(threading.Thread):
    """Tidies at once and then every so many seconds, and looks after the outbox all the time, until
    it is stopped or the process ends."""

    def __init__(self, every: float = EVERY) -> None:
        super().__init__(name="keeper", daemon=True)
        self._every = every
        self._over = threading.Event()

    def run(self) -> None:
        tidied: float | None = None
        while not self._over.is_set():
            if tidied is None or time.monotonic() - tidied >= self._every:
                if tidy_or_tell(clock=database_now):
                    heartbeat.beat()
                tidied = time.monotonic()
            drain_or_tell(clock=database_now)
            connections.close_all()
            self._over.wait(min(POST_EVERY, self._every))

    def stop(self) -> None:
        """No new round begins; one that runs is waited for."""
        self._over.set()
        self.join()

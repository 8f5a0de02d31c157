"""How each part that the site stands on is: one word for each, soon, whatever hangs."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.db import connection, connections
from django.db.models import Count, Min

from accounts import deadline, heartbeat
from accounts.clock import database_now
from accounts.models import Notification
from messaging.services.outbox import waiting_mails

WAIT = 1.0  # seconds for all parts together
KEPT = 1.0  # seconds that an answer counts for whoever asks meanwhile
STALE = 90.0  # seconds since the last heartbeat
LATE = 300.0  # seconds that a mail may be late


class Part:
    """One part of the site, asked in a thread of its own: how it is, in one word.

    `ask` gives "ok" or another word. What it raises is told as "away", and no answer in time as
    "silent"; while one question waits for its answer no second is asked.
    """

    def __init__(self, ask: Callable[[], str]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._word, self._answered = "silent", float("-inf")

    def start(self) -> None:
        """Ask, unless the last answer still counts or is being waited for."""
        with self._lock:
            waiting = self._thread is not None and self._thread.is_alive()
            if waiting or time.monotonic() < self._answered + KEPT:
                return
            self._thread = threading.Thread(target=self._run, daemon=True)
            self._thread.start()

    def word(self, until: float) -> str:
        """The answer, waited for until that instant of the monotonic clock."""
        if self._thread is None:
            return "silent"
        self._thread.join(max(0.0, until - time.monotonic()))
        return "silent" if self._thread.is_alive() else self._word

    def _run(self) -> None:
        try:
            with deadline.within(WAIT):
                self._word = self._ask()
        except Exception:  # noqa: BLE001 - whatever it was, this part does not answer
            self._word = "away"
        finally:
            connections.close_all()
            self._answered = time.monotonic()


@dataclass(slots=True)
class Outbox:
    """The mails that are due and not sent, how many seconds late the first of them is, and how many
    were given up; as last counted."""

    due: int = 0
    age: float = 0.0
    parked: int = 0


outbox = Outbox()


def _outbox() -> str:
    now = database_now()
    due = (
        waiting_mails()
        .filter(mail_due_at__lte=now)
        .aggregate(n=Count("pk"), first=Min("mail_due_at"))
    )
    outbox.due, outbox.age = due["n"], (now - (due["first"] or now)).total_seconds()
    outbox.parked = Notification.objects.filter(parked_at__isnull=False).count()
    return "ok" if outbox.age <= LATE else "late"


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def _redis() -> str:
    cache.get("readyz")
    return "ok"


def _beat() -> str:
    return "ok" if heartbeat.age() <= STALE else "late"


PARTS = {"database": Part(_database), "outbox": Part(_outbox), "beat": Part(_beat)}
if not settings.EMBEDDED:
    PARTS["redis"] = Part(_redis)


def words() -> dict[str, str]:
    """Each part and its word, within WAIT."""
    for part in PARTS.values():
        part.start()
    until = time.monotonic() + WAIT
    return {name: part.word(until) for name, part in PARTS.items()}

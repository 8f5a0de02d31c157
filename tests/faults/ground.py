"""The deployed site for faults: armed, with a mail server that writes down, and many clients."""

import http.client
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import redis

from messaging.services import outbox
from tests.faults.sink import Book
from tests.faults.sizes import LONG
from tests.rig.people import People, Person
from tests.rig.program import PATIENCE, Program, until
from tests.rig.site import Site, guarded_folder

TOKEN = "a-token-for-figures"
INSIDE = {
    "Host": "localhost",
    "X-Forwarded-Proto": "https",
    "Authorization": f"Bearer {TOKEN}",
}
QUOTA = 40  # new people in a month, of the plan that the clients here are on
FREELANCERS = QUOTA + 6
AT_ONCE = """
INSERT INTO accounts_mailchoice (person_id, kind, time)
SELECT user_id, 'request', 'at_once' FROM accounts_freelancerprofile
"""
WAITING = """
SELECT count(*) FROM accounts_notification WHERE mail_due_at <= now()
AND mailed_at IS NULL AND parked_at IS NULL
"""
WAITING_PEOPLE = WAITING.replace("*", "DISTINCT recipient_id")
RUN_OUT = """
UPDATE accounts_notification SET claimed_until = now()
WHERE claimed_until > now() AND mailed_at IS NULL
"""
SOON = 10.0  # seconds
#: Seconds that a mail whose sender died waits for the next.
LEASE = outbox.LEASE.total_seconds()


class FaultySite(Site):
    def __init__(self, folder: Path) -> None:
        self._crashes = folder / "crashes"
        self._crashes.mkdir()
        super().__init__(folder)
        self.book = Book(folder / "mail")
        at = self.mail.command.index("-l") + 1
        listen = ["-m", "aiosmtpd", "-n", "-l", self.mail.command[at]]
        self.mail.command = [sys.executable, *listen, "-c", "tests.faults.sink.Sink"]
        self.mail.command.append(str(self.book.folder))
        self._handed_out = 0

    def _environment(self, pooled: int, at_redis: int, at_mail: int) -> dict[str, str]:
        armed = {"DJANGO_SETTINGS_MODULE": "tests.faults.armed", "CRASHES": str(self._crashes)}
        ours = armed | {"RATELIMIT_ENABLE": "true", "METRICS_TOKEN": TOKEN}
        return super()._environment(pooled, at_redis, at_mail) | ours

    def start(self, *, clients: int = 2, freelancers: int = FREELANCERS) -> None:
        super().start(clients=clients, freelancers=freelancers)
        self.primary.ask(AT_ONCE)

    def some(self, clients: int) -> People:
        """So many clients whom no test had before, and as many freelancers as each may write to."""
        begin, self._handed_out = self._handed_out, self._handed_out + clients
        fresh = self.people.clients[begin : self._handed_out]
        if len(fresh) < clients:
            raise AssertionError("no clients are left: FAULT_CLIENTS says how many there are")
        return People(fresh, self.people.freelancers[:QUOTA])

    def one(self) -> Person:
        return self.some(1).clients[0]

    # Crashes

    def arm(self, point: str) -> None:
        """The next process that comes by the point ends there."""
        (self._crashes / point).touch()

    def wait_for_crash(self, point: str, seconds: float = PATIENCE) -> None:
        until(lambda: not (self._crashes / point).exists(), f"crash {point}", seconds)

    # Restarts

    def restart(self, program: Program) -> None:
        """Killed, started at once, as systemd would, and there again."""
        program.kill()
        program.start()
        program.wait_ready()
        if program is self.web:
            until(self.has_pages, "pages")

    def has_pages(self) -> bool:
        """Whether pages are made; gunicorn listens earlier than that."""
        with suppress(OSError, http.client.HTTPException):
            return bool(self.ask_inside("/healthz"))
        return False

    def ask_inside(self, path: str) -> str:
        """What the site says to those behind nginx. Raises OSError or HTTPException."""
        pages = http.client.HTTPConnection("127.0.0.1", self.web_port, timeout=5)
        with closing(pages):
            pages.request("GET", path, headers=INSIDE)
            return pages.getresponse().read().decode()

    # Mail

    @property
    def worker(self) -> Program:
        """The one that sends mail."""
        return self.workers["mail"]

    def waiting(self) -> int:
        """How many notifications are due by mail and neither sent nor dropped nor given up."""
        return int(self.primary.ask(WAITING)[0][0])

    def delivered(self, seconds: float = LEASE + 30) -> float:
        """Wait until nothing is waiting; returns how long that took, in seconds."""
        started = time.monotonic()
        until(lambda: self.waiting() == 0, "end of the waiting mail", seconds)
        return time.monotonic() - started

    def soon(self) -> tuple[float, int]:
        """Wait until nothing is waiting, ten seconds at most; returns how long that took, and how
        many people wait still, as their mail was on its way when its sender died."""
        with suppress(AssertionError):
            return self.delivered(SOON), 0
        return SOON, int(self.primary.ask(WAITING_PEOPLE)[0][0])

    def settle(self) -> float:
        """As `delivered`; the short form does as if the time of what was claimed had run out."""
        if not LONG:
            self.run_out()
        return self.delivered()

    def run_out(self) -> None:
        self.primary.ask(RUN_OUT)

    def queued(self) -> int:
        """What lies in the broker's queues; nothing where there is no broker."""
        with suppress(redis.RedisError), self.broker() as broker:
            return sum(int(str(broker.llen(queue))) for queue in self.workers)
        return 0

    @contextmanager
    def broker(self, use: str = "BROKER_URL") -> Iterator["redis.Redis"]:
        there = redis.Redis.from_url(self.environment[use], socket_timeout=1)
        try:
            yield there
        finally:
            there.close()


@contextmanager
def faulty(*, clients: int) -> Iterator[FaultySite]:
    """A site that runs; afterwards nothing of it is left."""
    with guarded_folder() as folder:
        site = FaultySite(folder)
        site.start(clients=clients)
        yield site
        site.stop()

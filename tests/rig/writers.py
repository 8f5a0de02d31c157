"""Writers who send all the time, repeat a sending under the same key until it is acknowledged, and
remember every attempt: afterwards what they were told can be compared with what is there."""

import http.client
import itertools
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from tests.rig.people import People, Person
from tests.rig.site import Site
from tests.rig.visitor import Visitor

BODY = "Could you draw us a map of the town? This is letter {key}, and there will be more."
NO_ANSWER = 0
ROWS = """
SELECT message.submission_key, count(*), count(request.id)
FROM messaging_message AS message
LEFT JOIN messaging_contactrequest AS request ON request.message_id = message.id
WHERE message.submission_key = ANY(%s) GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST of one key. `status` is NO_ANSWER where there was none; instants are monotonic
    seconds; `wall` is the site's own clock when the answer was there."""

    key: str
    client: int
    freelancer: int
    started: float
    ended: float
    status: int
    wall: float
    told: str = ""

    @property
    def acknowledged(self) -> bool:
        return self.status == 303


class Writers:
    """`with Writers(site):` they write meanwhile. Each pair of people is written for once.

    `pause` is between two sendings of one writer, in seconds; `people` are the site's, or some.
    """

    def __init__(
        self, site: Site, *, writers: int = 4, pause: float = 0.05, people: People | None = None
    ) -> None:
        self.history: list[Attempt] = []
        self._site = site
        self._pause = pause
        self._over = threading.Event()
        people = people or site.people
        self._threads = [
            threading.Thread(
                target=self._write, args=(people.clients[n::writers], people.freelancers)
            )
            for n in range(writers)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Everybody has had an answer for what they began, or has given up after a minute."""
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    @property
    def acknowledged(self) -> dict[str, Attempt]:
        return {each.key: each for each in self.history if each.acknowledged}

    def errors(self) -> list[Attempt]:
        """The attempts that were not acknowledged, whatever came of their repetition."""
        return [each for each in self.history if not each.acknowledged]

    def wait_for(self, count: int, seconds: float = 30) -> None:
        """Until so many more are acknowledged."""
        aim, end = len(self.acknowledged) + count, time.monotonic() + seconds
        while len(self.acknowledged) < aim:
            if time.monotonic() > end:
                raise AssertionError(f"no {count} sendings in {seconds:.0f} s: {self.summary()}")
            time.sleep(0.02)

    def amiss(self) -> dict[str, list[str]]:
        """The keys that were lost, written twice, or without their request; all empty when what
        was acknowledged is there."""
        keys = list({each.key for each in self.history})
        rows = {key: (n, asked) for key, n, asked in self._site.primary.ask(ROWS, (keys,))}
        return {
            "lost": [key for key in self.acknowledged if key not in rows],
            "twice": [key for key, (n, _) in rows.items() if n > 1],
            "without a request": [key for key, (n, asked) in rows.items() if asked != n],
        }

    def summary(self) -> str:
        statuses = Counter(each.status for each in self.history)
        worst = max((each.ended - each.started for each in self.history), default=0)
        return f"{len(self.acknowledged)} acknowledged, {dict(statuses)}, slowest {worst:.2f} s"

    def _write(self, clients: list[Person], freelancers: list[Person]) -> None:
        visitors = [(client, self._site.visitor(client)) for client in clients]
        # Everybody's first, then everybody's second: no client is at its quota early.
        for freelancer, (client, visitor) in itertools.product(freelancers, visitors):
            key = uuid.uuid4().hex
            for attempt in self._attempts(client, freelancer, visitor, key):
                self.history.append(attempt)
                if attempt.acknowledged:
                    break
                time.sleep(0.2)
            if self._over.wait(self._pause):
                return

    def _attempts(
        self, client: Person, freelancer: Person, visitor: Visitor, key: str
    ) -> Iterator[Attempt]:
        end = time.monotonic() + 60
        while time.monotonic() < end:
            started, status, told = time.monotonic(), NO_ANSWER, ""
            try:
                answer = visitor.send(freelancer.slug, BODY.format(key=key), key)
                status, told = answer.status, answer.headers.get("Location", "")
            except (OSError, http.client.HTTPException, AssertionError) as error:
                told = type(error).__name__
            ended = time.monotonic()
            yield Attempt(key, client.id, freelancer.id, started, ended, status, time.time(), told)

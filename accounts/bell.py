"""Tells the open pages of people that something changed for them.

The word goes out after the commit and carries people's ids and nothing else: each page then asks
for what its reader may see. It is a courtesy. Whoever it does not reach finds out within a minute,
when their pages ask by themselves; so a publish never fails what was done, nor holds it up.
"""

import logging
from collections.abc import Callable, Collection
from functools import cache

import redis
from django.conf import settings
from django.db import transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

from accounts import metrics
from accounts.breaker import Breaker, Open
from accounts.hub import CHANGED, CHECK, Hub
from accounts.selectors import user_of, writers

BUDGET = 0.3  # seconds, for everything that a publish may wait for
log = logging.getLogger(__name__)
#: The streams of this process; the embedded site has no others.
hub = Hub()
breaker = Breaker("bell", redis.RedisError, OSError)


def ring(*user_ids: int) -> None:
    """After the commit: these people's open pages look again. Nothing is said on a rollback."""
    _after_commit(CHANGED, lambda: user_ids)


def ring_sides(*, client_id: int | None = None, freelancer_id: int | None = None) -> None:
    """The same for everybody who writes for the client account, for the freelancer, or for both."""
    _after_commit(CHANGED, lambda: _people(client_id, freelancer_id))


def check(*user_ids: int) -> None:
    """After the commit: the streams of these people see whether their session still holds."""
    _after_commit(CHECK, lambda: user_ids)


def channel() -> str:
    """Redis publishes to all of its databases alike; the number keeps two sites apart."""
    return f"threshold.bell.{_store().connection_pool.connection_kwargs.get('db', 0)}"


def _people(client_id: int | None, freelancer_id: int | None) -> Collection[int]:
    """One query for each side, after the commit: no lock is held for it."""
    found: set[int] = set()
    if client_id is not None:
        found |= set(writers(client_id))
    if freelancer_id is not None:
        found.add(user_of(freelancer_id))
    return found


def _after_commit(word: str, whom: Callable[[], Collection[int]]) -> None:
    transaction.on_commit(lambda: _say(word, whom))


def _say(word: str, whom: Callable[[], Collection[int]]) -> None:
    try:
        people = set(whom())
        if settings.LIVE_URL:
            _publish(word, people)
        else:
            hub.say(word, people)
    except Exception as error:  # noqa: BLE001 - whatever it was, what was done stays done
        metrics.BELL_UNHEARD.labels(type(error).__name__).inc()
        if not isinstance(error, Open):
            log.warning("The bell was not heard: %s", type(error).__name__)


def _publish(word: str, people: set[int]) -> None:
    if people:
        with breaker:
            _store().publish(channel(), " ".join([word, *map(str, sorted(people))]))


def heard(message: str) -> tuple[str, set[int]]:
    """What `ring` and `check` publish: a word, and whom it is for."""
    word, *people = message.split()
    return word, set(map(int, people))


@cache
def _store() -> "redis.Redis":
    # One short try: connecting and the answer share the budget.
    return redis.Redis.from_url(
        settings.LIVE_URL,
        socket_connect_timeout=BUDGET / 3,
        socket_timeout=BUDGET / 3,
        retry=Retry(NoBackoff(), 0),
    )

"""Whether somebody still writes down what time brings: the worker, or the embedded site's own
thread."""

import logging
import time

from django.core.cache import cache
from redis.exceptions import RedisError

KEY = "heartbeat"
log = logging.getLogger(__name__)


def beat() -> None:
    """Leave the present instant. Without the cache it stays with the one before."""
    try:
        cache.set(KEY, time.time(), timeout=None)
    except (RedisError, OSError) as error:
        log.warning("heartbeat not left: %s", type(error).__name__)


def age() -> float:
    """Seconds since the last one; infinitely many when there was none. Raises RedisError."""
    last: float = cache.get(KEY, float("-inf"))
    return max(0.0, time.time() - last)

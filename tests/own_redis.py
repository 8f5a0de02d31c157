"""A pytest plugin that gives each parallel worker a Redis database of its own.

Workers that share one clear each other's caches and count into each other's rate limits. It is
loaded by name, `-p tests.own_redis`, because the settings read REDIS_URL before any conftest.
"""

import os
from urllib.parse import urlsplit

DATABASES = 16  # what a Redis server has unless it is told otherwise


def numbered(url: str, worker: int) -> str:
    """The address of the database for a worker: the given one for worker 0, then downwards."""
    parts = urlsplit(url)
    first = int(parts.path.strip("/") or 0)
    return parts._replace(path=f"/{(first - worker) % DATABASES}").geturl()


worker, given = os.environ.get("PYTEST_XDIST_WORKER"), os.environ.get("REDIS_URL")
if worker and given:
    os.environ["REDIS_URL"] = numbered(given, int(worker.removeprefix("gw")))

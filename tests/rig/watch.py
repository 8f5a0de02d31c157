"""Who keeps others out: the locks under which nobody can write, and how long each was held."""

import contextlib
import threading
import time
from typing import Self

import psycopg2

from tests.rig.servers import PostgreSQL

HELD = """
SELECT locks.pid, locks.relation::regclass::text, locks.mode FROM pg_locks AS locks
JOIN pg_stat_activity AS activity USING (pid)
JOIN pg_class ON pg_class.oid = locks.relation AND pg_class.relkind = 'r'
WHERE locks.granted AND activity.datname = current_database() AND locks.mode IN
('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
"""
EVERY = 0.02  # seconds


class LockWatch:
    """`with LockWatch(cluster) as watch:` and then `watch.longest`, in seconds, a lock of a table
    seen twice in a row counting for what lies between."""

    def __init__(self, cluster: PostgreSQL) -> None:
        self.longest = 0.0
        self.seen: set[str] = set()
        self._cluster = cluster
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        since: dict[tuple[object, ...], float] = {}
        there = psycopg2.connect(self._cluster.url())
        there.autocommit = True
        with contextlib.closing(there), there.cursor() as cursor:
            while not self._over.wait(EVERY):
                cursor.execute(HELD)
                now, held = time.monotonic(), cursor.fetchall()
                since = {lock: since.get(lock, now) for lock in held}
                self.seen |= {f"{mode} on {table}" for _, table, mode in held}
                self.longest = max([self.longest, *(now - begun for begun in since.values())])

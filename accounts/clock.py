"""The instant "now", one clock for every process."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import cast

from django.db import connection

#: Gives the present UTC instant, to the microsecond. Services read it once, after their locks.
Clock = Callable[[], datetime]


def database_now() -> datetime:
    """The database's clock where it has one (web hosts' clocks differ), else the process clock.

    `clock_timestamp()` moves within a transaction, unlike `now()`: read after a lock is held, it
    is later than everything stamped before the lock was released.
    """
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return cast(datetime, now).astimezone(UTC)

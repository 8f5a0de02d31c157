"""A page's time is limited outside the database too: a PostgreSQL that hangs cannot time anything.

While a page is made, whoever waits for PostgreSQL waits here, and gives up when the page's time is
over. The connection is closed, and the visitor reads that we are not available. Where nobody
waits, in commands and in the worker, there is no deadline and psycopg2 waits as it always does.
"""

import select
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import psycopg2
from django.http import HttpRequest, HttpResponse
from psycopg2 import extensions

PAGE = 10.0  # seconds, below the proxy's 15
CONNECTING = 3.0  # seconds
LOOKS = {extensions.POLL_READ: select.POLLIN, extensions.POLL_WRITE: select.POLLOUT}
_end: ContextVar[float | None] = ContextVar("end", default=None)


def keep_deadlines() -> None:
    """From now on this process waits for PostgreSQL by `wait`. COPY is then not possible."""
    extensions.set_wait_callback(wait)


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is asked of PostgreSQL meanwhile is answered so soon, or an OperationalError is. Of two,
    one in the other, the earlier end counts."""
    before = _end.set(min(time.monotonic() + seconds, _end.get() or float("inf")))
    try:
        yield
    finally:
        _end.reset(before)


def left() -> float:
    """Seconds until the page's time is over; without end where nobody waits for a page."""
    end = _end.get()
    return float("inf") if end is None else end - time.monotonic()


def limited(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Gives each page its time."""

    def middleware(request: HttpRequest) -> HttpResponse:
        with within(PAGE):
            return get_response(request)

    return middleware


def wait(connection: extensions.connection) -> None:
    """Wait until the connection has its answer. Raises OperationalError, which closes it."""
    end = _end.get()
    if connection.status == extensions.STATUS_SETUP:
        end = min(time.monotonic() + CONNECTING, end or float("inf"))
    while (state := connection.poll()) != extensions.POLL_OK:
        left = None if end is None else end - time.monotonic()
        if left is not None and left <= 0:
            raise psycopg2.OperationalError("PostgreSQL did not answer in time")
        looking = select.poll()
        looking.register(connection, LOOKS[state])
        looking.poll(left and 1000 * left)

"""How long after a commit do the open pages of a person hear of it?

    python bench/live.py [--streams 500] [--events 2000]

Starts the stream's server as it is deployed, one uvicorn process, opens a stream for each of so
many people, and commits so many transactions, each of which rings one of them. Prints how many
words arrived, the seconds from commit to arrival, and how many database connections the open
streams hold. Everything happens in a database of its own beside the one of the environment (see
bench/README.md), which is removed. Exits with 1 when a word is missing, when a connection is held,
or when one word in twenty takes longer than a second.
"""

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
GOAL = 1.0  # seconds for 95 of 100 words
PATIENCE = 30  # seconds


def main() -> int:
    """Print the figures; 1 when one of them is out of bounds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=500)
    parser.add_argument("--events", type=int, default=2000)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    django.setup()
    from django.db import connections

    with _own_database() as url:
        people = _people(options.streams)
        connections.close_all()
        with _server(url) as port:
            return asyncio.run(_measure(port, people, options.events))


@contextmanager
def _own_database() -> Iterator[str]:
    from django.db import connection

    name = connection.settings_dict["NAME"]
    own = connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield os.environ["DATABASE_URL"].rsplit("/", 1)[0] + "/" + own
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


def _people(count: int) -> dict[int, str]:
    """So many people by id, each with the key of a session."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from accounts.models import User

    [backend] = django.conf.settings.AUTHENTICATION_BACKENDS
    found = {}
    for number in range(count):
        person = User.objects.create(email=f"p{number}@people.example", name=f"P{number}")
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = backend
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        found[person.pk] = str(session.session_key)
    return found


@contextmanager
def _server(database_url: str) -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = ["-m", "uvicorn", "marketplace.asgi:application", "--port", str(port)]
    options = ["--lifespan", "off", "--log-level", "warning", "--timeout-graceful-shutdown", "3"]
    process = subprocess.Popen(
        [sys.executable, *command, *options],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url, "CONN_MAX_AGE": "0"},
    )
    try:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


async def _measure(port: int, people: dict[int, str], events: int) -> int:
    heard: dict[int, list[float]] = {person: [] for person in people}
    tasks = [asyncio.create_task(_read(port, key, heard[pk])) for pk, key in people.items()]
    began = time.monotonic()
    await _until(lambda: all(heard.values()))
    print(f"{len(people)} streams open and greeted after {time.monotonic() - began:.1f} s")
    # One greeting at the opening, and one when the server begins to listen to Redis.
    await asyncio.sleep(2)
    for words in heard.values():
        words.clear()
    committed = await asyncio.to_thread(_commit, list(people), events)
    with suppress(TimeoutError):
        await _until(lambda: all(len(heard[pk]) >= len(committed[pk]) for pk in people))
    held = await asyncio.to_thread(_connections)
    for task in tasks:
        task.cancel()
    waits = sorted(
        arrived - told
        for pk, instants in committed.items()
        for told, arrived in zip(instants, heard[pk], strict=False)
    )
    return _report(waits, events, held)


async def _read(port: int, key: str, heard: list[float]) -> None:
    """Note when each word arrives."""
    name = django.conf.settings.SESSION_COOKIE_NAME
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    asked = f"GET /events/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {name}={key}\r\n\r\n"
    writer.write(asked.encode())
    while line := await reader.readline():
        if line.startswith(b"data:"):
            heard.append(time.monotonic())


async def _until(there: Any) -> None:
    async with asyncio.timeout(PATIENCE):
        while not there():
            await asyncio.sleep(0.05)


def _commit(people: list[int], events: int) -> dict[int, list[float]]:
    """Change something of one person after the other, and note when each change was committed."""
    from django.db import connections, transaction

    from accounts import bell
    from accounts.models import User

    committed: dict[int, list[float]] = {pk: [] for pk in people}

    def note(person: int) -> None:
        committed[person].append(time.monotonic())

    began = time.monotonic()
    for number in range(events):
        person = people[number % len(people)]
        with transaction.atomic():
            User.objects.filter(pk=person).update(name=f"Changed {number}")
            transaction.on_commit(partial(note, person))
            bell.ring(person)
    connections.close_all()
    print(f"{events} changes committed at {events / (time.monotonic() - began):.0f} a second")
    return committed


def _connections() -> int:
    """How many others keep this database to themselves; a look at the sessions is over in a
    moment."""
    from django.db import connections

    counted = []
    for _ in range(10):
        counted.append(_others())
        time.sleep(0.2)
    connections.close_all()
    return min(counted)


def _others() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        [(held,)] = cursor.fetchall()
    return int(held)


def _report(waits: list[float], events: int, held: int) -> int:
    p50, p95, p99 = (waits[int(len(waits) * part)] for part in (0.5, 0.95, 0.99))
    print(f"{len(waits)} of {events} words arrived")
    print(f"seconds from commit to arrival: p50 {p50:.4f}, p95 {p95:.4f}, p99 {p99:.4f}")
    print(f"database connections of the open streams: {held}")
    return int(len(waits) < events or p95 > GOAL or held > 0)


if __name__ == "__main__":
    sys.exit(main())

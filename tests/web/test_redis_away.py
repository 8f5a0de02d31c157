"""A Redis that hangs or dies holds up no message; what it counts is let pass or refused as
docs/settings.md says; and all of it recovers by itself."""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest
from django.test import Client
from django.urls import reverse

from accounts import bell, limits
from messaging.models import Message
from tests.rig.program import Program, free_ports, until
from tests.web.stage import browser

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("rate_limits"),
]


@pytest.fixture
def redis(tmp_path: Path, settings, monkeypatch) -> Iterator[Program]:
    """A Redis of the test's own, for the rate counters and the bell."""
    port = free_ports(1)[0]
    for folder in ("logs", "pids"):
        (tmp_path / folder).mkdir()
    command = [shutil.which("redis-server") or "", "--port", str(port), "--save", ""]
    program = Program("redis", command, folder=tmp_path, port=port)
    settings.LIVE_URL = f"redis://127.0.0.1:{port}/0"
    default = settings.CACHES["default"] | {"LOCATION": settings.LIVE_URL}
    settings.CACHES = {"default": default}
    bell._store.cache_clear()
    for breaker in (limits.store, bell.breaker):
        monkeypatch.setattr(breaker, "_rest", 1.0)
    program.start()
    program.wait_ready()
    yield program
    if program.runs:
        program.go_on()
        program.kill()
    bell._store.cache_clear()
    bell.breaker.close()


class Writer:
    """Cleo, who writes to Finn in their conversation."""

    def __init__(self, world) -> None:
        self._client = browser(world, "cleo")
        self._address = reverse("writing", args=[world.conversation.public_id])
        self._number = 0

    def send(self) -> float:
        """One message; the seconds it took."""
        self._number += 1
        fields = {"submission_key": str(self._number), "body": f"Line {self._number}"}
        before = time.monotonic()
        assert self._client.post(self._address, fields).status_code == 303
        return time.monotonic() - before


def sign_in() -> int:
    visitor = Client(raise_request_exception=False)
    return visitor.post(reverse("account_login"), {"login": "x@y.zz", "password": "x"}).status_code


def open_breakers() -> set[str]:
    both = {"store": limits.store, "bell": bell.breaker}
    return {name for name, breaker in both.items() if breaker.is_open}


@pytest.mark.parametrize("fault", ["hang", "kill"])
def test_messages_go_through_at_once_and_all_recovers(world, redis, fault):
    writer = Writer(world)
    writer.send()
    assert sign_in() == 200, "the premise: the counter counts"

    getattr(redis, fault)()
    seconds = [writer.send() for _ in range(12)]
    # Both are waited for, half a second each; the rest is for a busy machine.
    assert max(seconds) < 3
    assert open_breakers() == {"store", "bell"}
    assert median(seconds) < 0.5, "after three failures nobody waits for the time-out"
    assert sign_in() == 503
    assert Message.objects.filter(body__startswith="Line").count() == 13

    redis.go_on() if fault == "hang" else redis.start()
    until(lambda: sign_in() == 200, "recovery", 10)
    time.sleep(1.1)  # the bell's rest
    writer.send()
    assert not open_breakers()


def test_without_the_breaker_every_message_would_wait(world, redis, monkeypatch):
    """The broken twin."""
    monkeypatch.setattr(limits.store, "_most", 1_000)
    monkeypatch.setattr(bell.breaker, "_most", 1_000)
    writer = Writer(world)
    redis.hang()

    assert min(writer.send() for _ in range(4)) > 0.2

"""The site in one uvicorn process of its own, on the database of the test that started it.

pytest's `live_server` is WSGI, which a stream would block for good.
"""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from django.conf import settings

ROOT = Path(__file__).resolve().parents[2]
EVERY = 1.0  # seconds between two looks at the sessions; 15 on the site itself
PATIENCE = 30


class Site:
    """A running site: its address, and what it wrote to standard error once it has ended."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.process = process
        self.errors = ""

    def stop(self) -> float:
        """End it as a service manager does. Returns after how many seconds it was gone."""
        began = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise
        return time.monotonic() - began


@contextmanager
def serving(
    database: str, live_url: str = "", port: int = 0, every: float = EVERY
) -> Iterator[Site]:
    """The site on `database`; the bell is rung in Redis at `live_url`, or in the process itself.
    `port`: where it was before it was stopped. `every`: seconds between two looks."""
    port = port or _free_port()
    told = json.dumps({"port": port, "database": database, "live_url": live_url, "every": every})
    with TemporaryFile() as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.live.server", told],
            cwd=ROOT,
            # It reads the sessions that the test makes.
            env=os.environ
            | {"DJANGO_SETTINGS_MODULE": "marketplace.settings", "SECRET_KEY": settings.SECRET_KEY},
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
        site = Site(port, process)
        try:
            _wait(site)
            yield site
        finally:
            site.stop()
            errors.seek(0)
            site.errors = errors.read().decode()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def _wait(site: Site) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and site.process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", site.port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("the site did not start")


class Reader:
    """One open stream, as a browser reads it."""

    def __init__(self, site: Site, cookies: str, **options: Any) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=PATIENCE)
        method = options.pop("method", "GET")
        self._connection.request(method, "/events/", headers={"Cookie": cookies, **options})
        self.response = self._connection.getresponse()
        self.status = self.response.status

    def next(self) -> str:
        """The next thing said, "changed" or "" for a ping; "end" when the stream is over."""
        while line := self.response.readline().decode():
            if line.startswith("data:"):
                return line.removeprefix("data:").strip()
            if line.startswith(":"):
                return ""
        return "end"

    def until(self, word: str) -> None:
        """Read on until `word`; raises when the stream ends before or stays silent too long."""
        while (said := self.next()) != word:
            if said == "end":
                raise AssertionError(f"the stream ended before it said {word!r}")

    def close(self) -> None:
        self.response.close()
        self._connection.close()


def main(port: int, database: str, live_url: str, every: float) -> None:
    import django

    django.setup()
    import uvicorn
    from django.db import connection
    from django.test import override_settings

    from marketplace import stream
    from tests.conftest import AS_TESTS_WANT_IT

    # As deployed: a page's connection would otherwise outlive the thread that asked for it.
    connection.settings_dict |= {"NAME": database, "CONN_MAX_AGE": 0}
    stream.EVERY = every
    with override_settings(**AS_TESTS_WANT_IT, LIVE_URL=live_url):
        uvicorn.run(
            "marketplace.asgi:application",
            port=port,
            lifespan="off",
            log_level="warning",
            timeout_graceful_shutdown=PATIENCE // 2,
        )


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))

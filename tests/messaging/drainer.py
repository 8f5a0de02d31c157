"""Drains the outbox of a test's database until there is nothing due, in a process of its own."""

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).resolve().parents[2]


def start(port: int, *, ahead: float = 0.0) -> "subprocess.Popen[bytes]":
    """One that sends to the server at `port`; its clock is so many seconds ahead."""
    told = {"port": port, "ahead": ahead, "database": str(connection.settings_dict["NAME"])}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.messaging.drainer", json.dumps(told)],
        cwd=ROOT,
        env=os.environ
        | {"DJANGO_SETTINGS_MODULE": "marketplace.settings", "SECRET_KEY": settings.SECRET_KEY},
    )


def main(port: int, ahead: float, database: str) -> None:
    import django

    django.setup()
    from accounts.clock import database_now
    from messaging.services.outbox import drain

    connection.settings_dict["NAME"] = database
    to_sink(port)
    drain(clock=lambda: database_now() + timedelta(seconds=ahead))


def to_sink(port: int) -> None:
    """This process's mail goes there from now on."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""


if __name__ == "__main__":
    main(**json.loads(sys.argv[1]))

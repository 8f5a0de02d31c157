"""Times how long 10,000 mails take that waited while nobody sent any.

    python bench/outbox.py [--rows 10000] [--people 2500] [--drainers 1]

Makes a database of its own beside that of the environment, fills it with people and with news of
which each is a mail of its own, starts a mail server on loopback that takes everything, and drains
the outbox as the worker does, again and again until nothing waits. Exits with 1 after more than 60
seconds.
"""

import argparse
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 60.0  # seconds
SERVER = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l"]


def main() -> int:
    """Print the time, and the mails in a second."""
    options = _options()
    sys.path[:0] = [str(ROOT)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    django.setup()
    from django.db import connection

    created = connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        _fill(options.rows, options.people)
        with _mail_server():
            began, worked = time.monotonic(), time.process_time()
            done = _drain(options.drainers)
            took, worked = time.monotonic() - began, time.process_time() - worked
    finally:
        connection.creation.destroy_test_db(created, verbosity=0)
    print(
        f"{connection.vendor}, {options.drainers} draining: {done['sent']:,} mails in {took:.1f} s,"
        f" {done['sent'] / took:.0f} a second, {worked:.1f} s of them at work here"
    )
    return int(took > LIMIT or done["sent"] != options.rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=2_500)
    parser.add_argument("--drainers", type=int, default=1, help="threads that drain")
    return parser.parse_args()


def _fill(rows: int, people: int) -> None:
    from allauth.account.models import EmailAddress

    from accounts.clock import database_now
    from accounts.models import ClientAccount, FreelancerProfile, Notification, User

    now = database_now()
    readers = User.objects.bulk_create(
        User(email=f"p{number}@people.example", name=f"Person {number}") for number in range(people)
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=reader, email=reader.email, verified=True, primary=True)
        for reader in readers
    )
    client = ClientAccount.objects.create(name="Acme", country="NO", joined_at=now)
    freelancer = FreelancerProfile.objects.create(user=readers[0], name="Finn", slug="finn")
    Notification.objects.bulk_create(
        Notification(
            recipient=readers[number % people],
            kind=Notification.Kind.DECISION,
            detail=Notification.Detail.UPHELD,
            subject=number,
            client=client,
            freelancer=freelancer,
            at=now,
            due_at=now,
            mail_due_at=now,
        )
        for number in range(rows)
    )


@contextmanager
def _mail_server() -> Iterator[None]:
    from django.conf import settings

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen([*SERVER, f"127.0.0.1:{port}"])
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    try:
        while socket.socket().connect_ex(("127.0.0.1", port)):
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        server.wait()


def _drain(drainers: int) -> Counter[str]:
    from django.db import connections

    from accounts.clock import database_now
    from messaging.services.outbox import drain, waiting_mails

    done: Counter[str] = Counter()
    lock = threading.Lock()

    def work() -> None:
        while waiting_mails().exists():
            some = drain(clock=database_now)
            with lock:
                done.update(some)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(drainers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return done


if __name__ == "__main__":
    sys.exit(main())

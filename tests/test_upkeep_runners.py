"""What time brings is written down by whoever runs upkeep: by hand, the worker, or the embedded
site's thread. Late, twice or never, no page shows it."""

import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.signals import connection_created
from django.test import Client
from django.urls import reverse

from accounts import heartbeat
from accounts.models import Membership, Notification
from accounts.models.client import Plan
from marketplace import celery_app
from marketplace.beat import Sparing
from marketplace.keeper import EVERY, Keeper
from messaging import selectors
from messaging.models import Act, ContactRequest, QuotaEntry
from messaging.services import answers, upkeep
from messaging.tasks import upkeep as task
from tests import people
from tests.messaging.letters import reply, send

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60  # seconds that a process may take to do what a moment is enough for
State = ContactRequest.State


def until(there: Callable[[], Any], what: str) -> Any:
    """Wait for it, a bounded time."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := there():
            return found
        time.sleep(0.05)
    raise AssertionError(f"no {what} within {PATIENCE} seconds")


def is_expired(request: ContactRequest) -> bool:
    return ContactRequest.objects.filter(pk=request.pk, state=State.EXPIRED).exists()


@contextmanager
def process(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A process of the site; stopped, by its number, at the end."""
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        try:
            yield running
        finally:
            running.terminate()
            try:
                running.wait(10)
            except subprocess.TimeoutExpired:
                running.kill()


# By hand


def test_it_says_what_it_did_and_does_it_once(cleo, petra, finn, now):
    overdue = send(cleo, finn, now=now - timedelta(days=15))
    answered = send(petra, finn, now=now - timedelta(minutes=5))
    answers.decline_request(
        request=answered, freelancer=finn, clock=people.at(now - timedelta(minutes=2))
    )

    assert said() == "Requests expired: 1. Credits returned: 1.\n"
    assert is_expired(overdue)
    assert said() == "Requests expired: 0. Credits returned: 0.\n"
    assert Act.objects.filter(request=overdue, kind=Act.Kind.REQUEST_EXPIRED).count() == 1
    assert QuotaEntry.objects.filter(kind=QuotaEntry.Kind.RETURNED).count() == 1


def said() -> str:
    out = StringIO()
    call_command("upkeep", stdout=out)
    return out.getvalue()


def test_no_account_waits_behind_those_that_get_nothing_back(finn, now, monkeypatch):
    """Who was answered more often than credits come back in a cycle is looked at in vain."""
    monkeypatch.setattr(upkeep, "BATCH", 1)
    accounts = [people.client(f"Petra {n}", now, plan=Plan.PLUS) for n in range(2)]
    first, second = [people.member(account) for account in accounts]
    with_credit = send(second, finn, now=now - timedelta(minutes=5))
    decline(with_credit, now - timedelta(minutes=4))
    for number in range(11):
        other = people.freelancer(f"F{number}")
        decline(send(first, other, now=now - timedelta(minutes=5)), now - timedelta(minutes=4))

    for _ in range(40):
        said()
    returned = QuotaEntry.objects.filter(kind=QuotaEntry.Kind.RETURNED)
    assert returned.filter(client=second.client).count() == 1
    assert returned.filter(client=first.client).count() == 10


def decline(request: ContactRequest, now: datetime) -> None:
    answers.decline_request(request=request, freelancer=request.freelancer, clock=people.at(now))


# Never, late or now: the same pages

NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
#: What is new in every answer: a token, a submission's key.
# New on every page; and how many notices there are, for it is upkeep that tells of an expiry.
FRESH = re.compile(
    r'name="(csrfmiddlewaretoken|submission_key|seen)" value="[^"]+"'
    r'|<span id="nav-notices-count">.*?</a>',
    re.DOTALL,
)


@pytest.mark.sqlite
@pytest.mark.django_db
@pytest.mark.parametrize("late", [timedelta(), timedelta(days=45)])
def test_no_page_shows_whether_it_ran(late, signed_in):
    """The process clock stands still, which is the site's own on SQLite."""
    with time_machine.travel(NOON, tick=False):
        account = people.eligible_client(NOON)
        people.pay(account, people.PLENTY, NOON - timedelta(days=300))
        cleo = people.member(account, "Cleo")
        petra = people.member(people.client("Petra Press", NOON, plan=Plan.PLUS), "Petra")
        finn, gil = people.freelancer("Finn"), people.freelancer("Gil")
        sent = [
            send(cleo, finn, now=NOON - timedelta(days=14) - late),
            send(petra, finn, now=NOON - timedelta(days=14) - late),
            send(petra, gil, now=NOON - timedelta(hours=3)),
            send(cleo, gil, now=NOON - timedelta(hours=2)),
        ]
        decline(sent[2], NOON - timedelta(hours=1))
        reply(gil, sent[3].conversation, "Gladly.")
        before = everything(signed_in, sent)
        assert upkeep.tidy(clock=people.at(NOON)) == (2, 1), "the premise"
        assert everything(signed_in, sent) == before


def everything(
    signed_in: Callable[[people.Person], Client], sent: list[ContactRequest]
) -> dict[str, str]:
    """What both sides of each request see of it, and of everything else that is theirs."""
    shelves = [f"{reverse('requests')}?show={shelf}" for shelf in selectors.Shelf]
    seen_by: dict[people.Person, list[str]] = {}
    for one in sent:
        client, freelancer = one.client.memberships.get(), one.freelancer
        mine = [*map(reverse, ("home", "sent", "eligibility", "conversations"))]
        seen_by.setdefault(client, mine).extend(
            [
                reverse("sent_request", args=[one.public_id]),
                reverse("talent_profile", args=[freelancer.slug]),
                reverse("compose", args=[freelancer.slug]),
            ]
        )
        seen_by.setdefault(freelancer, [*shelves, *map(reverse, ("home", "door"))]).extend(
            [
                reverse("request", args=[one.public_id]),
                reverse("client", args=[one.client.public_id]),
            ]
        )
    return {
        f"{person} {address}": seen(browser, address)
        for person, addresses in seen_by.items()
        for browser in [signed_in(person)]
        for address in addresses
    }


def seen(browser: Client, address: str) -> str:
    answer = browser.get(address)
    return f"{answer.status_code} {FRESH.sub('', answer.content.decode())}"


# The embedded site's thread


@pytest.fixture
def connections_of_threads() -> Iterator[list[Any]]:
    """The database connections that threads other than the test's have opened."""
    opened: list[Any] = []
    own = threading.get_ident()

    def remember(connection: Any, **_told: Any) -> None:
        if threading.get_ident() != own:
            opened.append(connection)

    connection_created.connect(remember)
    yield opened
    connection_created.disconnect(remember)


@pytest.mark.sqlite
def test_the_thread_goes_on_after_an_error_and_keeps_no_connection(
    transactional_db, cleo, finn, now, caplog, connections_of_threads
):
    overdue = send(cleo, finn, now=now - timedelta(days=15))
    refuse = (
        "CREATE TRIGGER refuse BEFORE UPDATE ON messaging_contactrequest "
        "BEGIN SELECT RAISE(ABORT, 'their very own words'); END"
    )
    with connection.cursor() as cursor:
        cursor.execute(refuse)
    keeper = Keeper(every=0.05)
    keeper.start()
    try:
        until(lambda: len(caplog.records) > 2, "third attempt")
        with connection.cursor() as cursor:
            cursor.execute("DROP TRIGGER refuse")
        until(lambda: is_expired(overdue), "expiry")
    finally:
        keeper.stop()

    assert not keeper.is_alive()
    told = {record.getMessage() for record in caplog.records}
    assert told == {"Upkeep broke off: IntegrityError"}
    assert "words" not in caplog.text
    assert len(connections_of_threads) > 3
    assert all(each.connection is None for each in connections_of_threads)


@pytest.mark.django_db
def test_a_step_that_breaks_off_keeps_none_of_the_others_and_the_heart_stands_still(
    cleo, finn, now, monkeypatch, caplog
):
    def broken(**_asked: Any) -> int:
        raise ValueError("their very own words")

    soon = send(cleo, finn, now=now - timedelta(days=13))
    told = Notification.objects.filter(kind="expiring", subject=soon.pk)
    with monkeypatch.context() as patched:
        patched.setattr(upkeep, "expire_overdue", broken)
        task()
    assert told.exists()
    assert heartbeat.age() == float("inf")
    assert [each.getMessage() for each in caplog.records] == ["Upkeep broke off: ValueError"]
    task()
    assert heartbeat.age() < PATIENCE


@pytest.mark.sqlite
def test_the_embedded_site_has_the_thread(tmp_path):
    assert EVERY == 60
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    place = {"VAR_DIR": str(tmp_path), "PORT": port}
    subprocess.run(
        [sys.executable, "manage.py", "up", "--no-serve"],
        cwd=ROOT,
        env={**os.environ, **place},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    database = tmp_path / "threshold.sqlite3"
    with closing(sqlite3.connect(database)) as there:
        ((overdue,),) = there.execute(
            "SELECT max(id) FROM messaging_contactrequest WHERE state = 'waiting'"
        ).fetchall()
        there.execute(
            "UPDATE messaging_contactrequest SET sent_at = '2026-01-01', expires_at = '2026-01-15' "
            "WHERE id = ?",
            [overdue],
        )
        there.commit()

        def state() -> bool:
            row = there.execute(
                "SELECT state FROM messaging_contactrequest WHERE id = ?", [overdue]
            )
            return bool(row.fetchone() == ("expired",))

        with process("manage.py", "up", **place) as site:
            until(state, "expiry")
            site.terminate()
            assert site.wait(10) is not None, "it stops with the process"


# The worker


def test_every_minute_one_ring_that_does_not_pile_up():
    entry = celery_app.conf.beat_schedule["upkeep"]
    assert entry["task"] == task.name
    assert task.name in celery_app.tasks
    assert entry["schedule"] == 60
    assert entry["options"]["expires"] < 60
    assert task.ignore_result


def test_a_task_belongs_to_the_sites_own_app():
    """In a process that never named Celery; else it would ring at some other broker."""
    asked = (
        "import django; django.setup(); from messaging.tasks import upkeep; "
        "print(upkeep.app.main, upkeep.app.conf.broker_url)"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "marketplace.settings"},
        check=True,
        capture_output=True,
        text=True,
    )
    assert told.stdout.split() == ["threshold", settings.CELERY_BROKER_URL]


@pytest.mark.postgres
def test_the_worker_does_what_beat_rings(transactional_db, now, cleo: Membership, finn):
    """The real worker, broker and database; beat's own entry, sent as beat sends it."""
    overdue = send(cleo, finn, now=now - timedelta(days=15))
    address = urlsplit(os.environ["DATABASE_URL"])
    test_database = address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    with process(
        *("-m", "celery", "-A", "marketplace", "worker", "--pool", "solo"),
        DATABASE_URL=test_database,
        REDIS_URL=settings.CELERY_BROKER_URL,
    ):
        beat = Sparing(celery_app)
        beat.apply_entry(beat.schedule["upkeep"])
        until(lambda: is_expired(overdue), "expiry")
    assert Act.objects.filter(request=overdue, kind=Act.Kind.REQUEST_EXPIRED).count() == 1

"""What people were told is deleted after half a year, and is not told again for it."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Notification
from eligibility.watch import AHEAD
from messaging.invariants import violations
from messaging.pair import EXPIRES_AFTER
from messaging.services import upkeep
from messaging.services.notices import forget_told
from tests import people
from tests.messaging.letters import send
from tests.messaging.outbox import DAY, MINUTE, decided, drain
from tests.messaging.test_outbox_told import ACTS, Scene

LEAST = timedelta(days=30)
Cause = tuple[int, str, int, str]


def forget(now: datetime, most: int = 100) -> int:
    return forget_told(most=most, clock=people.at(now))


def old(person: people.Person, number: int, now: datetime, **columns: object) -> Notification:
    """News whose time is just over at `now`, of which no mail waits."""
    row = decided(person, number, now - settings.NOTICES_KEPT - MINUTE)
    Notification.objects.filter(pk=row.pk).update(**{"mail_due_at": None} | columns)
    return row


def test_half_a_year(cleo, now):
    assert timedelta(days=180) == settings.NOTICES_KEPT
    row = old(cleo, 1, now)
    assert forget(now - MINUTE) == 0
    assert forget(now + MINUTE) == 1
    assert not Notification.objects.filter(pk=row.pk).exists()


def test_a_mail_that_is_sent_keeps_nothing(cleo, now):
    old(cleo, 1, now, mail_due_at=now - DAY, mailed_at=now - DAY)
    assert forget(now) == 1


def test_what_waits_or_is_parked_is_kept(cleo, now):
    old(cleo, 1, now, mail_due_at=now - DAY)
    old(cleo, 2, now, mail_due_at=now - DAY, claimed_until=now + MINUTE)
    old(cleo, 3, now, mail_due_at=now - DAY, parked_at=now)
    assert forget(now) == 0


def test_what_waited_is_mailed_before_it_goes(sink, cleo, finn, now):
    old(cleo, 1, now, mail_due_at=now - DAY, client=cleo.client, freelancer=finn)
    assert forget(now) == 0
    assert drain(now) == {"sent": 1}
    assert forget(now) == 1


def test_what_is_told_later_than_it_happened_is_kept_from_then_on(cleo, now):
    old(cleo, 1, now, due_at=now - settings.NOTICES_KEPT + MINUTE)
    assert forget(now) == 0


def test_the_oldest_go_first_and_a_run_is_bounded(cleo, now):
    rows = [old(cleo, number, now - number * MINUTE) for number in range(3)]
    assert forget(now, most=2) == 2
    assert Notification.objects.get() == rows[0]


def test_upkeep_does_it_by_itself_and_by_hand(cleo, now):
    old(cleo, 1, now)
    assert upkeep.tidy_or_tell(clock=people.at(now))
    assert not Notification.objects.exists()
    old(cleo, 1, now)
    call_command("upkeep")
    assert not Notification.objects.exists()


def test_the_page_says_for_how_long(cleo, signed_in, settings):
    settings.NOTICES_KEPT = 45 * DAY
    assert "Each is here for 45 days." in signed_in(cleo).get("/notices/").content.decode()


def test_the_check_of_the_rows_knows_what_was_forgotten(cleo, otto, finn, now, settings):
    """One row that is as old is there still, as its mail was given up."""
    long_ago = now - settings.NOTICES_KEPT - 10 * DAY
    people.pay(otto.client, people.PLENTY, now - 350 * DAY)
    send(otto, people.freelancer("Ada"), now=long_ago)
    Notification.objects.update(parked_at=now)
    send(otto, people.freelancer("Eve"), now=long_ago + DAY)
    send(cleo, finn, now=now - DAY)
    Notification.objects.filter(parked_at=None).update(mail_due_at=None)
    assert forget(now) == 1
    assert list(violations()) == []
    kept, settings.NOTICES_KEPT = settings.NOTICES_KEPT, 365 * DAY
    assert list(violations()) == [], "they are kept for longer from now on"
    settings.NOTICES_KEPT = kept
    Notification.objects.filter(parked_at=None).delete()
    Notification.objects.update(parked_at=None)
    assert len(list(violations())) == 1, "one that would have its row"


# Nothing is told again


def test_no_cause_lasts_as_long_as_the_shortest_time():
    assert max(EXPIRES_AFTER, AHEAD) < LEAST


@pytest.mark.parametrize("name", ACTS)
def test_what_was_told_is_never_told_again(cleo, finn, mona, now, settings, name):
    settings.NOTICES_KEPT = LEAST
    scene = Scene(cleo, finn, mona, send(cleo, finn, now=now - 2 * DAY), now)
    scene.ground = ACTS[name].prepare(scene)
    ACTS[name].do(scene)
    Notification.objects.update(mail_due_at=None)
    before = causes()
    assert before
    gone: set[Cause] = set()
    for days in (29, 30, 31, 32, 45, 62, 180, 400):
        later = people.at(now + timedelta(days=days))
        gone |= before - causes()
        assert upkeep.tidy_or_tell(clock=later)
        assert not gone & causes()
        Notification.objects.update(mail_due_at=None)
    assert not before & causes(), "the premise: all of it is gone"


def causes() -> set[Cause]:
    return set(Notification.objects.values_list("recipient", "kind", "subject", "detail"))


@pytest.mark.postgres
def test_it_looks_for_them_by_their_own_index(cleo, now):
    old(cleo, 1, now)
    with CaptureQueriesContext(connection) as captured:
        forget(now)
    with connection.cursor() as cursor:
        # The table is small here: what a large one would do is what is left.
        for way in ("seqscan", "bitmapscan", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        plans = []
        for query in captured.captured_queries:
            if query["sql"].startswith(("SELECT", "DELETE")):
                cursor.execute("EXPLAIN " + query["sql"])
                plans.append("\n".join(line for (line,) in cursor.fetchall()))
    assert len(plans) == 2
    assert "Index Scan using notifications_done" in plans[0]
    assert not any("Seq Scan" in plan or "Sort" in plan for plan in plans)

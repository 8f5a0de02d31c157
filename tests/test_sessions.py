"""Sessions that are over are deleted, a few at a time, and so is from where they were."""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import heartbeat
from accounts.services.sessions import forget_sessions
from messaging.tasks import upkeep
from tests import people

TICK = timedelta(microseconds=1)


def session(key, expires_at):
    return Session.objects.create(session_key=key, session_data="", expire_date=expires_at)


def seen(person, key):
    return UserSession.objects.create(user=person, ip="192.0.2.1", session_key=key)


def left():
    """The keys of the sessions, and of those whose browser is known."""
    rows = UserSession.objects.order_by("session_key").values_list("session_key", flat=True)
    return sorted(Session.objects.values_list("pk", flat=True)), list(rows)


def forget(now, most=10):
    return forget_sessions(most=most, clock=people.at(now))


@pytest.fixture
def ida(db):
    return people.user("Ida")


def test_what_ran_out_is_forgotten_with_its_browser(ida, now):
    for key, expires_at in (("over", now), ("open", now + TICK)):
        session(key, expires_at)
        seen(ida, key)
    session("visitor", now - TICK)
    assert forget(now) == 2
    assert left() == (["open"], ["open"])
    assert forget(now) == 0


def test_those_that_ran_out_first_go_first_and_a_run_is_bounded(ida, now):
    for n in range(1, 5):
        session(f"s{n}", now - n * TICK)
    assert forget(now, most=2) == 2
    assert left() == (["s1", "s2"], [])


def test_the_browsers_of_sessions_that_ended_otherwise_go_in_time(ida, now):
    session("open", now + TICK)
    for key in ("out1", "open", "out2", "out3"):
        seen(ida, key)
    for _ in range(200):
        forget(now, most=1)
    assert left() == (["open"], ["open"])


def test_with_many_it_costs_the_same(ida, now):
    def cost():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            forget(now, most=3)
        return len(asked)

    def some(start, end):
        for n in range(start, end):
            session(f"s{n}", now - n * TICK)
            seen(ida, f"s{n}")
            seen(ida, f"out{n}")

    some(0, 4)
    few = cost()
    some(4, 30)
    assert cost() == few


def test_it_is_a_step_of_upkeep(ida, now):
    session("over", now - timedelta(days=1))
    upkeep()
    assert left() == ([], [])
    assert heartbeat.age() < 60


def test_a_page_writes_that_a_session_was_seen_once_a_minute(ida, client):
    """And at once when the browser or its address is another."""
    client.force_login(ida)

    def written(**how):
        with CaptureQueriesContext(connection) as asked:
            client.get("/settings/", **how)
        return any(
            "usersession" in each["sql"] and "SELECT" not in each["sql"][:6] for each in asked
        )

    assert written()
    assert not written()
    assert written(HTTP_USER_AGENT="Another")
    assert written(HTTP_USER_AGENT="Another", REMOTE_ADDR="192.0.2.9")
    assert not written(HTTP_USER_AGENT="Another", REMOTE_ADDR="192.0.2.9")
    assert written(HTTP_USER_AGENT="y" * 900, REMOTE_ADDR="192.0.2.9")
    assert not written(HTTP_USER_AGENT="y" * 900, REMOTE_ADDR="192.0.2.9")
    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(seconds=61))
    assert written(HTTP_USER_AGENT="y" * 900, REMOTE_ADDR="192.0.2.9")
    assert UserSession.objects.get().last_seen_at > timezone.now() - timedelta(seconds=60)

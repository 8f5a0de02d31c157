"""A page's time is limited also while PostgreSQL hangs, which can then limit nothing itself."""

import socket
import time
from collections.abc import Iterator

import psycopg2
import pytest
from django.contrib.auth.decorators import login_not_required
from django.db import close_old_connections, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from psycopg2 import extensions

from accounts import deadline
from marketplace.urls import handler400, handler403, handler500  # noqa: F401 - of this urlconf
from marketplace.urls import urlpatterns as of_the_site

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
HANG = "SELECT pg_sleep(20)"


@login_not_required
def hanging(request: HttpRequest) -> HttpResponse:
    connection.cursor().execute(HANG)
    return HttpResponse("after all")


urlpatterns = [path("hanging/", hanging), *of_the_site]


@pytest.fixture(autouse=True)
def _deadlines_are_kept() -> Iterator[None]:
    deadline.keep_deadlines()
    yield
    extensions.set_wait_callback(None)


def test_a_page_that_waits_too_long_says_so_and_the_next_is_made(settings, monkeypatch):
    settings.ROOT_URLCONF = __name__
    monkeypatch.setattr(deadline, "PAGE", 0.5)
    visitor = Client(raise_request_exception=False)
    before = time.monotonic()
    answer = visitor.get("/hanging/")

    assert 0.4 < time.monotonic() - before < 8, "a page has 10 seconds of its own"
    assert (answer.status_code, answer["Retry-After"]) == (503, "30")
    monkeypatch.setattr(deadline, "PAGE", 10.0)
    close_old_connections()  # as a server does before each request
    assert visitor.get("/talent/").status_code == 200


def test_several_statements_share_the_time_of_the_page():
    own = psycopg2.connect(**connection.get_connection_params())
    with deadline.within(0.5):
        own.cursor().execute("SELECT pg_sleep(0.3)")
        with pytest.raises(psycopg2.OperationalError, match="in time"):
            own.cursor().execute("SELECT pg_sleep(0.3)")

    assert own.closed, "what comes late must be nobody else's answer"


def test_where_nobody_waits_there_is_no_deadline():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.6), 7")
        assert cursor.fetchone()[1] == 7


def test_a_server_that_takes_the_call_and_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr(deadline, "CONNECTING", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        before = time.monotonic()
        with pytest.raises(psycopg2.OperationalError, match="in time"):
            psycopg2.connect(host="127.0.0.1", port=silent.getsockname()[1], dbname="x", user="x")

    assert time.monotonic() - before < 2.9, "a call has 3 seconds of its own"

"""The stream itself, on a real server: who gets one, what it says, and when it ends."""

import asyncio
import re
import time
import urllib.request

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from redis import RedisError

from accounts import bell
from accounts.breaker import Breaker
from accounts.hub import Hub
from accounts.models import User
from marketplace import stream
from tests.live.server import EVERY, PATIENCE, Reader, Site, serving
from tests.messaging.letters import send
from tests.people import login_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def heard(listen, cookies, finn) -> Reader:
    """Finn's stream, past its first word."""
    reader: Reader = listen(cookies(finn))
    reader.until("changed")
    return reader


def test_a_stream_is_for_whoever_is_signed_in(listen, cookies, finn):
    assert {listen("").status, listen("session=nonsense").status} == {403}
    reader = listen(cookies(finn))
    assert reader.status == 200
    assert reader.response.headers["Content-Type"].startswith("text/event-stream")
    assert reader.response.headers["X-Accel-Buffering"] == "no"
    assert "no-store" in reader.response.headers["Cache-Control"]
    assert "frame-ancestors 'none'" in reader.response.headers["Content-Security-Policy"]


@pytest.mark.parametrize("key", ["", "x" * 31, "x" * 31 + "A", "x" * 32 + "\\n", '"\\000abc"'])
def test_what_is_no_key_of_a_session_is_refused_unlooked(monkeypatch, key):
    def ask(keys):
        raise AssertionError("the database was asked")

    monkeypatch.setattr(stream, "owners", ask)
    scope = {
        "type": "http",
        "method": "GET",
        "path": stream.PATH,
        "query_string": b"",
        "headers": [
            (b"host", b"testserver"),
            (b"cookie", f"{settings.SESSION_COOKIE_NAME}={key}".encode()),
        ],
    }
    assert asyncio.run(stream.Stream(Hub())._admit(scope)) == 403


def test_a_stream_is_only_read_and_only_on_our_hosts(listen, cookies, finn):
    assert listen(cookies(finn), method="POST").status == 405
    assert listen(cookies(finn), Host="elsewhere.example").status == 400


def test_the_first_word_comes_at_once_and_pings_follow(listen, cookies, finn):
    reader = listen(cookies(finn))
    assert reader.next() == "changed"
    reader.until("")


def test_a_person_has_so_many_streams_and_no_more(listen, cookies, finn, cleo):
    cookie = cookies(finn)
    assert {listen(cookie).status for _ in range(stream.MOST)} == {200}
    over = listen(cookie)
    assert over.status == 429
    assert listen(cookies(cleo)).status == 200


def test_who_goes_makes_room(listen, cookies, finn):
    cookie = cookies(finn)
    several = [listen(cookie) for _ in range(stream.MOST)]
    several[0].close()
    for _ in range(50):
        if listen(cookie).status == 200:
            return
        time.sleep(0.1)
    pytest.fail("the place of a stream that was closed stays taken")


@pytest.mark.postgres
def test_what_is_rung_elsewhere_arrives_for_those_it_is_for(
    heard, listen, cookies, cleo, finn, otto
):
    others = listen(cookies(otto))
    others.until("changed")
    send(cleo, finn)
    heard.until("changed")
    said = [others.next() for _ in range(2)]
    assert said == ["", ""]


def test_a_look_asks_twice_however_many_listen(
    cookies, cleo, finn, otto, django_assert_num_queries
):
    sessions = {cookies(each).partition("=")[2]: login_of(each).pk for each in (cleo, finn, otto)}
    with django_assert_num_queries(2):
        assert stream.owners([*sessions, "nonsense"]) == sessions


def test_a_suspended_persons_stream_ends_within_one_look(heard, finn):
    User.objects.filter(pk=finn.user_id).update(is_active=False)
    began = time.monotonic()
    while heard.next() != "end":
        pass
    assert time.monotonic() - began < 10 * EVERY, "pings go on until it has ended"


def test_a_new_password_ends_the_streams_of_other_sessions(heard, finn):
    finn.user.set_password("another one entirely")
    finn.user.save()
    while heard.next() != "end":
        pass


def test_signing_out_ends_the_stream_at_once(cookies, finn):
    cookie = cookies(finn)
    # The next look comes later than a reader waits.
    name = str(connection.settings_dict["NAME"])
    with serving(name, settings.LIVE_URL, every=4 * PATIENCE) as site:
        first, other = Reader(site, cookie), Reader(site, cookies(finn))
        first.until("changed")
        other.until("changed")
        sign_out(site, cookie)
        while first.next() != "end":
            pass
        other.until("")


def sign_out(site: Site, cookie: str) -> None:
    """Press the button of the page that asks for it."""
    page = urllib.request.Request(f"{site.url}/account/logout/", headers={"Cookie": cookie})  # noqa: S310
    with urllib.request.urlopen(page) as answer:  # noqa: S310
        html = answer.read().decode()
        csrf = answer.headers["Set-Cookie"].split(";")[0]
    [token] = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)[:1]
    body = f"csrfmiddlewaretoken={token}".encode()
    headers = {"Cookie": f"{cookie}; {csrf}", "Referer": site.url}
    with urllib.request.urlopen(urllib.request.Request(page.full_url, body, headers)):  # noqa: S310
        pass
    assert not Session.objects.filter(pk=cookie.split("=")[1]).exists()


@pytest.mark.postgres
def test_an_open_stream_holds_no_database_connection(listen, cookies, finn, cleo, otto):
    for person in (finn, cleo, otto):
        listen(cookies(person)).until("changed")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid()"
        )
        assert cursor.fetchone() == (0,)


def test_a_server_that_stops_ends_its_streams_and_says_nothing(cookies, finn):
    with serving(str(connection.settings_dict["NAME"]), settings.LIVE_URL) as running:
        reader = Reader(running, cookies(finn))
        reader.until("changed")
        assert running.stop() < PATIENCE // 2, "it does not wait for its readers"
        assert reader.next() in {"", "end"}
        reader.close()
    assert running.errors == ""


def test_a_bell_nobody_can_hear_holds_nothing_up(cleo, finn, settings, monkeypatch):
    settings.LIVE_URL = "redis://127.0.0.1:1/0"
    monkeypatch.setattr(bell, "breaker", Breaker("test", OSError, RedisError))
    bell._store.cache_clear()
    try:
        began = time.monotonic()
        for _ in range(10):
            bell.ring(finn.user_id)
        assert time.monotonic() - began < 5
        assert bell.breaker.is_open
        assert send(cleo, finn).pk
    finally:
        bell._store.cache_clear()

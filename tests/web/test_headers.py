"""What every answer of a production site carries, whatever went right or wrong."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as now_set
from django.test import Client
from django.urls import path, reverse

from marketplace import urls as site
from tests import people, services
from tests.web.stage import browser

ROOT = Path(__file__).resolve().parents[2]
DIRECTIVES = {
    "default-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
}


def boom(request):
    raise RuntimeError("a fault of ours")


urlpatterns = [path("boom/", boom), *site.urlpatterns]
handler400, handler403, handler500 = site.handler400, site.handler403, site.handler500


@pytest.fixture
def https(settings):
    """The headers and cookies as a production site sets them."""
    settings.ROOT_URLCONF = __name__
    settings.WHITENOISE_USE_FINDERS = True
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"


def answers(world):
    """One answer of every kind, with the status it has."""
    visitor = Client(raise_request_exception=False)
    strict = Client(enforce_csrf_checks=True)
    cleo = browser(world, "cleo")
    thread = reverse("writing", args=[world.conversation.public_id])
    yield 200, visitor.get("/talent/", secure=True)
    yield 200, cleo.get("/can-i-write/", secure=True)
    yield 302, visitor.get("/sent/", secure=True)
    yield 400, visitor.get("/talent/?q=%00", secure=True)
    yield 400, visitor.get("/", secure=True, headers={"host": "evil.example"})
    yield 403, cleo.get("/requests/", secure=True)
    yield 403, strict.post("/account/login/", {}, secure=True)
    yield 404, visitor.get("/nothing-here/", secure=True)
    yield 404, cleo.get("/sent/7b0a0c5e-3f0e-4e2b-9d4e-0e6d3a0a1b2c/", secure=True)
    yield 405, cleo.post(reverse("sent"), secure=True)
    yield 413, cleo.post(thread, {"body": "a" * 70_000}, secure=True)
    yield 422, cleo.post(thread, {"body": ""}, secure=True)
    yield 500, cleo.get("/boom/", secure=True)
    yield 200, visitor.get("/static/css/tokens.css", secure=True)


def test_every_answer_has_every_header(world, https):
    for status, answer in answers(world):
        assert answer.status_code == status
        policy = answer.headers["Content-Security-Policy"]
        assert set(policy.split("; ")) == DIRECTIVES, status
        assert "unsafe" not in policy
        for name, value in HEADERS.items():
            assert answer.headers.get(name) == value, (status, name)


def test_nothing_private_is_kept_by_a_cache(world):
    pages = {
        "cleo": ["/sent/", "/can-i-write/", "/conversations/", "/settings/", "/settings/client/"],
        "finn": ["/requests/", "/door/", "/settings/profile/", "/talent/", "/account/sessions/"],
        "mona": ["/admin/", "/admin/messaging/flag/"],
    }

    for who, addresses in pages.items():
        for address in addresses:
            answer = browser(world, who).get(address)
            assert answer.status_code == 200, address
            assert "no-store" in answer["Cache-Control"], address
            assert "private" in answer["Cache-Control"], address
    refused = browser(world, "cleo").get("/requests/")
    assert "no-store" in refused["Cache-Control"]


def test_cookies_are_kept_from_scripts_other_sites_and_other_hosts(world, https):
    client = Client()

    client.get("/account/login/", secure=True)
    form = {"login": "cleo@people.example", "password": people.PASSWORD}
    client.post("/account/login/", form, secure=True)

    assert set(client.cookies) >= {"__Host-session", "__Host-csrf"}
    for name in ["__Host-session", "__Host-csrf"]:
        cookie = client.cookies[name]
        assert cookie["secure"] is True
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Lax"
        assert (cookie["path"], cookie["domain"]) == ("/", "")


@pytest.mark.parametrize("method", ["trace", "connect", "bogus"])
def test_methods_nobody_needs_do_nothing(world, method):
    answer = browser(world, "cleo").generic(method.upper(), "/sent/")

    assert answer.status_code in {403, 405}


@pytest.mark.parametrize(
    "address", ["/.git/config", "/static/", "/static/../manage.py", "/static/%2e%2e/manage.py",
                "/var/secret_key", "/db.sqlite3", "/.env", "/__debug__/"],
)  # fmt: skip
def test_no_file_that_is_not_meant_for_the_web(address, db):
    assert Client().get(address).status_code == 404


def test_a_fault_tells_nothing_about_itself(world, https):
    page = browser(world, "cleo").get("/boom/").content.decode()

    assert "a fault of ours" not in page
    assert "Traceback" not in page
    assert not now_set.DEBUG


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=services.production(dict(os.environ)) | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


TOLD = (
    "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, "
    "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, "
    "s.DEBUG)"
)


@pytest.mark.sqlite
def test_the_production_settings_are_these():
    """The fixture above says what production sets; here production says it."""
    done = manage("shell", "-v", "0", "-c", TOLD)

    assert done.stdout.split() == [
        "__Host-session", "__Host-csrf", "True", "True", "True", "31536000", "False",
    ], done.stderr  # fmt: skip


SIGN = "from django.core import signing; print(signing.dumps(7))"
READ = "from django.core import signing; print(signing.loads({!r}))"


@pytest.mark.sqlite
def test_what_the_key_before_has_signed_still_counts():
    before = "a-key-that-was-good-until-today-and-is-long-and-random-enough"
    signed = manage("shell", "-v", "0", "-c", SIGN, SECRET_KEY=before).stdout.strip()
    read = READ.format(signed)

    known = manage("shell", "-v", "0", "-c", read, SECRET_KEY_FALLBACKS=f"another-one,{before}")
    assert known.stdout == "7\n", known.stderr
    assert "BadSignature" in manage("shell", "-v", "0", "-c", read).stderr


@pytest.mark.sqlite
def test_djangos_own_check_finds_nothing_in_production():
    clean = manage("check", "--deploy", "--fail-level", "WARNING")
    assert clean.returncode == 0, clean.stderr

    weak = manage("check", "--deploy", "--fail-level", "WARNING", SECRET_KEY="short", DEBUG="true")
    assert weak.returncode != 0


@pytest.mark.sqlite
@pytest.mark.parametrize("name", ["SECRET_KEY", "ALLOWED_HOSTS", "REDIS_URL", "EMAIL_URL"])
def test_production_without_one_of_its_settings_does_not_start(name):
    done = manage("check", **{name: ""})

    assert done.returncode != 0
    assert f"{name} is not set." in done.stderr

"""A form that did not come from our page, in this browser, changes nothing."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.web.stage import FORMS, browser, changed, complete, form, rows

POSTED = [one for one in FORMS if one.method == "post"]

#: About no database: once is enough.
pytestmark = pytest.mark.sqlite


def patterns(resolver: URLResolver | None = None) -> list[URLPattern]:
    """Every route of the site, the desk's too."""
    found: list[URLPattern] = []
    for each in (resolver or get_resolver()).url_patterns:
        found += patterns(each) if isinstance(each, URLResolver) else [each]
    return found


def test_no_view_is_exempt():
    assert len(patterns()) > 80
    exempt = [one for one in patterns() if getattr(one.callback, "csrf_exempt", False)]

    # The desk answers any address below it that is none with "not found", and writes nothing. The
    # link in a mail is posted by mail programs, which bring no token but the sealed one it names.
    assert [one.callback.__name__ for one in exempt] == ["mail_off"]


@pytest.mark.parametrize("one", POSTED, ids=lambda one: one.name)
def test_without_our_token_nothing_happens(world, one):
    client, data = browser(world, one.who, enforce_csrf_checks=True), complete(world, one)
    address, before = one.address(world), rows()

    forged = [
        client.post(address, data),
        client.post(address, {**data, "csrfmiddlewaretoken": "a" * 64}),
        client.post(address, {**data, "csrfmiddlewaretoken": token_of_another()}),
        client.post(address, data, headers={"origin": "https://evil.example"}),
        client.post(address, data, content_type="text/plain"),
    ]

    assert [answer.status_code for answer in forged] == [403] * 5
    assert all("<h1>" in answer.content.decode() for answer in forged)
    assert changed(before) == set()


@pytest.mark.parametrize("one", POSTED, ids=lambda one: one.name)
def test_a_right_token_from_another_site_is_of_no_use(world, one):
    client, data = browser(world, one.who, enforce_csrf_checks=True), complete(world, one)
    data["csrfmiddlewaretoken"] = token(client)
    address, before = one.address(world), rows()

    for origin in ["https://evil.example", "null", "http://testserver.evil.example"]:
        assert client.post(address, data, headers={"origin": origin}).status_code == 403
    assert changed(before) == set()
    assert client.post(address, data, headers={"origin": "http://testserver"}).status_code == 303


OF_A_REQUEST = ["opening", "accepting", "undoing", "blocking", "unblocking", "checking"]


@pytest.mark.parametrize("name", ["block", "unblock", *OF_A_REQUEST])
def test_the_buttons_too(world, name):
    whose = world.waiting if name in OF_A_REQUEST else world.ida.client
    address, before = reverse(name, args=[whose.public_id]), rows()

    answer = browser(world, "finn", enforce_csrf_checks=True).post(address)

    assert answer.status_code == 403
    assert changed(before) == set()


def test_signing_somebody_out_takes_a_token(world):
    client = browser(world, "cleo", enforce_csrf_checks=True)

    client.get(reverse("account_logout"))
    assert client.post(reverse("account_logout")).status_code == 403

    assert client.get("/settings/").status_code == 200


def test_looking_changes_nothing_of_others(world):
    """A link that a stranger has somebody click does what looking does: nothing here."""
    client, before = browser(world, "finn"), rows()

    for name in ["block", "unblock"]:
        assert client.get(reverse(name, args=[world.ida.client.public_id])).status_code == 302
    for name in [*OF_A_REQUEST, "reply", "declining", "putting_off"]:
        assert client.get(reverse(name, args=[world.waiting.public_id])).status_code == 302
    for name in ["request", "flag"]:
        one = world.waiting.public_id if name == "request" else world.waiting.message.public_id
        assert client.get(reverse(name, args=[one])).status_code == 200
    for address in ["/", "/door/", "/requests/", "/settings/profile/", "/account/logout/"]:
        client.get(address)

    assert changed(before) == set()


def test_the_token_of_a_form_opened_before_signing_in_is_told_so(world):
    one = form("thread")
    client = browser(world, one.who, enforce_csrf_checks=True)

    page = client.post(one.address(world), one.good)

    assert "Nothing was changed" in page.content.decode()


def token(client: Client) -> str:
    """A token that is good in this browser."""
    page = client.get(reverse("policy"))
    if settings.CSRF_COOKIE_NAME not in client.cookies:
        page = client.get(reverse("account_login"))
    assert page.status_code in {200, 302, 303}
    return str(page.context["csrf_token"])


def token_of_another() -> str:
    return token(Client())

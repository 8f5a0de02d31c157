"""Every page in its main states: accessible, at home on a phone and a desk, by day and by night."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page

from accounts.clock import database_now
from accounts.models import Membership
from messaging.services.door import block_client
from messaging.services.requests import open_request
from tests import people
from tests.browser import HEIGHTS, AssertAccessible, PageAt, Scheme
from tests.messaging.letters import LETTER, reply, send, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = replace(LETTER, body="y" * 2000)
WAYS: list[tuple[int, Scheme]] = [(390, "light"), (1280, "dark")]
Open = Callable[[people.Person | None], Page]


@pytest.fixture
def opened(page_at: PageAt, live_server) -> Open:
    """A page on which the person is signed in; nobody: a visitor."""

    def signed_in(person: people.Person | None) -> Page:
        page = page_at(390)
        if person is not None:
            browser = Client()
            browser.force_login(people.login_of(person))
            name = settings.SESSION_COOKIE_NAME
            value = browser.cookies[name].value
            page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        return page

    return signed_in


@pytest.fixture
def examine(assert_accessible: AssertAccessible) -> Callable[[Page], None]:
    """Looks at the page as it stands on a phone by day, then at a desk by night."""

    def examined(page: Page) -> None:
        assert page.locator("h1").count() == 1, page.url
        for width, scheme in WAYS:
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            # Without motion, or axe may catch a colour half-way to the other scheme's.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert_accessible(page)
            across = page.evaluate("document.documentElement.scrollWidth")
            assert across <= width, f"{page.url} is {across} px wide on {width}"

    return examined


@pytest.fixture
def look(examine: Callable[[Page], None]) -> Callable[..., None]:
    """Opens each address and examines it."""

    def looked(page: Page, *addresses: str) -> None:
        for address in addresses:
            page.goto(address)
            examine(page)

    return looked


def test_what_a_visitor_sees(opened, look, finn):
    look(opened(None), "/talent/", "/talent/?q=nobody", f"/talent/{finn.slug}/", "/policy/")


def test_what_a_client_sees(opened, look, cleo: Membership, finn, olga):
    sam = people.freelancer("S" * 80)
    waiting = send(cleo, sam, content=LONG)
    talk = send(cleo, finn)
    answer = reply(finn, talk.conversation, "See https://example.com/" + "a" * 200)
    page = opened(cleo)
    look(page, "/talent/", "/talent/olga/", f"/talent/{sam.slug}/", "/talent/olga/message/")
    look(page, "/talent/finn/", "/sent/", f"/sent/{waiting.public_id}/", "/can-i-write/")
    look(page, "/conversations/", f"/conversations/{talk.conversation.public_id}/")
    look(page, f"/flags/{answer.public_id}/", "/settings/", "/settings/client/")


def test_a_refused_form(opened, examine, cleo: Membership, finn):
    page = opened(cleo)
    page.goto(f"/talent/{finn.slug}/message/")
    # The browser's own checks would keep the form from being sent at all.
    page.locator("main form").evaluate("form => form.noValidate = true")
    page.get_by_label("Your message").fill("Too short")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("Your message").input_value() == "Too short"
    examine(page)


def test_what_a_refused_client_sees(opened, look, nils, hana, petra, finn):
    look(
        opened(nils), "/can-i-write/", f"/talent/{finn.slug}/message/", "/sent/", "/conversations/"
    )
    look(opened(hana), "/can-i-write/")
    send(petra, finn)
    look(opened(petra), "/can-i-write/")


def test_what_a_freelancer_sees(opened, look, cleo: Membership, otto: Membership, finn, now):
    long_name = people.member(people.eligible_client(now, "L" * 120), "Lena")
    sealed, letter = send(otto, finn), send(long_name, finn, content=LONG)
    open_request(request=letter, clock=database_now)
    talk = send(cleo, finn, now=now - timedelta(days=2))
    reply(finn, talk.conversation, "y" * 2000)
    write(cleo, talk.conversation, "مرحبا")
    blocked = people.eligible_client(now, "Blocked & Sons")
    block_client(freelancer=finn, client=blocked, clock=database_now)
    page = opened(finn)
    look(page, "/requests/", f"/requests/{sealed.public_id}/", f"/requests/{letter.public_id}/")
    look(page, "/conversations/", f"/conversations/{talk.conversation.public_id}/")
    look(
        page, "/door/", f"/flags/{sealed.message.public_id}/", f"/flags/{letter.message.public_id}/"
    )
    look(page, cleo.client.get_absolute_url(), blocked.get_absolute_url())
    look(page, "/settings/", "/settings/profile/")


def test_what_a_new_freelancer_sees(opened, look, otto: Membership, olga):
    look(opened(olga), "/requests/", "/conversations/", "/door/")
    look(opened(otto), "/conversations/", "/conversations/?as=client")

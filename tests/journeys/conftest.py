"""What several journeys begin with."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Locator, Page

from accounts.models import FreelancerProfile
from tests import people
from tests.browser import PageAt
from tests.journeys.desk import ASKERS
from tests.messaging.letters import send


@pytest.fixture
def finns(page_at: PageAt, live_server, finn: FreelancerProfile, now) -> Page:
    """Finn's list, with five who wait: the newest is Client 4."""
    for number in range(ASKERS):
        send(people.member(people.eligible_client(now, f"Client {number}")), finn)
    browser = Client()
    browser.force_login(finn.user)
    page = page_at(1280)
    name = settings.SESSION_COOKIE_NAME
    value = browser.cookies[name].value
    page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    page.clock.install()
    page.goto("/requests/")
    return page


@pytest.fixture
def card(finns: Page) -> Callable[[int], Locator]:
    """The card of Client `number`."""
    return lambda number: finns.locator("#requests article", has_text=f"Client {number}")

"""The running site for tests about open pages, and a person's cookies for it."""

from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from playwright.sync_api import BrowserContext

from tests import people
from tests.browser import Watch
from tests.live.server import Reader, Site, serving


@pytest.fixture(scope="module")
def site(django_db_setup: None) -> Iterator[Site]:
    """One process for the module: the bell is rung as this pass has it, in the process (SQLite) or
    in Redis."""
    with serving(str(connection.settings_dict["NAME"]), settings.LIVE_URL) as running:
        yield running


@pytest.fixture
def cookies(db: None) -> Callable[[people.Person], str]:
    """`cookies(person)`: a new session of theirs, as a Cookie header."""

    def signed_in(person: people.Person) -> str:
        browser = Client()
        browser.force_login(people.login_of(person))
        return (
            f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
        )

    return signed_in


@pytest.fixture
def listen(site: Site) -> Iterator[Callable[..., Reader]]:
    """Opens streams, and closes them at the end."""
    opened: list[Reader] = []

    def reader(cookie: str = "", **options: str) -> Reader:
        opened.append(Reader(site, cookie, **options))
        return opened[-1]

    yield reader
    for each in opened:
        each.close()


@pytest.fixture
def browser_of(new_context, cookies, watch: Watch) -> Callable[..., BrowserContext]:
    """`browser_of(person, site)`: a browser in which they are signed in there."""

    def opened(person: people.Person, at: Site) -> BrowserContext:
        watch.host = urlsplit(at.url).netloc
        # Without motion, as axe would otherwise meet colours on their way.
        context: BrowserContext = new_context(
            base_url=at.url, viewport={"width": 1280, "height": 900}, reduced_motion="reduce"
        )
        name, value = cookies(person).split("=")
        context.add_cookies([{"name": name, "value": value, "url": at.url}])
        return context

    return opened

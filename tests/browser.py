"""Fixtures for the browser journeys: the machine's own Chromium, watched while it works.

Load it from the top conftest: `pytest_plugins = ["tests.browser"]`. A test that uses it carries
the marker `browser`.
"""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Page, Request, expect
from pytest_django.live_server_helper import LiveServer

from tests import services

Scheme = Literal["light", "dark"]
HEIGHTS = {390: 844, 1280: 900}
LOCAL_SCHEMES = {"data", "blob", "about"}
#: What the browser and htmx write about an answer that is a refusal, or that never came.
NOT_REACHED = (
    "Failed to load resource",
    "Response Status Error Code",
    "htmx:afterRequest",
    "htmx:responseError",
    "htmx:sendAbort",
    "htmx:sendError",
    "htmx:timeout",
)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let Django's database be used in the thread that also runs Playwright's event loop.

    Only a run that has browser tests in it: elsewhere Django's refusal finds real mistakes.
    """
    if any(item.get_closest_marker("browser") for item in session.items):
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


# A busy machine is no mistake of the page: what comes, comes within this many milliseconds.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """How Playwright starts the browser: the Chromium that is installed here, none downloaded."""
    found = services.chromium()
    if not found:
        pytest.skip("no Chromium found")
    return {**browser_type_launch_args, "executable_path": found}


@dataclass
class Watch:
    """What a well-behaved page never does, noted while a test's browser contexts are open."""

    host: str
    off_host: list[str] = field(default_factory=list)
    blocked_by_csp: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    script_errors: list[str] = field(default_factory=list)
    console_errors: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Watch every page of one browser context from now on."""
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("dialog", self._dialog)
        context.on("weberror", lambda problem: self.script_errors.append(str(problem.error)))

    def complaints(self) -> list[str]:
        """One readable line for each thing noted."""
        noted = {
            "asked another host": self.off_host,
            "was stopped by the content security policy": self.blocked_by_csp,
            "opened a dialog": self.dialogs,
            "had a script error": self.script_errors,
            "wrote an error to the console": self.console_errors,
        }
        return [f"A page {what}: {detail}" for what, each in noted.items() for detail in each]

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in LOCAL_SCHEMES and address.netloc != self.host:
            self.off_host.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text:
            self.blocked_by_csp.append(message.text)
        elif message.type == "error" and not message.text.startswith(NOT_REACHED):
            self.console_errors.append(message.text)

    def _dialog(self, dialog: Dialog) -> None:
        self.dialogs.append(f"{dialog.type}: {dialog.message}")
        dialog.dismiss()


@pytest.fixture
def watch(live_server: LiveServer) -> Iterator[Watch]:
    """The notes on everything the test's pages did; anything left in them fails the test.

    A test that expects one of them (a page that prints, say) clears that list itself. A test
    with a server of its own sets `watch.host` first.
    """
    notes = Watch(host=urlsplit(live_server.url).netloc)
    yield notes
    if notes.complaints():
        pytest.fail("\n".join(notes.complaints()), pytrace=False)


@pytest.fixture
def new_context(
    new_context: Callable[..., BrowserContext], watch: Watch
) -> Callable[..., BrowserContext]:
    """Playwright's maker of contexts, so that `page`, `context` and `page_at` are all watched."""

    def watched(**options: Any) -> BrowserContext:
        context = new_context(**options)
        watch.over(context)
        return context

    return watched


class PageAt(Protocol):
    """Opens a page `width` CSS pixels wide; further options go to the browser context."""

    def __call__(self, width: int, scheme: Scheme = "light", **options: Any) -> Page: ...


@pytest.fixture
def page_at(new_context: Callable[..., BrowserContext], live_server: LiveServer) -> PageAt:
    """Opens pages of the live server in a context of their own: a phone (390), a desk (1280).

    Each call is another person's browser, signed out. Addresses may be relative: `goto("/")`.
    """

    def opened(width: int, scheme: Scheme = "light", **options: Any) -> Page:
        chosen = {
            "base_url": live_server.url,
            "viewport": {"width": width, "height": HEIGHTS.get(width, 900)},
            "color_scheme": scheme,
            **options,
        }
        return new_context(**chosen).new_page()

    return opened


class AssertAccessible(Protocol):
    """Fails with every violation axe finds on `page`. `leave_out` names rules not to apply."""

    def __call__(self, page: Page, *, leave_out: tuple[str, ...] = ()) -> None: ...


@pytest.fixture(scope="session")
def assert_accessible() -> AssertAccessible:
    """Runs all of axe's rules on a page as it stands and prints each violation with its places."""
    axe = Axe()

    def checked(page: Page, *, leave_out: tuple[str, ...] = ()) -> None:
        options = {
            "resultTypes": ["violations"],
            "rules": {rule: {"enabled": False} for rule in leave_out},
        }
        violations = axe.run(page, options=options).response["violations"]
        if violations:
            pytest.fail("\n".join([f"{page.url} is not accessible:", *told(violations)]))

    return checked


def told(violations: list[dict[str, Any]]) -> Iterator[str]:
    """The lines a person needs to mend each violation: the rule, then each element and why."""
    for violation in violations:
        yield f"- {violation['id']} ({violation['impact']}): {violation['help']}"
        for node in violation["nodes"]:
            yield f"    {node['html']}"
            yield f"    at {node['target']}: {' '.join(node['failureSummary'].split())}"

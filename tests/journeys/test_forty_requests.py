"""Forty strangers wait: done in two minutes, without a word of theirs that was not asked for."""

import time
from collections.abc import Callable
from datetime import datetime

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, Response, expect

from accounts.models import FreelancerProfile
from marketplace.demo import crowd
from messaging.models import ContactRequest
from tests import people
from tests.browser import PageAt

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FORTY = 40
TWO_MINUTES = 120  # seconds
A_GLANCE = 100  # milliseconds, less than a person needs to read a dialog
#: Of every ten: a few yes, a block, one for later, the rest no.
ANSWERS = "nannbnnlnn"


@pytest.fixture
def wanda(db: None, now: datetime) -> FreelancerProfile:
    """A freelancer to whom forty clients have written, as in the demo."""
    for name in ("Sam", "Mei", "Noor", "Jonas", "Lucia", "Kwame"):
        people.freelancer(name)
    wanda = people.freelancer("Wanda")
    crowd.gather(wanda, FORTY, now, password="!")
    return wanda


@pytest.fixture
def said(wanda: FreelancerProfile) -> list[str]:
    """What only the letters say: the middle of each."""
    return [request.message.body[10:60] for request in wanda.requests.select_related("message")]


@pytest.fixture
def at_home(
    page_at: PageAt, live_server, wanda: FreelancerProfile
) -> Callable[[int], tuple[Page, list[str]]]:
    """Wanda's browser on her requests, and the text of every answer it gets."""

    def opened(width: int) -> tuple[Page, list[str]]:
        page, heard = page_at(width), []
        browser = Client()
        browser.force_login(wanda.user)
        name = settings.SESSION_COOKIE_NAME
        value = browser.cookies[name].value
        page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])

        def hear(response: Response) -> None:
            if "text/html" in response.headers.get("content-type", "") and response.status < 300:
                heard.append(response.text())

        page.on("response", hear)
        page.goto("/requests/")
        return page, heard

    return opened


def states(wanda: FreelancerProfile) -> list[str]:
    return list(wanda.requests.order_by("-sent_at").values_list("state", flat=True))


def clear_by_keys(page: Page) -> int:
    """Answer every card; how many keys it took."""
    keys, answered = 0, 0

    def press(key: str) -> None:
        nonlocal keys
        keys += 1
        page.keyboard.press(key)

    cards = page.locator("#requests article")
    while answered < FORTY:
        left = cards.count()
        press("j")
        for _ in range(left):
            answer = ANSWERS[answered % len(ANSWERS)]
            press(answer)
            if answer == "l":
                # The dialog opens on its first choice: a week.
                expect(page.locator("dialog[open] button:focus")).to_be_visible()
                press("Enter")
            left, answered = left - 1, answered + 1
            expect(cards).to_have_count(left)
        expect(page.locator("#all-done a")).to_be_focused()
        press("Enter")
        expect(page.locator("#requests, .empty").first).to_be_visible()
        page.wait_for_load_state()
    return keys


@pytest.mark.parametrize("width", [390, 1280])
def test_cleared_by_keys_alone(wanda, said, at_home, width, record_property):
    page, heard = at_home(width)
    began = time.monotonic()

    keys = clear_by_keys(page)

    seconds = time.monotonic() - began
    told = f"{FORTY} requests by {keys} keys in {seconds:.0f} s at {width} px"
    record_property("told", told)
    print(told)
    assert set(states(wanda)) <= {"accepted", "declined", "put_off", "waiting"}
    waiting = wanda.requests.filter(state="waiting").values_list("client", flat=True)
    assert set(waiting) == set(wanda.blocks.values_list("client", flat=True))
    assert len(waiting) == ANSWERS.count("b") * FORTY // len(ANSWERS)
    assert keys <= 2 * FORTY
    assert seconds < TWO_MINUTES
    assert_sealed(said, heard)


@pytest.mark.parametrize("width", [390, 1280])
def test_cleared_at_once(wanda, said, at_home, width, record_property):
    page, heard = at_home(width)
    began = time.monotonic()

    page.get_by_label("Tick all 40").check()
    page.locator("#selection button[value='decline']").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("40")
    page.locator("main form button[type='submit']").first.click()
    expect(page.get_by_text("40", exact=False).first).to_be_visible()
    page.wait_for_load_state()

    told = f"{FORTY} requests by 3 presses in {time.monotonic() - began:.0f} s at {width} px"
    record_property("told", told)
    print(told)
    assert states(wanda) == ["declined"] * FORTY
    assert_sealed(said, heard)


def test_what_was_sealed_is_read_only_when_opened(wanda, said, at_home):
    """The premise of the others: a letter that is opened is heard."""
    page, heard = at_home(1280)

    page.keyboard.press("j")
    page.keyboard.press("o")
    expect(page.locator(".letter")).to_be_visible()

    newest = ContactRequest.objects.select_related("message").latest("sent_at")
    letter = newest.message.body[10:60].replace("'", "&#x27;")
    # A page is seen a moment before its text is told to who listens.
    for _ in range(50):
        if letter in "".join(heard):
            break
        page.wait_for_timeout(100)
    assert letter in "".join(heard)
    assert newest.opened_at or ContactRequest.objects.exclude(opened_at=None).count() == 1


def assert_sealed(said: list[str], heard: list[str]) -> None:
    texts = "".join(heard)
    assert len(heard) > 2
    for letter in said:
        assert letter not in texts
        assert letter.replace("'", "&#x27;") not in texts

"""The desk of requests in a real browser while its stream tells it of its own answers."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

from accounts.clock import database_now
from messaging.models import ContactRequest
from messaging.services import answers
from tests import people
from tests.live.server import Site
from tests.messaging.letters import send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ASKERS = 6
A_WHILE = 0.7  # seconds, longer than a look after the stream's word takes
Card = Callable[[int], Locator]


@pytest.fixture
def desk(site: Site, browser_of: Callable[..., BrowserContext], finn, now) -> Page:
    """Finn's desk, with some who wait: the newest is Client 5. Its stream has begun to speak."""
    for number in range(ASKERS):
        send(people.member(people.eligible_client(now, f"Client {number}")), finn)
    page = browser_of(finn, site).new_page()
    page.clock.install()
    with page.expect_response("**/live/requests/**"):
        page.goto("/requests/")
    return page


@pytest.fixture
def place(desk: Page) -> Callable[[int], Locator]:
    """Where the card of Client `number` is, or its row."""
    return lambda number: desk.locator("#requests li", has_text=f"Client {number}")


def row(place: Locator) -> Locator:
    return place.locator(".request-row")


def late(route: Route) -> None:
    """The site has done it; the page hears of it after a while."""
    response = route.fetch()
    time.sleep(A_WHILE)
    route.fulfill(response=response)


def look_again(desk: Page) -> None:
    """Until the page has looked once more, whatever it was told meanwhile."""
    desk.clock.run_for(1_000)
    with desk.expect_response("**/live/requests/**"):
        desk.evaluate("htmx.trigger(document.body, 'live')")
    desk.clock.run_for(1_000)


@pytest.mark.parametrize("slow", ["answers", "looks", "nothing"])
def test_answers_are_taken_back_the_last_first(desk: Page, place, slow: str):
    if slow != "nothing":
        desk.route("**/live/requests/**" if slow == "looks" else "**/declining/", late)
        desk.route("**/live/requests/**" if slow == "looks" else "**/accepting/", late)
    desk.keyboard.press("j")
    desk.keyboard.press("j")
    for number, key in ((4, "a"), (3, "n"), (2, "l"), (1, "b")):
        desk.keyboard.press(key)
        if key == "l":
            expect(desk.locator("dialog[open] button:focus")).to_be_visible()
            desk.keyboard.press("Enter")
        expect(row(place(number))).to_be_visible()
        look_again(desk)
        expect(place(number - 1).get_by_role("article")).to_be_focused()
    for number in (1, 2, 3, 4):
        desk.keyboard.press("u")
        expect(place(number).get_by_role("article")).to_be_focused()
        look_again(desk)
        expect(desk.locator("#requests .request-row")).to_have_count(4 - number)
    assert not ContactRequest.objects.exclude(state="waiting").exists()


def test_the_half_minute_runs_and_what_was_told_is_tidied_away(desk: Page, place):
    place(5).get_by_role("button", name="No thanks").first.click()
    look_again(desk)
    said = row(place(5))
    desk.clock.run_for(5_000)
    expect(said).to_contain_text("told in 2")
    desk.clock.fast_forward(26_000)
    expect(said).to_contain_text("They have been told.")
    expect(said.get_by_role("button", name="Undo")).to_have_count(0)
    place(4).get_by_role("button", name="Accept").click()
    expect(row(place(4))).to_be_visible()
    expect(place(5)).to_have_count(0)


def test_undo_keeps_the_focus_while_the_page_looks(desk: Page, place):
    place(5).get_by_role("button", name="No thanks").first.click()
    undo = row(place(5)).get_by_role("button", name="Undo")
    undo.focus()
    look_again(desk)
    expect(undo).to_be_focused()
    desk.clock.fast_forward(31_000)
    expect(place(4).get_by_role("article")).to_be_focused()


def test_a_card_in_focus_is_left_until_one_has_moved_on(desk: Page, place):
    asked = ContactRequest.objects.get(client__name="Client 3")
    place(3).get_by_role("article").focus()
    member = asked.client.memberships.get()
    answers.withdraw_request(request=asked, member=member, clock=database_now)
    look_again(desk)
    expect(place(3).get_by_role("article")).to_be_focused()
    desk.keyboard.press("j")
    look_again(desk)
    expect(row(place(3))).to_contain_text("They took it back")
    expect(place(2).get_by_role("article")).to_be_focused()


def test_what_another_browser_answered_says_how_long_it_can_be_taken_back(desk: Page, finn, place):
    asked = ContactRequest.objects.get(client__name="Client 3")
    answers.decline_request(request=asked, freelancer=finn, clock=database_now)
    said = row(place(3))
    look_again(desk)
    expect(said).to_contain_text("They will be told in")
    desk.clock.fast_forward(31_000)
    expect(said).to_contain_text("They have been told.")

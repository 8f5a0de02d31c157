"""Where there is room, a request is read beside the list."""

import pytest
from playwright.sync_api import Page, expect

from messaging.models import ContactRequest
from tests.journeys.desk import ASKERS, press, states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def beside(finns: Page):
    return finns.locator("#opened")


def test_a_request_is_opened_and_answered_beside_the_list(finns: Page, card, beside):
    press(finns, "j j o")
    expect(beside.locator(".letter")).to_be_visible()
    assert finns.url.endswith("/requests/")
    expect(beside.locator("article").first).to_be_focused()
    expect(finns).to_have_title("(4) Requests · Threshold")
    expect(card(3)).to_have_attribute("aria-current", "true")
    expect(card(3).get_by_role("link", name="Read")).to_be_visible()
    expect(finns.locator("#requests article[aria-current]")).to_have_count(1)
    press(finns, "n")
    expect(finns.locator("#requests .request-row")).to_contain_text("Client 3")
    expect(card(2)).to_be_focused()
    expect(beside.locator(".letter")).to_have_count(0)
    expect(beside).to_contain_text("stands here")
    press(finns, "u")
    expect(card(3)).to_be_focused()
    assert states() == ["waiting"] * ASKERS


def test_keys_go_on_from_the_card_of_what_is_read(finns: Page, card, beside):
    press(finns, "j j o")
    expect(beside.locator("article").first).to_be_focused()
    press(finns, "x j")
    expect(card(3).get_by_role("checkbox")).to_be_checked()
    expect(card(2)).to_be_focused()
    expect(beside.locator(".letter")).to_be_visible()
    press(finns, "k o")
    expect(beside.locator("article").first).to_be_focused()
    press(finns, "Escape")
    expect(card(3)).to_be_focused()
    expect(beside.locator(".letter")).to_have_count(0)


def test_a_name_shows_the_request_under_its_seal(finns: Page, card, beside, assert_accessible):
    card(4).get_by_role("heading").get_by_role("link").click()
    expect(beside.get_by_role("heading", name="Why they could write")).to_be_visible()
    assert not ContactRequest.objects.exclude(opened_at=None).exists()
    assert_accessible(finns)
    beside.get_by_role("button", name="Check this again").click()
    expect(beside.get_by_role("status")).to_contain_text("Checked again just now")
    beside.get_by_role("button", name="Open").click()
    expect(beside.locator(".letter")).to_be_visible()
    assert_accessible(finns)
    beside.get_by_role("link", name="On a page of its own").click()
    finns.wait_for_url("**/requests/*-*/")


def test_a_question_from_beside_the_list(finns: Page, card, beside):
    press(finns, "j o")
    expect(beside.locator("article").first).to_be_focused()
    press(finns, "l")
    asked = finns.get_by_role("dialog")
    asked.get_by_role("button").first.click()
    expect(finns.locator("#requests .request-row")).to_contain_text("Client 4")
    expect(asked).to_have_count(0)
    expect(beside.locator(".letter")).to_have_count(0)


def test_a_reply_from_beside_the_list(finns: Page, beside):
    press(finns, "j o")
    expect(beside.locator(".letter")).to_be_visible()
    beside.get_by_label("Reply", exact=True).fill("Gladly, on Monday.")
    beside.get_by_role("button", name="Reply and accept").click()
    finns.wait_for_url("**/conversations/**")
    expect(finns.get_by_text("Gladly, on Monday.")).to_be_visible()


def test_offline_the_list_stays_and_says_so(finns: Page, beside):
    press(finns, "j")
    finns.context.set_offline(True)
    press(finns, "o")
    expect(finns.get_by_role("alert")).to_be_visible()
    finns.context.set_offline(False)
    finns.locator("#requests article").first.focus()
    press(finns, "o")
    expect(beside.locator(".letter")).to_be_visible()


def test_on_a_narrow_screen_and_in_another_tab_it_is_a_page(finns: Page, card, beside):
    with finns.context.expect_page() as other:
        card(4).get_by_role("heading").get_by_role("link").click(modifiers=["Control"])
    expect(other.value.get_by_role("heading", level=1)).to_be_visible()
    expect(beside.locator("article")).to_have_count(0)
    finns.set_viewport_size({"width": 1000, "height": 900})
    expect(beside).to_be_hidden()
    press(finns, "j o")
    finns.wait_for_url("**/requests/*-*/")
    expect(finns.locator(".letter")).to_be_visible()

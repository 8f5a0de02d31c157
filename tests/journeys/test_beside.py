"""Where there is room, a request is read beside the list."""

import pytest
from playwright.sync_api import Page, expect

from accounts.clock import database_now
from messaging.models import ContactRequest
from messaging.services.answers import decline_request, undo_answer
from tests.journeys.desk import ASKERS, press, states

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def beside(finns: Page):
    return finns.locator("#opened")


def look(finns: Page) -> None:
    """The page hears that something changed, as from its stream."""
    finns.evaluate("htmx.trigger(document.body, 'live')")


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
    words = beside.get_by_label("Reply", exact=True)
    words.fill("y" * 2001)
    beside.get_by_role("button", name="Reply and accept").click()
    expect(beside.locator(".problems")).to_be_focused()
    expect(words).to_have_value("y" * 2001)
    expect(finns.locator("#requests article")).to_have_count(ASKERS)
    words.fill("Gladly, on Monday.")
    beside.get_by_role("button", name="Reply and accept").click()
    finns.wait_for_url("**/conversations/**")
    expect(finns.get_by_text("Gladly, on Monday.")).to_be_visible()
    assert finns.evaluate("Object.keys(localStorage).filter(name => name.includes('draft'))") == []
    finns.go_back()
    expect(finns.locator("#requests")).to_be_visible()


def test_a_draft_is_discarded_beside_the_list(finns: Page, beside):
    press(finns, "j o")
    words = beside.get_by_label("Reply", exact=True)
    words.fill("Perhaps.")
    beside.get_by_role("button", name="Discard draft").click()
    expect(words).to_have_value("")
    expect(finns.locator("#requests article")).to_have_count(ASKERS)


def test_what_was_typed_before_accepting_is_in_the_conversation(finns: Page, beside):
    press(finns, "j o")
    beside.get_by_label("Reply", exact=True).press_sequentially("On Monday")
    beside.get_by_role("button", name="Accept", exact=False).first.click()
    finns.locator(".request-row").get_by_role("link", name="Conversation").click()
    expect(finns.locator("textarea[name='body']")).to_have_value("On Monday")


def test_a_late_answer_takes_neither_place_nor_focus(finns: Page, card, beside):
    held = []
    first = ContactRequest.objects.get(client__name="Client 4")
    finns.route(f"**/requests/{first.public_id}/", lambda asked: held.append(asked))
    card(4).get_by_role("heading").get_by_role("link").click()
    card(3).get_by_role("heading").get_by_role("link").click()
    expect(beside.get_by_role("heading", name="Client 3")).to_be_visible()
    card(2).focus()
    held[0].continue_()
    finns.wait_for_timeout(500)
    expect(beside.get_by_role("heading", name="Client 3")).to_be_visible()
    expect(card(2)).to_be_focused()
    finns.unroute_all()
    finns.route(f"**/requests/{first.public_id}/", lambda asked: held.append(asked))
    card(4).get_by_role("heading").get_by_role("link").click()
    press(finns, "Escape")
    card(1).focus()
    held[1].continue_()
    finns.wait_for_timeout(500)
    expect(beside).to_contain_text("stands here")
    expect(card(1)).to_be_focused()


def test_what_is_opened_and_closed_before_it_comes_is_opened(finns: Page, card, beside):
    held = []
    finns.route("**/opening/", lambda asked: held.append(asked))
    press(finns, "j o Escape j")
    expect(card(3)).to_be_focused()
    held[0].continue_()
    expect(card(4).get_by_role("link", name="Read")).to_be_visible()
    expect(beside).to_contain_text("stands here")
    expect(card(3)).to_be_focused()


def test_a_late_refusal_leaves_what_is_read_now(finns: Page, card, beside):
    held = []
    finns.route("**/reply/", lambda sent: held.append(sent))
    press(finns, "j o")
    beside.get_by_label("Reply", exact=True).fill("y" * 2001)
    beside.get_by_role("button", name="Reply and accept").click()
    card(3).get_by_role("heading").get_by_role("link").click()
    expect(beside.get_by_role("heading", name="Client 3")).to_be_visible()
    held[0].continue_()
    expect(finns.locator("#not-sent")).to_be_visible()
    expect(beside.get_by_role("heading", name="Client 3")).to_be_visible()
    card(4).get_by_role("link", name="Read").click()
    expect(beside.get_by_label("Reply", exact=True)).to_have_value("y" * 2001)


def test_what_is_ticked_stays_ticked(finns: Page, card, beside):
    card(4).get_by_role("checkbox").check()
    card(3).get_by_role("checkbox").check()
    press(finns, "o")
    expect(beside.locator(".letter")).to_be_visible()
    expect(card(3).get_by_role("checkbox")).to_be_checked()
    expect(finns.locator("#ticked")).to_have_text("2")
    card(1).get_by_role("checkbox").click(modifiers=["Shift"])
    expect(finns.locator("#ticked")).to_have_text("4")


def test_what_was_answered_and_taken_back_is_opened(finns: Page, card, beside):
    press(finns, "j n")
    expect(finns.locator(".request-row")).to_have_count(1)
    press(finns, "u")
    expect(card(4)).to_be_focused()
    press(finns, "o")
    expect(beside.locator(".letter")).to_be_visible()
    expect(card(4).get_by_role("link", name="Read")).to_be_visible()


def test_escape_closes_it_unless_one_types(finns: Page, card, beside):
    press(finns, "Escape j o")
    expect(beside.locator(".letter")).to_be_visible()
    beside.get_by_label("Reply", exact=True).press("Escape")
    expect(beside.locator(".letter")).to_be_visible()
    beside.locator(".letter").click()
    press(finns, "j Escape")
    expect(beside).to_contain_text("stands here")
    expect(card(3)).to_be_focused()


def test_what_is_answered_elsewhere_while_it_is_read(finns: Page, finn, card, beside):
    press(finns, "j o")
    expect(beside.locator(".letter")).to_be_visible()
    beside.get_by_label("Reply", exact=True).fill("Perhaps.")
    asked = ContactRequest.objects.get(client__name="Client 4")
    decline_request(request=asked, freelancer=finn, clock=database_now)
    look(finns)
    expect(beside.get_by_role("alert")).to_have_text("Declined.")
    expect(beside.locator(".letter")).to_be_visible()
    expect(beside.get_by_role("button", name="Accept", exact=True)).to_have_count(0)
    expect(beside.get_by_role("button", name="Reply and accept")).to_have_count(0)
    expect(beside.get_by_label("Reply", exact=True)).to_have_value("Perhaps.")
    expect(beside).not_to_contain_text("can be taken back")
    beside.locator(".letter").click()
    press(finns, "Escape")
    expect(
        finns.locator("#requests .request-row").get_by_role("button", name="Undo")
    ).to_be_focused()


@pytest.mark.parametrize("where", ["here", "elsewhere"])
def test_what_was_answered_elsewhere_and_taken_back_waits_again(
    finns: Page, finn, card, beside, where
):
    press(finns, "j o")
    expect(beside.locator(".letter")).to_be_visible()
    asked = ContactRequest.objects.get(client__name="Client 4")
    decline_request(request=asked, freelancer=finn, clock=database_now)
    look(finns)
    expect(beside.get_by_role("alert")).to_have_text("Declined.")
    if where == "here":
        finns.locator("#requests .request-row").get_by_role("button", name="Undo").click()
    else:
        undo_answer(request=asked, freelancer=finn, clock=database_now)
        look(finns)
    expect(card(4).get_by_role("button", name="Accept")).to_be_visible()
    expect(beside.get_by_role("button", name="Accept", exact=False).first).to_be_visible()
    expect(beside.get_by_role("alert")).to_have_count(0)
    expect(finns.locator("#all")).to_have_attribute("data-count", str(ASKERS))


@pytest.mark.parametrize("part", ["Client 4", "No thanks, with a line · Client 4"])
def test_signed_out_meanwhile_it_leads_to_sign_in(finns: Page, card, part: str):
    finns.context.clear_cookies()
    card(4).get_by_role("link", name=part, exact=True).click()
    finns.wait_for_url("**/account/login/**")


def test_offline_the_list_stays_and_says_so(finns: Page, beside):
    press(finns, "j j j j")
    finns.context.set_offline(True)
    press(finns, "o")
    expect(finns.locator("#not-sent")).to_be_in_viewport()
    finns.context.set_offline(False)
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

"""The list of requests by keys and mouse: ticks, undo, and what goes wrong on the way."""

import pytest
from playwright.sync_api import Page, expect

from accounts.clock import database_now
from messaging.models import ContactRequest
from messaging.services.answers import decline_request
from tests.journeys.desk import ASKERS, press, states
from tests.messaging.letters import send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_keys_move_answer_and_take_back(finns: Page, card):
    press(finns, "j j k j")
    expect(card(3)).to_be_focused()
    outline = card(3).evaluate("card => getComputedStyle(card).outlineStyle")
    assert outline == "solid"
    press(finns, "n")
    expect(card(2)).to_be_focused()
    expect(finns.locator("#said")).to_have_text(
        "Client 3: Declined. They will be told in 30 seconds."
    )
    expect(finns).to_have_title("(4) Requests · Threshold")
    press(finns, "u")
    expect(card(3)).to_be_focused()
    expect(finns).to_have_title("(5) Requests · Threshold")
    assert states() == ["waiting"] * ASKERS


def test_a_row_says_when_they_were_told_and_leaves_with_the_next_act(finns: Page):
    press(finns, "j a")
    row = finns.locator(".request-row")
    expect(row).to_contain_text("Accepted. They will be told in 30 seconds.")
    finns.clock.fast_forward(31_000)
    expect(row).to_contain_text("They have been told.")
    expect(row.get_by_role("button", name="Undo")).to_have_count(0)
    press(finns, "n")
    expect(row).to_have_count(1)
    expect(row).to_contain_text("Declined.")


def test_keys_are_letters_where_one_types_and_nothing_with_a_modifier(finns: Page):
    press(finns, "j /")
    expect(finns.get_by_role("searchbox")).to_be_focused()
    finns.keyboard.type("nab")
    expect(finns.get_by_role("searchbox")).to_have_value("nab")
    finns.locator("#requests article").first.focus()
    press(finns, "Control+b Alt+n Shift+A")
    press(finns, "l")
    expect(finns.get_by_role("dialog")).to_be_visible()
    press(finns, "n b")
    expect(finns.get_by_role("dialog")).to_be_visible()
    assert states() == ["waiting"] * ASKERS


def test_keys_are_listed_and_switched_off_for_good(finns: Page, card):
    press(finns, "?")
    listed = finns.get_by_role("dialog", name="Keys on this page")
    expect(listed).to_be_visible()
    listed.get_by_role("switch").uncheck()
    press(finns, "Escape j n")
    finns.reload()
    press(finns, "j n ?")
    expect(finns.get_by_role("dialog")).to_have_count(0)
    assert states() == ["waiting"] * ASKERS
    finns.get_by_role("button", name="Keys").click()
    listed.get_by_role("switch").check()
    press(finns, "Escape j")
    expect(card(4)).to_be_focused()


def test_ticks_reach_from_one_to_the_other(finns: Page, card):
    count = finns.locator("#ticked")
    bar = finns.locator("#selection")
    expect(bar).to_be_hidden()
    press(finns, "j x j j Shift+X")
    expect(count).to_have_text("3")
    bar.get_by_role("button", name="Clear").click()
    expect(bar).to_be_hidden()
    card(1).get_by_role("checkbox").click()
    card(3).get_by_role("checkbox").click(modifiers=["Shift"])
    expect(count).to_have_text("3")
    expect(card(4).get_by_role("checkbox")).not_to_be_checked()
    finns.get_by_label("Tick all 5").check()
    expect(count).to_have_text("5")
    card(0).get_by_role("checkbox").uncheck()
    expect(finns.get_by_label("Tick all 5")).not_to_be_checked()
    expect(count).to_have_text("4")
    bar.get_by_role("button", name="Block").click()
    expect(finns.get_by_role("heading", level=1)).to_have_text("Block 4 clients?")


def test_the_box_for_all_counts_what_is_left(finns: Page, finn, otto, card):
    every = finns.locator(".tick-all")
    expect(every).to_have_text("Tick all 5")
    press(finns, "j")
    for left in (4, 3, 2):
        press(finns, "n")
        expect(finns.locator("#requests article")).to_have_count(left)
    expect(every).to_have_text("Tick all 2")
    every.click()
    expect(finns.locator("#ticked")).to_have_text("2")
    press(finns, "j n")
    expect(every).to_have_text("Tick the one here")
    expect(finns.locator("#ticked")).to_have_text("1")
    press(finns, "n")
    expect(every).to_be_hidden()
    expect(finns.locator("#selection")).to_be_hidden()
    press(finns, "u")
    expect(every).to_have_text("Tick the one here")
    expect(every.get_by_role("checkbox")).not_to_be_checked()
    send(otto, finn)
    finns.evaluate("htmx.trigger(document.body, 'live')")
    finns.get_by_role("link", name="1 new request").click()
    expect(every).to_have_text("Tick all 2")


def test_what_was_answered_at_once_is_taken_back_at_once(finns: Page):
    finns.get_by_label("Tick all 5").check()
    finns.locator("#selection").get_by_role("button", name="No thanks").click()
    finns.get_by_role("button", name="No thanks to all 5").click()
    finns.goto("/requests/")
    row = finns.locator(".undo-all")
    expect(row).to_contain_text("The first of them will be told in")
    row.get_by_role("button", name="Undo all 5").click()
    expect(finns.get_by_role("heading", level=1)).to_contain_text("5")
    assert states() == ["waiting"] * ASKERS


def test_all_are_taken_back_only_while_none_is_told(finns: Page):
    press(finns, "j")
    for answered in (1, 2):
        press(finns, "n")
        expect(finns.locator(".request-row")).to_have_count(answered)
    finns.goto("/requests/")
    row = finns.locator(".undo-all")
    expect(row.get_by_role("button", name="Undo all 2")).to_be_visible()
    finns.clock.fast_forward(31_000)
    expect(row).to_contain_text("The first of them have been told.")
    expect(row.get_by_role("button")).to_have_count(0)


def test_a_double_click_answers_one(finns: Page, card):
    card(4).get_by_role("button", name="No thanks").dblclick()
    expect(finns.locator(".request-row")).to_have_count(1)
    finns.wait_for_timeout(300)
    assert sorted(states()) == ["declined"] + ["waiting"] * (ASKERS - 1)


def test_what_another_tab_has_answered_is_told(finns: Page, finn, card):
    asked = ContactRequest.objects.get(client__name="Client 4")
    # The page does not hear of it before the button is pressed: neither by a look that comes, nor
    # by the first one, which is perhaps on its way.
    finns.route("**/live/requests/*", lambda look: look.fulfill(status=204))
    with finns.expect_response("**/live/requests/*"):
        finns.reload()
    decline_request(request=asked, freelancer=finn, clock=database_now)
    card(4).get_by_role("button", name="Accept").click()
    expect(finns.locator(".request-row")).to_contain_text("Declined.")
    assert "accepted" not in states()


def test_offline_nothing_is_lost_and_it_is_said(finns: Page, card):
    finns.context.set_offline(True)
    press(finns, "j n")
    expect(finns.get_by_role("alert")).to_contain_text("nothing was done")
    expect(card(4)).to_be_visible()
    finns.context.set_offline(False)
    card(4).get_by_role("button", name="No thanks").click()
    expect(finns.locator(".request-row")).to_be_visible()
    expect(finns.get_by_role("alert")).to_have_count(0)


def test_offline_a_question_stays_open_with_what_was_typed(finns: Page, card):
    card(4).get_by_role("link", name="No thanks, with a line").click()
    line = finns.get_by_label("Or a line of your own")
    line.fill("In spring.")
    finns.context.set_offline(True)
    finns.get_by_role("button", name="No thanks, with this line").click()
    expect(finns.get_by_role("dialog").get_by_role("alert")).to_be_visible()
    expect(line).to_have_value("In spring.")
    finns.context.set_offline(False)
    finns.get_by_role("button", name="No thanks, with this line").click()
    expect(finns.locator(".request-row")).to_contain_text("In spring.")
    expect(finns.get_by_role("dialog")).to_have_count(0)


def test_who_was_signed_out_meanwhile_is_led_to_sign_in(finns: Page, card):
    finns.context.clear_cookies()
    card(4).get_by_role("button", name="No thanks").click()
    finns.wait_for_url("**/account/login/**")


def test_after_the_last_card_there_is_a_way_on(finns: Page):
    press(finns, "j")
    for left in range(ASKERS, 0, -1):
        expect(finns.locator("#requests article")).to_have_count(left)
        press(finns, "n")
    on = finns.get_by_role("link", name="Look once more")
    expect(on).to_be_focused()
    on.click()
    expect(finns.get_by_role("heading", name="Nobody is waiting")).to_be_visible()
    expect(finns.locator(".undoable .request-row")).to_have_count(ASKERS)

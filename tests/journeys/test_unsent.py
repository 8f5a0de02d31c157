"""What is typed is never lost: drafts, their copy in the browser, and sending again."""

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, Route, expect

from accounts.clock import database_now
from messaging.models import ContactRequest, Conversation, Draft, Message
from tests import people
from tests.browser import AssertAccessible, PageAt
from tests.messaging.letters import LETTER, reply, send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Open = Callable[..., Page]
HALF = "We would like you to draw the harbour, and"


@pytest.fixture
def opened(page_at: PageAt, live_server) -> Open:
    """A page, in a browser of its own, on which the person is signed in."""

    def signed_in(person: people.Person, width: int = 1280, **options) -> Page:
        page = page_at(width, **options)
        browser = Client()
        browser.force_login(people.login_of(person))
        name = settings.SESSION_COOKIE_NAME
        value = browser.cookies[name].value
        page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        return page

    return signed_in


@pytest.fixture
def talk(cleo, finn) -> str:
    """The address of a conversation of Cleo's and Finn's."""
    request = send(cleo, finn)
    reply(finn, request.conversation, "Gladly.")
    return f"/conversations/{request.conversation.public_id}/"


def fill(page: Page, text: str = LETTER.body) -> None:
    page.locator("select[name=skill]").select_option(index=1)
    page.get_by_label("Advice").check()
    page.locator("select[name=budget]").select_option("open")
    page.locator("select[name=start]").select_option("month")
    page.get_by_label("Your message").fill(text)


def test_a_draft_is_kept_while_typing_and_found_in_another_browser(
    opened: Open, cleo, finn, assert_accessible: AssertAccessible
):
    page = opened(cleo)
    page.goto(f"/talent/{finn.slug}/message/")
    expect(page.get_by_role("button", name="Discard draft")).to_be_hidden()
    fill(page, HALF)
    expect(page.locator(".draft-said")).to_contain_text("Draft saved")
    assert page.evaluate("Object.keys(localStorage).length") == 0
    assert_accessible(page)

    other = opened(cleo, 390, color_scheme="dark")
    other.goto(page.url)
    expect(other.get_by_label("Your message")).to_have_value(HALF)
    expect(other.locator("select[name=start]")).to_have_value("month")
    expect(other.locator(".draft-said")).to_contain_text("Restored what you typed")
    assert_accessible(other)
    other.get_by_role("button", name="Discard draft").click()
    expect(other.get_by_label("Your message")).to_have_value("")
    assert not Draft.objects.exists()


def test_what_was_typed_offline_is_found_when_the_page_is_opened_again(
    opened: Open, cleo, talk: str
):
    page = opened(cleo)
    page.goto(talk)
    page.context.set_offline(True)
    page.get_by_label("Your message").press_sequentially(HALF)
    expect(page.locator(".draft-said")).to_contain_text("Kept in this browser only")
    page.context.set_offline(False)
    page.goto(talk)
    expect(page.get_by_label("Your message")).to_have_value(HALF)
    expect(page.locator(".draft-said")).to_contain_text("Restored what you typed at")
    expect(page.locator(".draft-said")).to_contain_text("Draft saved")
    assert Draft.objects.get().body == HALF

    page.context.set_offline(True)
    page.get_by_label("Your message").press_sequentially(" more")
    page.context.set_offline(False)
    page.locator("summary", has_text="Account").click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(lambda url: "conversations" not in url)
    assert page.evaluate("Object.keys(localStorage).length") == 0


@pytest.mark.parametrize("width", [390, 1280])
def test_offline_nothing_is_sent_and_trying_again_sends_it_once(
    opened: Open, cleo, talk: str, assert_accessible: AssertAccessible, width: int
):
    page = opened(cleo, width)
    page.goto(talk)
    page.get_by_label("Your message").fill("When could you begin?")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send").press("Enter")
    failed = page.get_by_role("status").filter(has_text="Not sent: no connection.")
    expect(failed).to_be_visible()
    assert_accessible(page)
    failed.get_by_role("button", name="Try again").press("Enter")
    expect(failed).to_be_visible()
    page.context.set_offline(False)
    failed.get_by_role("button", name="Try again").press("Enter")
    expect(page.locator(".msg-body").last).to_have_text("When could you begin?")
    expect(page.locator("#latest")).to_be_focused()
    expect(page.get_by_label("Your message")).to_have_value("")
    assert page.url.split("#")[0].endswith(talk)
    assert Message.objects.filter(body="When could you begin?").count() == 1
    assert not Draft.objects.exists()


def test_an_answer_that_got_lost_is_asked_for_once_more(opened: Open, cleo, finn):
    page = opened(cleo)
    page.goto(f"/talent/{finn.slug}/message/")
    fill(page)

    def lose(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort()

    def fault(route: Route) -> None:
        route.fulfill(status=502, body="no upstream")

    address = f"**/talent/{finn.slug}/message/"
    for answer, told in ((fault, "could not take it"), (lose, "no connection")):
        page.route(address, answer)
        page.locator("form[data-sends] button").filter(visible=True).first.click()
        expect(page.get_by_role("status").filter(has_text=told)).to_be_visible()
        page.unroute(address)
    assert ContactRequest.objects.count() == 1
    page.get_by_role("button", name="Try again").click()
    page.wait_for_url("**/sent/*/")
    assert ContactRequest.objects.count() == Message.objects.count() == 1
    assert not Draft.objects.exists()


def test_a_refusal_comes_with_the_text(opened: Open, cleo, finn, now):
    page = opened(cleo, 390)
    page.goto(f"/talent/{finn.slug}/message/")
    fill(page)
    people.hold(cleo.client, now)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".refusal")).to_be_focused()
    expect(page.get_by_label("Your message")).to_have_value(LETTER.body)
    assert not ContactRequest.objects.exists()


def lengthen(finn) -> None:
    """More than a screen of it."""
    for number in range(12):
        reply(finn, Conversation.objects.get(), f"Line {number}. " * 40)


@pytest.mark.parametrize("width", [390, 1280])
def test_what_was_sent_is_in_view_at_the_end_of_a_long_talk(
    opened: Open, cleo, finn, talk: str, width: int
):
    lengthen(finn)
    page = opened(cleo, width)
    page.goto(f"{talk}#latest")
    field = page.get_by_label("Your message")
    # As whoever pulls at its corner does.
    field.evaluate("field => (field.style.height = '200px')")
    field.fill("When could you begin?")
    field.press("Control+Enter")
    expect(page.locator("#latest .msg-body")).to_have_text("When could you begin?")
    expect(page.locator("#latest")).to_be_focused()
    expect(page.locator("#latest")).to_be_in_viewport()


@pytest.mark.parametrize("width", [390, 1280])
def test_a_refusal_in_a_long_talk_is_in_view_with_the_text(
    opened: Open, cleo, finn, now, talk: str, width: int
):
    lengthen(finn)
    page = opened(cleo, width)
    page.goto(f"{talk}#latest")
    people.hold(cleo.client, now)
    page.get_by_label("Your message").fill("When could you begin?")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".refusal")).to_be_focused()
    expect(page.locator(".refusal")).to_be_in_viewport()
    expect(page.get_by_label("Your message")).to_be_in_viewport()
    expect(page.get_by_label("Your message")).to_have_value("When could you begin?")
    assert urlsplit(page.url).path == talk


def test_who_was_signed_out_while_writing_finds_it_after_signing_in(
    opened: Open, cleo, talk: str, assert_accessible: AssertAccessible
):
    page = opened(cleo, 390)
    page.goto(talk)
    mine = page.context.cookies()
    page.get_by_label("Your message").fill(HALF)
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="You were signed out")).to_be_visible()
    expect(page.get_by_text("What you typed is kept in this browser.")).to_be_visible()
    expect(page.get_by_text("Copy it, sign in")).to_be_hidden()
    expect(page.locator("html.signed-in")).to_have_count(0)
    assert_accessible(page)
    page.context.add_cookies(mine)  # type: ignore[arg-type]
    page.goto(talk)
    expect(page.get_by_label("Your message")).to_have_value(HALF)


def test_a_form_that_waited_too_long_loses_nothing(opened: Open, cleo, talk: str):
    page = opened(cleo)
    page.goto(talk)
    mine = page.context.cookies()
    page.get_by_label("Your message").fill(HALF)
    page.context.clear_cookies()
    page.get_by_role("button", name="Send").click()
    # An answer that was on its way may have brought the form's own cookie back.
    expect(
        page.get_by_text(re.compile("(Load the page again|Sign in), and you find it"))
    ).to_be_visible()
    page.context.add_cookies(mine)  # type: ignore[arg-type]
    page.reload()
    expect(page.get_by_label("Your message")).to_have_value(HALF)


def test_of_two_texts_none_is_thrown_away(opened: Open, cleo, talk: str):
    page, other = opened(cleo), opened(cleo)
    page.goto(talk)
    page.route("**/draft/", lambda route: route.abort())
    page.get_by_label("Your message").press_sequentially("Typed here.")
    expect(page.locator(".draft-said")).to_contain_text("Kept in this browser only")
    other.goto(talk)
    other.get_by_label("Your message").fill("Typed elsewhere.")
    expect(other.locator(".draft-said")).to_contain_text("Draft saved")

    page.unroute("**/draft/")
    page.goto(talk)
    expect(page.get_by_label("Your message")).to_have_value("Typed elsewhere.")
    page.get_by_role("button", name="Take that one").click()
    expect(page.get_by_label("Your message")).to_have_value("Typed here.")
    expect(page.locator(".draft-said")).to_contain_text("Draft saved")
    assert Draft.objects.get().body == "Typed here."


@pytest.mark.parametrize("hours", [-3, 3])
def test_a_clock_that_is_wrong_throws_nothing_away(opened: Open, cleo, talk: str, hours: int):
    page = opened(cleo)
    page.clock.install(time=database_now() + timedelta(hours=hours))
    page.goto(talk)
    page.get_by_label("Your message").press_sequentially("Kept,")
    page.clock.run_for(2_000)
    expect(page.locator(".draft-said")).to_contain_text("Draft saved")
    page.context.set_offline(True)
    page.get_by_label("Your message").press_sequentially(" and more.")
    page.context.set_offline(False)
    page.goto(talk)
    expect(page.get_by_label("Your message")).to_have_value("Kept, and more.")


def test_what_was_sent_from_another_tab_stands_there_no_more(opened: Open, cleo, talk: str):
    page = opened(cleo)
    page.goto(talk)
    page.get_by_label("Your message").fill("Once.")
    expect(page.locator(".draft-said")).to_contain_text("Draft saved")
    other = page.context.new_page()
    other.goto(talk)
    expect(other.get_by_label("Your message")).to_have_value("Once.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#latest .msg-body")).to_have_text("Once.")
    expect(other.get_by_label("Your message")).to_have_value("")


def test_a_reply_is_sent_where_requests_are_answered(opened: Open, cleo, finn):
    request = send(cleo, finn)
    page = opened(finn)
    page.goto(f"/requests/{request.public_id}/")
    page.get_by_role("button", name="Open").click()
    page.get_by_label("Reply").fill("Gladly.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Reply and accept").click()
    expect(page.get_by_text("Not sent", exact=False).filter(visible=True)).to_have_count(1)
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#latest .msg-body")).to_have_text("Gladly.")
    expect(page.get_by_role("button", name="Mark as read")).to_have_count(0)


def test_without_scripts_a_button_keeps_what_was_typed(opened: Open, cleo, talk: str):
    page = opened(cleo, 390, java_script_enabled=False)
    page.goto(talk)
    page.get_by_label("Your message").fill(HALF)
    page.get_by_role("button", name="Keep as a draft").click()
    expect(page.get_by_label("Your message")).to_have_value(HALF)
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".msg-body").last).to_have_text(HALF)
    assert not Draft.objects.exists()

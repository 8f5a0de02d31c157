"""The main job, from the client's first letter to the moderator's hold, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import FreelancerProfile, Membership, User
from messaging.models import ContactRequest, ModerationAction
from tests import people

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LETTER = "We have a catalogue of forty pages to set, and a printer who waits for it. Shall we talk?"
NEUTRAL = "isn't taking new messages at the moment."


def sign_in(page: Page, person: people.Person) -> Page:
    page.goto("/account/login/")
    page.get_by_label(re.compile("mail")).fill(people.login_of(person).email)
    page.get_by_label("Password", exact=True).fill(people.PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("Account").first).to_be_visible()
    return page


def write_to(page: Page, freelancer: FreelancerProfile, letter: str = LETTER) -> None:
    page.goto(f"/talent/{freelancer.slug}/")
    page.get_by_role("link", name="Send a message").click()
    page.get_by_label(re.compile("Which of their skills")).select_option(index=1)
    page.get_by_label("A new project").check()
    page.get_by_label(re.compile("What budget")).select_option("500_2k")
    page.get_by_label(re.compile("When should it start")).select_option("month")
    page.get_by_label("Your message").fill(letter)
    page.get_by_role("button", name="Send").click()


def open_letter(page: Page) -> None:
    page.goto("/requests/")
    expect(page.get_by_role("main")).not_to_contain_text("forty pages")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_text(LETTER)).to_be_visible()


def answer(page: Page, text: str) -> None:
    page.get_by_label("Reply").fill(text)
    page.get_by_role("button", name="Reply and accept").click()
    expect(page.get_by_text(text)).to_be_visible()


def flag_first_letter(page: Page) -> None:
    page.get_by_role("link", name=re.compile("^Flag")).first.click()
    page.get_by_label("Asks to pay outside the marketplace").check()
    page.get_by_label(re.compile("moderators should know")).fill("Wants to pay me in cash.")
    page.get_by_role("button", name=re.compile("Flag|Send|Report")).click()
    expect(page.get_by_text("Moderators will look at it")).to_be_visible()


def close_door(page: Page) -> None:
    page.goto("/door/")
    page.get_by_role("radio", name=re.compile("^Closed")).check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("It holds from now on")).to_be_visible()


@pytest.mark.parametrize("scripts", [True, False], ids=["with-scripts", "without"])
def test_letter_answer_block_flag_door_and_hold(
    page_at, cleo: Membership, finn: FreelancerProfile, mona: User, scripts: bool
):
    sam = people.freelancer("Sam")
    client = sign_in(page_at(390, java_script_enabled=scripts), cleo)
    write_to(client, finn)
    expect(client.get_by_text(LETTER)).to_be_visible()

    freelancer = sign_in(page_at(1280, "dark", java_script_enabled=scripts), finn)
    open_letter(freelancer)
    answer(freelancer, "Happily. Which printer is it?")
    client.goto("/conversations/")
    client.get_by_role("link", name=re.compile("Finn")).click()
    client.get_by_label("Your message").fill("The one by the harbour.")
    client.get_by_role("button", name="Send").click()
    expect(client.get_by_text("The one by the harbour.")).to_be_visible()

    freelancer.reload()
    expect(freelancer.get_by_text("The one by the harbour.")).to_be_visible()
    flag_first_letter(freelancer)
    freelancer.get_by_role("button", name=re.compile("Block")).first.click()
    expect(freelancer.get_by_text("is blocked").first).to_be_visible()
    client.get_by_label("Your message").fill("Are you there? The printer asks.")
    client.get_by_role("button", name="Send").click()
    expect(client.get_by_role("alert")).to_contain_text(NEUTRAL)
    expect(client.get_by_label("Your message")).to_have_value("Are you there? The printer asks.")

    door = sign_in(page_at(390, java_script_enabled=scripts), sam)
    close_door(door)
    client.goto(f"/talent/{sam.slug}/")
    expect(client.get_by_role("main")).to_contain_text(f"Sam {NEUTRAL}")
    expect(client.get_by_role("link", name="Send a message")).to_have_count(0)

    uphold_and_hold(sign_in(page_at(1280, java_script_enabled=scripts), mona))
    client.goto(f"/talent/{people.freelancer('Ute').slug}/")
    expect(client.get_by_role("main")).to_contain_text("Your account is on hold")
    client.goto("/can-i-write/")
    expect(client.get_by_role("main")).to_contain_text("Asked to pay outside the marketplace.")
    assert ContactRequest.objects.count() == 1
    assert ModerationAction.objects.count() == 2


def uphold_and_hold(page: Page) -> None:
    page.goto("/admin/messaging/flag/")
    page.locator("#result_list").get_by_role("link", name=re.compile("Asks to pay")).click()
    page.locator("#decision").get_by_label("Reason").fill("It does ask for cash.")
    page.get_by_role("button", name=re.compile("^Uphold")).click()
    expect(page.get_by_text("It does ask for cash.").first).to_be_visible()
    hold = page.locator("section", has=page.locator("#hold-title"))
    hold.get_by_label("Reason").fill("Asked to pay outside the marketplace.")
    page.get_by_role("button", name="Put on hold").click()
    expect(page.get_by_text("On hold").first).to_be_visible()

"""The door in a browser: the back-test moves while one chooses, and without scripts by a button."""

from collections.abc import Callable

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from accounts.models import FreelancerProfile
from messaging.models import OpenDoorLink
from tests import people
from tests.browser import PageAt
from tests.messaging.letters import send

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def opened(page_at: PageAt, live_server, finn, now) -> Callable[..., Page]:
    """A page on which Finn is signed in, to whom two have written, one of whom he knows."""
    for number, kind in enumerate(["proposal", ""]):
        member = people.member(people.eligible_client(now, f"Client {number}"))
        if kind:
            people.related(member.client, finn, now, kind=kind)
        send(member, finn)

    def signed_in(width: int = 1280, **options) -> Page:
        page = page_at(width, **options)
        browser = Client()
        browser.force_login(finn.user)
        name = settings.SESSION_COOKIE_NAME
        value = browser.cookies[name].value
        page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        return page

    return signed_in


def said(page: Page, arrived: int) -> None:
    sentence = f"Of the 2 requests you ever got, {arrived} would have arrived."
    expect(page.locator("#backtest-said")).to_have_text(sentence)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_figure_follows_what_is_chosen_and_nothing_is_saved(opened, finn, width):
    page: Page = opened(width)
    page.goto("/door/")
    said(page, 2)
    page.get_by_text("See which, and why not").click()
    page.locator("input[name=door][value=closed]").check()
    said(page, 1)
    expect(page.get_by_text("the door is closed")).to_be_visible()
    expect(page.locator(".mini-door.is-lit")).to_have_count(1)
    page.get_by_label("Clients I know").uncheck()
    said(page, 0)

    page.locator("input[name=door][value=selective]").check()
    said(page, 2)
    page.get_by_label("Requests a day").fill("1")
    said(page, 1)
    expect(page.get_by_text("the door was full")).to_be_visible()
    page.get_by_label("Requests a day").fill("0")
    expect(page.locator("#backtest-said")).to_contain_text("Let in at least 1")
    page.get_by_label("Requests a day").fill("2")
    said(page, 2)
    expect(page.locator(".backtest-list")).to_have_attribute("open", "")
    assert FreelancerProfile.objects.get(pk=finn.pk).door == "open"

    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved. It holds from now on.")).to_be_visible()
    assert FreelancerProfile.objects.get(pk=finn.pk).intake_day == 2


def test_without_scripts_a_button_tries_it(opened, finn):
    page: Page = opened(java_script_enabled=False)
    page.goto("/door/")
    page.locator("input[name=door][value=closed]").check()
    page.get_by_role("button", name="Try it on your last 20").click()
    said(page, 1)
    expect(page.locator("input[name=door][value=closed]")).to_be_checked()
    expect(page.get_by_text("Tried, not saved")).to_be_visible()
    assert FreelancerProfile.objects.get(pk=finn.pk).door == "open"
    page.get_by_role("button", name="Save").click()
    assert FreelancerProfile.objects.get(pk=finn.pk).door == "closed"


def test_the_bar_shows_when_it_counts_or_has_to_be_put_right(opened):
    page: Page = opened()
    page.goto("/door/")
    bar = page.get_by_label("Requests a week")
    expect(bar).to_be_hidden()
    page.locator("input[name=door][value=selective]").check()
    expect(bar).to_be_visible()
    bar.fill("500")
    page.locator("input[name=door][value=open]").check()
    expect(bar).to_be_hidden()
    page.locator(".door-form").evaluate("form => form.noValidate = true")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".problems")).to_be_visible()
    expect(page.get_by_label("Requests a week")).to_be_visible()


def test_the_address_of_a_link_is_copied(opened):
    page: Page = opened()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/door/links/")
    page.get_by_label("What it is for").fill("Readers")
    page.get_by_role("button", name="Make the link").click()
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    code = OpenDoorLink.objects.get().code
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"/door/{code}/")

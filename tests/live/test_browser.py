"""Open pages in real browsers: what others do appears without a reload, and disturbs nobody."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from playwright.sync_api import BrowserContext, Page, Request, expect

from accounts.clock import database_now
from messaging.models import Conversation
from messaging.services import answers
from tests import services
from tests.browser import AssertAccessible, Scheme
from tests.live.server import Site, serving
from tests.messaging.letters import reply, send, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LOOKS: list[tuple[int, Scheme]] = [(390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")]
Opens = Callable[..., BrowserContext]


@pytest.fixture
def talk(cleo, finn) -> Conversation:
    """Cleo and Finn write to each other; both have read everything."""
    reply(finn, send(cleo, finn).conversation, "Gladly.")
    Conversation.objects.update(client_read_seq=2, freelancer_read_seq=2)
    return Conversation.objects.get()


def opened(browser: BrowserContext, address: str) -> Page:
    page = browser.new_page()
    page.goto(address)
    return page


def thread(browser: BrowserContext, talk: Conversation) -> Page:
    return opened(browser, f"/conversations/{talk.public_id}/#latest")


def say(page: Page, text: str) -> None:
    page.get_by_label("Your message").fill(text)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log")).to_contain_text(text)


def look(page: Page) -> None:
    """What the stream does to a page, without one."""
    page.evaluate("htmx.trigger(document.body, 'live')")


@pytest.fixture(params=["one process", "redis"])
def anywhere(request, site) -> Iterator[Site]:
    """The site, with its bell in the process and in Redis."""
    if request.param == "one process":
        yield site
        return
    if trouble := services.redis_trouble(services.REDIS_URL):
        pytest.skip(trouble)
    with serving(str(connection.settings_dict["NAME"]), services.REDIS_URL) as running:
        yield running


def test_a_message_arrives_in_every_open_page(anywhere, browser_of, cleo, finn, talk):
    finns, cleos = browser_of(finn, anywhere), browser_of(cleo, anywhere)
    talks, door = opened(finns, "/conversations/"), opened(finns, "/door/")
    hers = thread(cleos, talk)
    say(hers, "The harbour at noon?")

    expect(talks.get_by_role("main")).to_contain_text("The harbour at noon?")
    expect(door).to_have_title(re.compile(r"^\(1\) "))
    expect(door.locator("#nav-conversations-count")).to_have_text(re.compile("1"))
    expect(door.locator("#live-said")).to_have_text("A new message has come.")

    his = thread(finns, talk)
    expect(door).to_have_title(re.compile("^Your door|^The door|^Door"))
    his.get_by_label("Your message").fill("Half a sentence")
    say(hers, "Or at one.")
    expect(his.get_by_role("log")).to_contain_text("Or at one.")
    expect(his.get_by_label("Your message")).to_have_value("Half a sentence")
    expect(his.get_by_label("Your message")).to_be_focused()
    expect(his.get_by_role("log").get_by_text("Or at one.")).to_have_count(1)


def test_ten_tabs_share_one_stream_and_another_takes_over(site, browser_of, cleo, finn, talk, otto):
    finns = browser_of(finn, site)
    leaders: list[Page] = []

    def note(request: Request) -> None:
        if request.url.endswith("/events/"):
            leaders.append(request.frame.page)

    finns.on("request", note)
    tabs = [opened(finns, "/policy/") for _ in range(10)]
    hers = thread(browser_of(cleo, site), talk)
    say(hers, "Are you there?")
    for tab in tabs:
        expect(tab).to_have_title(re.compile(r"^\(1\) "))
    assert len(leaders) == 1

    # Nobody rings for it: the stream that takes over greets with it.
    send(otto, finn)
    leaders[0].close()
    tabs.remove(leaders[0])
    for tab in tabs:
        expect(tab).to_have_title(re.compile(r"^\(2\) "), timeout=10_000)
    assert len(leaders) == 2


def test_what_came_while_the_site_was_away_is_there_when_it_is_back(browser_of, cleo, finn, talk):
    database = str(connection.settings_dict["NAME"])
    with serving(database) as before:
        his = thread(browser_of(finn, before), talk)
        expect(his.get_by_role("log")).to_contain_text("Gladly.")
    write(cleo, talk, "Written while it was away.")
    with serving(database, port=before.port):
        expect(his.get_by_role("log")).to_contain_text("while it was away", timeout=15_000)
        his.close()


def test_new_requests_wait_in_a_pill_and_disturb_nothing(
    site, browser_of, cleo, finn, otto, assert_accessible: AssertAccessible
):
    first = send(otto, finn)
    page = opened(browser_of(finn, site), "/requests/")
    page.get_by_label(re.compile("^Tick the request")).check()
    card = page.locator(f"#request-{first.public_id}")
    stood = card.bounding_box()
    send(cleo, finn)
    look(page)
    pill = page.get_by_role("link", name="1 new request")
    expect(pill).to_be_visible()
    assert card.bounding_box() == stood
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        expect(pill).to_be_visible()
        assert_accessible(page)
    expect(page.locator("#requests article")).to_have_count(1)

    pill.click()
    expect(page.locator("#requests article")).to_have_count(2)
    expect(page.locator("#requests article").first).to_be_focused()
    expect(page.locator("#requests article").first).to_contain_text("Cleo & Co")
    expect(card.locator(".tick input")).to_be_checked()
    expect(pill).to_have_count(0)

    answers.withdraw_request(request=first, member=otto, clock=database_now)
    look(page)
    expect(card).to_contain_text("They took it back")
    expect(page.get_by_role("link", name=re.compile("new request"))).to_have_count(0)


def test_who_reads_further_up_stays_there(site, browser_of, cleo, finn, talk, assert_accessible):
    for number in range(12):
        reply(finn, talk, f"Line {number}. " * 40)
    page = thread(browser_of(finn, site), talk)
    page.evaluate("window.scrollTo(0, 0)")
    write(cleo, talk, "The harbour at noon?")
    look(page)
    pill = page.get_by_role("link", name="New messages")
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        expect(pill).to_be_in_viewport()
        assert_accessible(page)
    assert page.evaluate("window.scrollY") == 0
    talk.refresh_from_db()
    assert talk.freelancer_read_seq < talk.last_seq, "it was not seen yet"

    pill.click()
    expect(page.get_by_text("The harbour at noon?")).to_be_in_viewport()
    expect(page.locator(".thread-read")).to_have_count(0)
    expect(pill).to_be_hidden()
    talk.refresh_from_db()
    assert talk.freelancer_read_seq == talk.last_seq


def test_a_sent_request_follows_its_answer(site, browser_of, cleo, finn):
    request = send(cleo, finn)
    cleos = browser_of(cleo, site)
    one, every = opened(cleos, f"/sent/{request.public_id}/"), opened(cleos, "/sent/")
    reply(finn, request.conversation, "Gladly.")
    for page in (one, every):
        look(page)
        expect(page.get_by_role("main").get_by_text("Accepted").last).to_be_visible()
    expect(one.get_by_role("link", name="Open the conversation")).to_be_visible()


def test_without_a_stream_pages_look_once_a_minute(page_at, live_server, cookies, cleo, finn, talk):
    """pytest's own server has no stream to give."""
    page = page_at(1280)
    name, value = cookies(finn).split("=")
    page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
    page.clock.install()
    page.goto("/policy/")
    write(cleo, talk, "The harbour at noon?")
    page.clock.fast_forward(61_000)
    expect(page).to_have_title(re.compile(r"^\(1\) "))


def test_a_stream_that_was_refused_is_asked_for_again_soon(site, browser_of, cleo, finn, talk):
    page = browser_of(finn, site).new_page()
    page.clock.install()
    page.route("**/events/", lambda route: route.fulfill(status=503, body="It begins."))
    page.goto("/policy/")
    page.wait_for_timeout(300)
    page.unroute("**/events/")
    write(cleo, talk, "The harbour at noon?")
    page.clock.run_for(6_000)
    expect(page).to_have_title(re.compile(r"^\(1\) "))


def test_who_was_signed_out_keeps_no_lock(site, browser_of, finn):
    finns = browser_of(finn, site)
    page = opened(finns, "/policy/")
    locks = "async () => (await navigator.locks.query()).held.length"

    def until(held: int) -> None:
        for _ in range(50):
            if page.evaluate(locks) == held:
                return
            page.wait_for_timeout(100)
        raise AssertionError(f"the lock is not held {held} times")

    until(1)
    finns.clear_cookies()
    look(page)
    until(0)

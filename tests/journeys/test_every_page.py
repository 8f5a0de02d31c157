"""Every page in its main states: accessible, at home on a phone and a desk, by day and by night."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import signing
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from accounts.clock import database_now
from accounts.models import Membership, Notification, User
from accounts.notify import UNSUBSCRIBE
from accounts.services import invite
from messaging.models import ContactRequest
from messaging.selectors import Shelf
from messaging.services import answers
from messaging.services.door import block_client, block_freelancer, make_link, revoke_link
from messaging.services.requests import open_request
from tests import people
from tests.browser import HEIGHTS, AssertAccessible, PageAt, Scheme
from tests.messaging.letters import LETTER, reply, send, write
from tests.messaging.outbox import decided
from tests.messaging.test_request_shelves import lay_on

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = replace(LETTER, body="y" * 2000)
WAYS: list[tuple[int, Scheme]] = [(390, "light"), (1280, "dark")]
Open = Callable[[people.Person | None], Page]


@pytest.fixture
def opened(page_at: PageAt, live_server) -> Open:
    """A page on which the person is signed in; nobody: a visitor."""

    def signed_in(person: people.Person | None) -> Page:
        page = page_at(390)
        if person is not None:
            browser = Client()
            browser.force_login(people.login_of(person))
            name = settings.SESSION_COOKIE_NAME
            value = browser.cookies[name].value
            page.context.add_cookies([{"name": name, "value": value, "url": live_server.url}])
        return page

    return signed_in


@pytest.fixture
def examine(assert_accessible: AssertAccessible) -> Callable[[Page], None]:
    """Looks at the page as it stands on a phone by day, then at a desk by night."""

    def examined(page: Page) -> None:
        assert page.locator("h1").count() == 1, page.url
        for width, scheme in WAYS:
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            # Without motion, or axe may catch a colour half-way to the other scheme's.
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert_accessible(page)
            across = page.evaluate("document.documentElement.scrollWidth")
            assert across <= width, f"{page.url} is {across} px wide on {width}"

    return examined


@pytest.fixture
def look(examine: Callable[[Page], None]) -> Callable[..., None]:
    """Opens each address and examines it."""

    def looked(page: Page, *addresses: str) -> None:
        for address in addresses:
            page.goto(address)
            examine(page)

    return looked


def test_what_a_visitor_sees(opened, look, finn):
    look(opened(None), "/talent/", "/talent/?q=nobody", f"/talent/{finn.slug}/", "/policy/")


def test_what_a_client_sees(opened, look, cleo: Membership, finn, olga):
    sam = people.freelancer("S" * 80)
    waiting = send(cleo, sam, content=LONG)
    talk = send(cleo, finn)
    answer = reply(finn, talk.conversation, "See https://example.com/" + "a" * 200)
    page = opened(cleo)
    look(page, "/talent/", "/talent/olga/", f"/talent/{sam.slug}/", "/talent/olga/message/")
    look(page, "/talent/finn/", "/sent/", f"/sent/{waiting.public_id}/", "/can-i-write/")
    look(page, "/conversations/", f"/conversations/{talk.conversation.public_id}/")
    look(page, "/conversations/?q=example", "/conversations/?q=finn", "/conversations/?q=nobody")
    look(page, f"/flags/{answer.public_id}/", "/settings/", "/settings/client/")


def test_a_refused_form(opened, examine, cleo: Membership, finn):
    page = opened(cleo)
    page.goto(f"/talent/{finn.slug}/message/")
    # The browser's own checks would keep the form from being sent at all.
    page.locator("main form").evaluate("form => form.noValidate = true")
    page.get_by_label("Your message").fill("Too short")
    page.get_by_role("button", name="Send").click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("Your message").input_value() == "Too short"
    examine(page)


def test_what_a_refused_client_sees(opened, look, nils, hana, petra, finn):
    look(
        opened(nils), "/can-i-write/", f"/talent/{finn.slug}/message/", "/sent/", "/conversations/"
    )
    look(opened(hana), "/can-i-write/")
    send(petra, finn)
    look(opened(petra), "/can-i-write/")


def test_what_came_of_what_was_sent(opened, look, petra: Membership, now):
    def sent(name: str, days: int) -> ContactRequest:
        return send(petra, people.freelancer(name), now=now - timedelta(days=days), content=LONG)

    past = people.at(now - timedelta(minutes=5))
    waiting, expired = sent("W" * 80, 0), sent("Ella Ends", 20)
    accepted, declined = sent("Ada Agrees", 1), sent("Nell Nays", 2)
    put_off, withdrawn = sent("Lars Later", 3), sent("Tove Taken", 4)
    answer: dict[str, Any] = {"clock": past}
    answers.accept_request(request=accepted, freelancer=accepted.freelancer, **answer)
    answers.decline_request(
        request=declined, freelancer=declined.freelancer, line="y" * 280, **answer
    )
    answers.put_off_request(
        request=put_off, freelancer=put_off.freelancer, until=now + timedelta(days=30), **answer
    )
    answers.withdraw_request(request=withdrawn, member=petra, **answer)
    page = opened(petra)
    look(page, "/sent/", "/sent/?state=declined", "/can-i-write/")
    for request in (waiting, expired, accepted, declined, put_off, withdrawn):
        look(page, f"/sent/{request.public_id}/")
    look(page, f"/sent/{waiting.public_id}/withdrawal/", "/talent/tove-taken/message/")


def test_what_a_client_who_blocks_sees(opened, look, cleo: Membership, finn, olga):
    talk = send(cleo, finn)
    reply(finn, talk.conversation, "Gladly.")
    page = opened(cleo)
    look(page, "/settings/client/blocks/")
    for freelancer in (finn, olga):
        block_freelancer(member=cleo, freelancer=freelancer, clock=database_now)
    look(page, "/settings/client/blocks/", "/talent/olga/", "/talent/olga/message/")
    look(page, f"/conversations/{talk.conversation.public_id}/", f"/sent/{talk.public_id}/")


def test_what_is_told_to_nobody_yet(opened, look, cleo: Membership, finn):
    talk = send(cleo, finn)
    answers.accept_request(request=talk, freelancer=finn, clock=database_now)
    page = opened(finn)
    look(page, f"/conversations/{talk.conversation.public_id}/")
    assert page.get_by_text("They will be told in a moment").is_visible()


@pytest.mark.usefixtures("rate_limits")
def test_what_one_sees_who_asked_after_too_many_doors(opened, look, cleo: Membership, finn, olga):
    page = opened(cleo)
    for _ in range(21):
        page.goto("/talent/olga/")
    look(page, "/talent/finn/", "/talent/finn/message/")
    assert page.get_by_text("You have looked too often").is_visible()


def test_what_owners_members_and_the_invited_see(
    opened, look, examine, cleo: Membership, otto: Membership, finn
):
    dan = people.member(cleo.client, "Dan " + "d" * 60, role=Membership.Role.MEMBER)
    asked, for_finn = (
        invite(owner=cleo, email=email, clock=database_now)
        for email in ("v" * 60 + "@people.example", finn.user.email)
    )
    owners = opened(cleo)
    look(owners, "/settings/client/", for_finn.get_absolute_url())
    owners.goto("/settings/client/")
    for summary in owners.locator("details.confirm > summary").all():
        summary.click()
    owners.get_by_label("Their e-mail address").fill("nobody")
    owners.locator("form[action$='/invitations/']").first.evaluate("form => form.noValidate = true")
    examine(owners)
    owners.get_by_role("button", name="Invite", exact=True).click()
    owners.get_by_role("alert").wait_for()
    examine(owners)
    look(opened(dan), "/settings/client/")
    for reader in (None, finn, otto):
        look(opened(reader), asked.get_absolute_url())
    look(opened(None), f"/account/signup/?invitation={asked.code}", "/invitations/none/")
    look(opened(finn), "/settings/", for_finn.get_absolute_url())
    guest = people.user("Guest", email=asked.email)
    look(opened(guest), "/", asked.get_absolute_url())


def test_what_a_freelancer_who_writes_first_sees(opened, look, cleo, otto, finn, now):
    people.related(cleo.client, finn, now)
    page = opened(finn)
    first = f"{cleo.client.get_absolute_url()}message/"
    look(page, cleo.client.get_absolute_url(), first)
    send(cleo, finn)
    look(page, first, f"{otto.client.get_absolute_url()}message/")
    block_client(freelancer=finn, client=cleo.client, clock=database_now)
    look(page, first)


def test_what_a_freelancer_sees(opened, look, cleo: Membership, otto: Membership, finn, now):
    long_name = people.member(people.eligible_client(now, "L" * 120), "Lena")
    sealed, letter = send(otto, finn), send(long_name, finn, content=LONG)
    open_request(request=letter, clock=database_now)
    talk = send(cleo, finn, now=now - timedelta(days=2))
    reply(finn, talk.conversation, "y" * 2000)
    write(cleo, talk.conversation, "مرحبا")
    blocked = people.eligible_client(now, "Blocked & Sons")
    block_client(freelancer=finn, client=blocked, clock=database_now)
    page = opened(finn)
    look(page, "/requests/", f"/requests/{sealed.public_id}/", f"/requests/{letter.public_id}/")
    look(page, "/conversations/", f"/conversations/{talk.conversation.public_id}/")
    look(
        page, "/door/", f"/flags/{sealed.message.public_id}/", f"/flags/{letter.message.public_id}/"
    )
    look(page, cleo.client.get_absolute_url(), blocked.get_absolute_url())
    look(page, "/settings/", "/settings/profile/")


def test_the_shelves_of_requests(opened, look, finn, now):
    for shelf in Shelf:
        lay_on(shelf, f"{shelf} " + "N" * 60, finn, now)
    known = people.member(people.eligible_client(now, "شركة النور للنشر"), "Nour")
    people.related(known.client, finn, now - timedelta(days=90))
    send(known, finn)
    page = opened(finn)
    look(page, *(f"/requests/?show={shelf}" for shelf in Shelf))
    look(page, "/requests/?q=nobody", "/requests/?q=" + "a" * 101)
    for shelf in (Shelf.DECLINED, Shelf.WITHDRAWN, Shelf.BLOCKED):
        lone = finn.requests.get(client__name__startswith=shelf)
        look(page, f"/requests/{lone.public_id}/")


def test_answering_one_request(opened, examine, cleo, otto, finn):
    send(otto, finn)
    sealed = send(cleo, finn)
    page = opened(finn)
    page.goto("/requests/")
    page.locator("article").first.get_by_role("link", name="Not now").click()
    page.get_by_role("dialog").wait_for()
    # The browser's own checks would keep the form from being sent at all.
    page.locator("dialog[open] form").evaluate_all(
        "every => every.forEach(f => f.noValidate = true)"
    )
    page.get_by_label("On a day of your choice").fill("2020-01-01")
    page.get_by_role("button", name="Until this day").click()
    page.get_by_text("Choose a day after today.").wait_for()
    examine(page)
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    examine(page)
    page.keyboard.press("Escape")
    page.locator("article").first.get_by_role("button", name="No thanks").click()
    page.locator(".row-said", has_text="They will be told in 30 seconds.").wait_for()
    examine(page)
    for do in ("accept", "decline", "put_off", "block"):
        page.goto(f"/requests/{sealed.public_id}/answer/?do={do}")
        examine(page)


def test_answering_many_requests(opened, examine, cleo, otto, finn):
    for asker in (cleo, otto):
        send(asker, finn)
    page = opened(finn)
    for do in ("Not now", "Flag", "No thanks"):
        page.goto("/requests/")
        page.get_by_label("Tick all 2").check()
        examine(page)
        page.locator("#selection").get_by_role("button", name=do).click()
        page.get_by_role("heading", level=1, name=do).wait_for()
        examine(page)
    page.get_by_role("button", name="No thanks to all 2").click()
    page.get_by_role("heading", name="2 requests declined").wait_for()
    examine(page)


def test_what_one_is_told(opened, look, cleo: Membership, finn, now):
    long_name = people.freelancer("N" * 80)
    for freelancer, days in ((finn, 2), (long_name, 3)):
        request = send(cleo, freelancer, now=now - timedelta(days=days))
        answers.decline_request(
            request=request, freelancer=freelancer, clock=people.at(now - timedelta(days=1))
        )
    decided(cleo, 1, now)
    Notification.objects.filter(kind="decision").update(client=cleo.client, freelancer=finn)
    page = opened(cleo)
    look(page, "/notices/", "/notices/", "/settings/mail/")
    look(opened(finn), "/notices/", "/settings/mail/")
    User.objects.filter(pk=cleo.user_id).update(bounced_at=now)
    look(page, "/settings/mail/")
    stop = reverse(
        "mail_off", args=[signing.dumps([cleo.user_id, ["answer", "gate"]], salt=UNSUBSCRIBE)]
    )
    look(opened(None), stop)
    page.goto(stop)
    page.get_by_role("button", name="Stop them").click()
    page.get_by_role("heading", name="These mails have stopped").wait_for()


def test_what_a_new_freelancer_sees(opened, look, otto: Membership, olga):
    look(opened(olga), "/requests/", "/conversations/", "/door/")
    look(opened(otto), "/conversations/", "/conversations/?as=client")


def test_the_door_in_every_state(opened, look, examine, cleo: Membership, otto, finn, now):
    people.related(otto.client, finn, now)
    for member in (cleo, otto):
        send(member, finn)
    page = opened(finn)
    for state in ("open", "selective", "closed"):
        page.goto("/door/")
        page.locator(f"input[name=door][value={state}]").check()
        page.get_by_text("See which, and why not").click()
        page.get_by_text("would not" if state == "closed" else "would have").first.wait_for()
        examine(page)
    page.goto("/door/")
    page.locator("input[name=door][value=selective]").check()
    page.get_by_text("Limit by country").click()
    page.locator(".door-form").evaluate("form => form.noValidate = true")
    page.get_by_label("Requests a day").fill("500")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").wait_for()
    examine(page)
    finn.paused_until = now + timedelta(days=9)
    finn.save(update_fields=["paused_until"])
    look(page, "/door/")


def test_the_pages_beside_the_door(opened, look, examine, cleo: Membership, finn, now):
    page = opened(finn)
    look(page, "/door/links/", "/door/blocks/", f"/door/blocks/{cleo.client.public_id}/")
    for label in ("x" * 60, "Readers"):
        link = make_link(
            freelancer=finn, label=label, expires_at=None, most_uses=1, clock=database_now
        )
    revoke_link(freelancer=finn, link=link, clock=database_now)
    long_name = people.client("L" * 120, now)
    block_client(freelancer=finn, client=long_name, clock=database_now)
    people.related(cleo.client, finn, now)
    look(page, "/door/links/", "/door/blocks/", f"/door/{link.code}/")
    look(page, f"/door/blocks/{long_name.public_id}/", cleo.client.get_absolute_url())
    page.goto("/door/blocks/")
    page.get_by_label("Block a client by their link").fill("Acme")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("alert").wait_for()
    examine(page)

"""What an open-door link opens, for whom, and what it reads like when it opens nothing."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership
from messaging.door import Refusal
from messaging.models import ContactRequest, OpenDoorLink
from messaging.services.door import block_client, revoke_link
from messaging.services.outcomes import Refused
from tests import people
from tests.messaging.doors import link_of
from tests.messaging.letters import send, writes_nothing
from tests.messaging.obstacles import AGAINST, Obstacle, set_door
from tests.web.stage import LETTER, REQUEST

DAY = timedelta(days=1)


@pytest.fixture
def owner(finn, signed_in) -> Client:
    page: Client = signed_in(finn)
    return page


def address_of(link: OpenDoorLink) -> str:
    return reverse("open_door", args=[link.code])


def test_a_client_is_led_to_where_one_writes_whatever_the_links_state(cleo, finn, now, signed_in):
    spent, revoked = link_of(finn, label="Spent", most_uses=1), link_of(finn, label="Revoked")
    set_door(finn, door="closed")
    send(people.member(people.eligible_client(now, "First")), finn, code=spent.code)
    revoke_link(freelancer=finn, link=revoked, clock=database_now)
    browser = signed_in(cleo)
    for link in (link_of(finn), spent, revoked):
        answer = browser.get(address_of(link))
        assert answer.status_code == 302
        assert answer["Location"] == f"/talent/finn/message/?link={link.code}"


def test_an_unknown_code_and_one_of_who_left_are_not_found(cleo, finn, signed_in):
    link = link_of(finn)
    FreelancerProfile.objects.filter(pk=finn.pk).update(deactivated_at=database_now())
    browser = signed_in(cleo)
    unknown, left = browser.get("/door/nosuchcode/"), browser.get(address_of(link))
    assert (unknown.status_code, left.status_code) == (404, 404)
    assert browser.get(f"/door/{'a' * 500}/").status_code == 404


def test_a_visitor_signs_in_first_and_comes_back(cleo, finn):
    link = link_of(finn)
    visitor = Client()
    asked = visitor.get(address_of(link))
    assert asked.status_code == 302
    form = {"login": "cleo@people.example", "password": people.PASSWORD}
    back = visitor.post(asked["Location"], form)
    assert back["Location"] == address_of(link)
    assert visitor.get("/door/nosuchcode/", follow=True).status_code == 404


def test_ones_own_link_says_so(owner, finn, otto, signed_in):
    page = owner.get(address_of(link_of(finn))).content.decode()
    assert "This is your link" in page
    both = signed_in(otto)
    assert (
        "This is your link"
        in both.get(address_of(link_of(otto.user.freelancer_profile))).content.decode()
    )
    assert both.get(address_of(link_of(finn))).status_code == 302, "of another: as a client"


def test_who_is_no_client_learns_nothing_of_a_code(finn, signed_in):
    link, gina = link_of(finn), signed_in(people.freelancer("Gina"))
    known, unknown = gina.get(address_of(link)), gina.get("/door/nosuchcode/")
    assert known.status_code == unknown.status_code == 403
    assert told(known) == told(unknown)


# Written with


def compose(browser: Client, finn: FreelancerProfile, code: str = "", **fields):
    skill = finn.skills.all()[0].pk
    address = reverse("compose", args=[finn.slug])
    return browser.post(address, REQUEST | {"skill": skill, "link": code} | fields)


SHUT: list[dict[str, Any]] = [
    {"door": "closed"},
    {"paused_until": datetime(2999, 1, 1, tzinfo=UTC)},
    {"door": "selective", "bar_spend_cents": 10_000_000},
]


@pytest.mark.parametrize("shut", SHUT)
def test_it_passes_a_shut_door_from_the_link_to_the_letter(cleo, finn, signed_in, shut):
    link, browser = link_of(finn), signed_in(cleo)
    set_door(finn, **shut)
    assert "<textarea" not in browser.get(reverse("compose", args=[finn.slug])).content.decode()
    page = browser.get(address_of(link), follow=True).content.decode()
    assert f'name="link" value="{link.code}"' in page

    refused = compose(browser, finn, link.code, body="Too short").content.decode()
    assert f'name="link" value="{link.code}"' in refused, "kept where something was missing"

    assert compose(browser, finn, link.code).status_code == 303
    assert ContactRequest.objects.get().receipt.link == link


def test_the_way_over_the_profile_keeps_the_link(cleo, finn, signed_in):
    link, browser = link_of(finn), signed_in(cleo)
    set_door(finn, door="closed")
    composer = browser.get(address_of(link), follow=True).content.decode()
    assert f'href="/talent/finn/?link={link.code}"' in composer
    profile = browser.get(f"/talent/finn/?link={link.code}").content.decode()
    assert f'href="/talent/finn/message/?link={link.code}"' in profile


def test_where_it_is_not_needed_it_counts_no_use(cleo, finn, signed_in):
    link = link_of(finn, most_uses=1)
    assert compose(signed_in(cleo), finn, link.code).status_code == 303
    assert link.receipts.count() == 0


NO_CODES = ["", "nosuchcode", "a" * 33, "a b", "<b>", "é", "../x", "%00"]


@pytest.mark.parametrize("cause", ["unknown", "revoked", "used up", "over", "of another"])
def test_a_link_that_opens_nothing_reads_like_no_link(cleo, finn, now, signed_in, cause):
    code = dead_code(cause, finn, now)
    set_door(finn, door="closed")
    browser, pages, posts = signed_in(cleo), [], []
    for each in ("", code):
        address = reverse("compose", args=[finn.slug]) + (f"?link={each}" if each else "")
        pages.append(told(browser.get(address), each))
        posts.append(told(compose(browser, finn, each), each))
    assert pages[0] == pages[1]
    assert posts[0] == posts[1]
    assert (pages[0][0], posts[0][0]) == (200, 422)
    assert not ContactRequest.objects.filter(client=cleo.client).exists()


def dead_code(cause: str, finn: FreelancerProfile, now: datetime) -> str:
    link = link_of(finn, most_uses=1)
    if cause == "revoked":
        revoke_link(freelancer=finn, link=link, clock=database_now)
    elif cause == "used up":
        set_door(finn, door="closed")
        send(people.member(people.eligible_client(now, "First")), finn, code=link.code)
    elif cause == "over":
        OpenDoorLink.objects.update(made_at=now - 2 * DAY, expires_at=now - DAY)
    elif cause == "of another":
        link = link_of(people.freelancer("Gina"))
    else:
        return "nosuchcode"
    return link.code


def told(answer, code: str = "") -> tuple[int, str]:
    """Status and page, without what is new each time and without the code that was sent."""
    page = re.sub(r'name="csrf\w+" value="\w+"', "", answer.content.decode())
    page = re.sub(r'name="link"( value="[\w-]+")?', "", page)
    return answer.status_code, page.replace(f"?link={code}", "")


@pytest.mark.parametrize("text", NO_CODES)
def test_what_cannot_be_a_code_is_no_code(cleo, finn, signed_in, text):
    assert compose(signed_in(cleo), finn, text).status_code in {303, 400}


NOT_THE_DOOR = {Refusal.CLOSED, Refusal.BAR, Refusal.FULL}


@pytest.mark.parametrize(
    ("obstacle", "refusal"),
    [pair for pair in AGAINST if pair[1] not in NOT_THE_DOOR],
    ids=lambda each: getattr(each, "__name__", str(each)),
)
def test_it_helps_against_nothing_but_the_door(
    cleo: Membership, finn, obstacle: Obstacle, refusal: Refusal
):
    link = link_of(finn)
    obstacle(cleo, finn)
    refused = writes_nothing(lambda: send(cleo, finn, code=link.code), Refused)
    assert refused.refusal == refusal


@pytest.mark.parametrize("shut", SHUT)
def test_a_block_and_a_link_read_like_a_block(cleo, finn, signed_in, shut):
    link = link_of(finn)
    set_door(finn, **shut)
    block_client(freelancer=finn, client=cleo.client, clock=database_now)
    answer = compose(signed_in(cleo), finn, link.code)
    assert answer.status_code == 422
    assert "Finn isn&#x27;t taking new messages at the moment." in answer.content.decode()
    assert LETTER in answer.content.decode()


def test_every_code_costs_the_same_queries(cleo, finn, now, signed_in):
    """Whether a link of this freelancer's opens cannot be told by the work."""
    browser, costs = signed_in(cleo), set()
    codes = [
        dead_code(cause, finn, now) for cause in ("unknown", "revoked", "used up", "of another")
    ]
    block_client(freelancer=finn, client=cleo.client, clock=database_now)
    set_door(finn, door="closed")
    browser.get("/settings/")
    for code in [*codes, link_of(finn).code]:
        with CaptureQueriesContext(connection) as queries:
            compose(browser, finn, code)
        costs.add(len(queries))
    assert len(costs) == 1

"""Which skills the form of a first message offers, and what that tells of a door."""

import re
from dataclasses import replace
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import FreelancerProfile
from messaging.door import Refusal
from messaging.services.door import block_client, make_link
from messaging.services.outcomes import Refused
from tests import people
from tests.messaging.letters import LETTER, send, writes_nothing
from tests.messaging.obstacles import set_door
from tests.web.stage import REQUEST


@pytest.fixture
def finn(db) -> FreelancerProfile:
    """His door takes requests on maps only."""
    profile = people.freelancer("Finn", skills=("Maps", "Typography"), door="selective")
    profile.bar_skills.set([people.skill("Maps")])
    return profile


@pytest.fixture
def browser(cleo, signed_in) -> Client:
    page: Client = signed_in(cleo)
    return page


def offered(answer) -> list[str]:
    options = re.findall(r'<option value="\d+"[^>]*>([^<]+)</option>', answer.content.decode())
    return [re.sub(r"\s+", " ", option).strip() for option in options]


def open_form(browser: Client, finn, query: str = ""):
    return browser.get(reverse("compose", args=[finn.slug]) + query)


def compose(browser: Client, finn, skill: str):
    data = REQUEST | {"skill": str(people.skill(skill).pk)}
    return browser.post(reverse("compose", args=[finn.slug]), data)


def test_a_selective_door_offers_what_it_takes_before_anything_is_typed(browser, finn):
    assert offered(open_form(browser, finn)) == ["Maps"]
    assert compose(browser, finn, "Maps").status_code == 303


def test_the_profile_says_that_one_may_write(browser, finn):
    page = browser.get(reverse("talent_profile", args=[finn.slug])).content.decode()
    assert "Send a message" in page


def test_a_skill_from_outside_gets_the_fields_own_sentence(browser, finn):
    answer = compose(browser, finn, "Typography")
    assert answer.status_code == 422
    assert answer.context["form"].errors["skill"] == [
        "That skill is not on offer here. Choose one of the list."
    ]


def test_past_the_form_the_door_keeps_it_out(cleo, finn):
    for skill in (people.skill("Typography"), None):
        letter = replace(LETTER, skill=skill)
        refused = writes_nothing(partial(send, cleo, finn, content=letter), Refused)
        assert refused.refusal == Refusal.BAR


@pytest.mark.parametrize("way", ["known", "link"])
def test_who_passes_the_door_is_offered_all(browser, cleo, finn, now, way):
    query = ""
    if way == "known":
        people.related(cleo.client, finn, now)
    else:
        link = make_link(
            freelancer=finn, label="x", expires_at=None, most_uses=None, clock=database_now
        )
        query = f"?link={link.code}"
    assert offered(open_form(browser, finn, query)) == ["Maps", "Typography"]


def test_the_list_tells_no_shut_door_from_a_block(browser, cleo, finn):
    """Closed, a bar that is not met and a block: whatever skill was sent, the same page."""
    pages = []
    for shut in ({"door": "closed"}, {"bar_spend_cents": 10_000_000}, {}):
        set_door(finn, **{"door": "selective", "bar_spend_cents": None} | shut)
        if not shut:
            block_client(freelancer=finn, client=cleo.client, clock=database_now)
        for skill in ("Maps", "Typography"):
            answer = compose(browser, finn, skill)
            page = re.sub(r'name="csrf\w+" value="\w+"', "", answer.content.decode())
            pages.append((skill, answer.status_code, page))
    for skill in ("Maps", "Typography"):
        [told] = {(status, page) for chosen, status, page in pages if chosen == skill}
        assert told[0] == 422
        assert "taking new messages at the moment" in told[1]

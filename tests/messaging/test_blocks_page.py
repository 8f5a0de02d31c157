"""Blocking by a client's link, the list of who is blocked, and what a client's page tells."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import FreelancerProfile
from messaging.models import Block
from messaging.services.answers import decline_request
from messaging.services.outcomes import Refused
from tests import people
from tests.messaging import planted
from tests.messaging.letters import send, writes_nothing
from tests.web.stage import changed, rows

DAY = timedelta(days=1)


@pytest.fixture
def browser(finn, signed_in) -> Client:
    page: Client = signed_in(finn)
    return page


def ask(browser: Client, typed: str):
    return browser.post(reverse("blocks"), {"client": typed})


def test_who_it_is_comes_before_the_block(browser, cleo, finn):
    address = f"https://threshold.example{cleo.client.get_absolute_url()}"
    before = rows()
    found = ask(browser, address)
    assert found.status_code == 303
    page = browser.get(found.url).content.decode()
    assert "Block Cleo &amp; Co?" in page
    assert "a verified billing method" in page
    assert changed(before) == set(), "nobody is blocked by looking"

    pressed = browser.post(
        reverse("block", args=[cleo.client.public_id]), {"next": reverse("blocks")}
    )
    assert pressed.url == reverse("blocks")
    assert "Cleo &amp; Co" in browser.get(pressed.url).content.decode()
    assert writes_nothing(lambda: send(cleo, finn), Refused).refusal == "blocked"
    assert "Cleo &amp; Co is blocked" in browser.get(found.url).content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        "{id}",
        "  {id}  ",
        "{ID}",
        "/clients/{id}/",
        "http://127.0.0.1:8000/clients/{id}/",
        "https://threshold.example/clients/{id}",
        "https://threshold.example/clients/{id}/?from=mail#top",
        "threshold.example/clients/{id}/block/",
    ],
)
def test_the_address_in_any_of_its_forms(browser, cleo, typed):
    public_id = str(cleo.client.public_id)
    found = ask(browser, typed.format(id=public_id, ID=public_id.upper()))
    assert found.url == reverse("blocking_client", args=[public_id])


NO_ADDRESS = "That is not the address of a client's page. One ends in /clients/ and an id."


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Paste the address of the client's page."),
        ("Acme", NO_ADDRESS),
        ("https://threshold.example/talent/finn/", NO_ADDRESS),
        ("https://threshold.example/clients/42/", NO_ADDRESS),
        ("https://threshold.example/requests/{id}/", NO_ADDRESS),
        ("{id}{id}", NO_ADDRESS),
        ("{id} {id}", NO_ADDRESS),
        ("x" * 401, "Shorten it to 400 characters; this has 401."),
        (
            "7b0a0c5e-3f0e-4e2b-9d4e-0e6d3a0a1b2c",
            "No client has this link. Copy it once more from their page.",
        ),
    ],
)
def test_what_is_no_address_is_told_so_and_kept(browser, cleo, typed, sentence):
    typed = typed.format(id=cleo.client.public_id)
    answer = ask(browser, typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors["client"] == [sentence]
    if typed:
        assert f'value="{typed}"' in answer.content.decode()
    assert not Block.objects.exists()


def test_ones_own_account_cannot_be_blocked(otto, signed_in):
    answer = ask(signed_in(otto), str(otto.client.public_id))
    assert answer.context["form"].errors["client"] == ["That is your own client account."]


def test_a_client_nobody_has_is_not_found(browser):
    assert browser.get(reverse("blocking_client", args=[uuid.uuid4()])).status_code == 404


def test_a_block_is_undone_from_the_list(browser, cleo, otto, finn):
    for member in (cleo, otto):
        browser.post(reverse("block", args=[member.client.public_id]))
    address = reverse("unblock", args=[cleo.client.public_id])
    browser.post(address, {"next": reverse("blocks")})
    assert [block.client for block in browser.get(reverse("blocks")).context["page"].rows] == [
        otto.client
    ]
    assert send(cleo, finn).pk


def test_the_list_is_the_freelancers_own(browser, cleo, signed_in):
    gina = people.freelancer("Gina")
    signed_in(gina).post(reverse("block", args=[cleo.client.public_id]))
    assert "You have blocked nobody" in browser.get(reverse("blocks")).content.decode()


def test_the_door_has_the_field_too(browser):
    page = browser.get(reverse("door")).content.decode()
    assert f'action="{reverse("blocks")}"' in page
    assert f'href="{reverse("links")}"' in page


# The client's page


def page_of(browser: Client, client) -> str:
    answer = browser.get(client.get_absolute_url())
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_says_how_the_two_know_each_other(browser, cleo, finn, now):
    assert "You know each other" not in page_of(browser, cleo.client)
    people.related(cleo.client, finn, now - 40 * DAY, kind="proposal")
    people.related(cleo.client, finn, now - 2 * DAY)
    people.related(cleo.client, finn, now - DAY, kind="invitation_declined")
    people.related(cleo.client, people.freelancer("Gina"), now - 3 * DAY)
    page = page_of(browser, cleo.client)
    assert "You know each other" in page
    facts = page[page.index("You know each other") :]
    assert facts.index("Contract") < facts.index("Proposal"), "the latest first"
    assert page.count("Contract ·") == 1
    assert "Invitation declined" not in page


def test_only_freelancers_read_of_a_relationship(cleo, finn, now, signed_in):
    people.related(cleo.client, finn, now - DAY)
    assert "You know each other" not in page_of(signed_in(cleo), cleo.client)
    gina = signed_in(people.freelancer("Gina"))
    assert "You know each other" not in page_of(gina, cleo.client)


def decline_often(client_member, now, count: int) -> None:
    for number in range(count):
        freelancer = people.freelancer(f"F{number}")
        then = now - (number + 2) * DAY
        decline_request(
            request=planted.request(client_member, freelancer, then),
            freelancer=freelancer,
            clock=people.at(then + timedelta(hours=1)),
        )


@pytest.mark.parametrize(("outcomes", "shown"), [(4, False), (5, True)])
def test_the_record_stands_among_the_facts_from_five_outcomes_on(
    browser, cleo, now, outcomes, shown
):
    decline_often(cleo, now, outcomes)
    page = page_of(browser, cleo.client)
    assert ("5 answers: few said yes" in page) == shown
    assert ("no flag upheld in 90 days" in page) == shown


def test_the_page_costs_the_same_however_much_there_is(browser, cleo, finn, now):
    costs = []
    browser.get("/settings/")
    for kinds in (["contract"], ["proposal"] * 12):
        for number, kind in enumerate(kinds):
            people.related(cleo.client, finn, now - (number + 1) * DAY, kind=kind)
        with CaptureQueriesContext(connection) as queries:
            page = page_of(browser, cleo.client)
        costs.append(len(queries))
    assert costs[0] == costs[1]
    assert page.count("Proposal ·") + page.count("Contract ·") == 5


def test_who_left_blocks_nobody(finn, cleo, signed_in):
    FreelancerProfile.objects.filter(pk=finn.pk).update(deactivated_at=database_now())
    browser = signed_in(finn)
    assert ask(browser, str(cleo.client.public_id)).status_code == 403

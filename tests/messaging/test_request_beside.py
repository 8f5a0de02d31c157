"""What comes when the list of requests, or somebody else, asks for one to stand beside it."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from messaging.models import ContactRequest
from tests.messaging.letters import LETTER, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(cleo, finn) -> ContactRequest:
    return send(cleo, finn)


def beside(at: str) -> dict[str, str]:
    return {"HX-Request": "true", "HX-Target": "opened", "HX-Current-URL": at}


def opened(finns: Client, asked: ContactRequest, at: str) -> str:
    """What a press of Open brings, its redirect followed with the same headers."""
    response = finns.post(
        reverse("opening", args=[asked.public_id]), headers=beside(at), follow=True
    )
    assert response.status_code == 200
    return response.content.decode()


def test_a_part_comes_with_the_card_and_the_count(finn, signed_in, asked):
    page = opened(signed_in(finn), asked, "http://testserver/requests/?q=cleo")

    assert "<html" not in page
    assert escape(LETTER.body) in page
    assert f'hx-swap-oob="innerHTML:#request-{asked.public_id}"' in page
    assert 'id="nav-requests" hx-swap-oob="true"' in page
    assert f'hx-target="#request-{asked.public_id}"' in page
    assert page.count('hx-target="closest [data-request]"') == 1  # the card's own buttons
    assert set(re.findall(r'name="next" value="(/requests/[^"]*)"', page)) >= {"/requests/?q=cleo"}
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    ("address", "place"), [("", "waiting"), ("?show=blocked", "shelf"), ("?show=x", "waiting")]
)
def test_undoing_shows_what_belongs_on_the_shelf(finn, signed_in, asked, address, place):
    page = opened(signed_in(finn), asked, f"http://testserver/requests/{address}")

    assert set(re.findall(r'name="place" value="(\w+)"', page)) == {place}


@pytest.mark.parametrize(
    "at",
    [
        "",
        "https://elsewhere.example/requests/",
        "http://[",
        "//x",
        "http://testserver//x/",
        "/talent/",
    ],
)
def test_a_list_that_is_not_ours_gets_the_page(finn, signed_in, asked, at):
    assert "<html" in opened(signed_in(finn), asked, at)


def test_under_its_seal_no_word_of_the_letter_comes(finn, signed_in, asked):
    response = signed_in(finn).get(
        reverse("request", args=[asked.public_id]), headers=beside("http://testserver/requests/")
    )

    assert escape(LETTER.body) not in response.content.decode()
    asked.refresh_from_db()
    assert asked.opened_at is None


def test_the_request_of_another_is_not_there(olga, signed_in, asked):
    response = signed_in(olga).get(
        reverse("request", args=[asked.public_id]), headers=beside("http://testserver/requests/")
    )

    assert response.status_code == 404


@pytest.mark.usefixtures("rate_limits")
def test_who_checks_too_often_is_told_where_they_are(finn, signed_in, asked):
    finns = signed_in(finn)
    address = reverse("checking", args=[asked.public_id])
    for _ in range(30):
        assert finns.post(address).status_code == 303

    page = finns.post(address)
    part = finns.post(address, headers=beside("http://testserver/requests/"))

    assert (page.status_code, part.status_code) == (429, 429)
    assert "Retry-After" in page
    assert "Retry-After" in part
    assert "<html" in page.content.decode()
    assert "<html" not in part.content.decode()
    assert 'class="refusal"' in part.content.decode()


def test_a_reply_leads_to_the_conversation(finn, signed_in, asked):
    finns = signed_in(finn)
    opened(finns, asked, "http://testserver/requests/")
    key = re.search(
        r'name="submission_key" value="([^"]+)"',
        opened(finns, asked, "http://testserver/requests/"),
    )
    assert key

    refused, taken = (
        finns.post(
            reverse("reply", args=[asked.public_id]),
            {"body": body, "submission_key": key[1]},
            headers=beside("http://testserver/requests/"),
        )
        for body in (" ", "Gladly.")
    )

    assert refused.status_code == 422
    assert "<html" not in refused.content.decode()
    assert taken.status_code == 204
    conversation = reverse("conversation", args=[asked.conversation.public_id])
    assert taken["HX-Redirect"] == f"{conversation}#latest"

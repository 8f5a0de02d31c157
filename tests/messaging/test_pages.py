"""What the pages show and do not show, and what they cost however many rows they hold."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership
from accounts.models.client import Plan
from messaging.models import ContactRequest
from messaging.services.door import block_client, make_link, unblock_client
from messaging.services.requests import open_request
from tests import people
from tests.messaging.letters import LETTER, reply, send, write

MARKER = "nineteen lighthouses and a ferryman at https://harbour.example/brief"
SEALED = replace(LETTER, body=f"Would you draw {MARKER} for us, please?")


def text_of(browser: Client, address: str, status: int = 200) -> str:
    response = browser.get(address)
    assert response.status_code == status
    return response.content.decode()


def request_page(request: ContactRequest) -> str:
    return reverse("request", args=[request.public_id])


def conversation_page(request: ContactRequest) -> str:
    return reverse("conversation", args=[request.conversation.public_id])


# Sealed


def test_no_word_of_a_sealed_letter_is_shown_or_even_read(cleo, finn, signed_in):
    request = send(cleo, finn, content=SEALED)
    browser = signed_in(finn)
    for address in (reverse("requests"), request_page(request)):
        with CaptureQueriesContext(connection) as queries:
            shown = text_of(browser, address)
        assert cleo.client.name.replace("&", "&amp;") in shown
        assert "lighthouses" not in shown
        assert not [query for query in queries if '"messaging_message"."body"' in query["sql"]]
        assert reverse("flag", args=[request.message.public_id]) in shown
    browser.post(reverse("opening", args=[request.public_id]))
    assert MARKER in text_of(browser, request_page(request))
    assert "lighthouses" not in text_of(browser, reverse("requests"))


def test_a_sealed_request_is_flagged_without_being_shown(cleo, finn, signed_in):
    request = send(cleo, finn, content=SEALED)
    address = reverse("flag", args=[request.message.public_id])
    assert "lighthouses" not in text_of(signed_in(finn), address)
    open_request(request=request, clock=database_now)
    assert "lighthouses" in text_of(signed_in(finn), address)


def test_an_answer_is_asked_for_only_after_opening(cleo, finn, signed_in):
    request = send(cleo, finn)
    answering = reverse("reply", args=[request.public_id])
    assert answering not in text_of(signed_in(finn), request_page(request))
    open_request(request=request, clock=database_now)
    assert answering in text_of(signed_in(finn), request_page(request))


def test_the_freelancer_never_reads_what_the_client_spent(cleo, finn, signed_in):
    request = send(cleo, finn)
    open_request(request=request, clock=database_now)
    for address in (reverse("requests"), request_page(request), cleo.client.get_absolute_url()):
        shown = text_of(signed_in(finn), address)
        assert "$1k–5k" in shown
        assert "1,500" not in shown


# Links


def test_links_stay_text_in_a_request_and_become_links_in_a_conversation(cleo, finn, signed_in):
    request = send(cleo, finn, content=SEALED)
    open_request(request=request, clock=database_now)
    assert 'href="https://harbour' not in text_of(signed_in(finn), request_page(request))
    assert 'href="https://harbour' not in text_of(
        signed_in(cleo), reverse("sent_request", args=[request.public_id])
    )
    reply(finn, request.conversation, "Gladly.")
    link = '<a href="https://harbour.example/brief" rel="nofollow noopener noreferrer ugc">'
    assert link in text_of(signed_in(finn), conversation_page(request))


def test_markup_is_shown_as_it_was_typed(cleo, finn, signed_in):
    request = send(cleo, finn)
    reply(finn, request.conversation, "<b>bold</b> & <script>alert(1)</script>")
    shown = text_of(signed_in(cleo), conversation_page(request))
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; &lt;script&gt;alert(1)" in shown


def test_only_what_the_other_side_wrote_can_be_flagged(cleo, finn, signed_in):
    request = send(cleo, finn)
    answer = reply(finn, request.conversation, "Gladly.")
    theirs = reverse("flag", args=[request.message.public_id])
    own = reverse("flag", args=[answer.public_id])
    shown = text_of(signed_in(finn), conversation_page(request))
    assert theirs in shown
    assert own not in shown


# Long, odd and many


@pytest.mark.parametrize("name", ["W" * 120, "شركة النور للنشر", "<i>Slant & Sons</i>"])
@pytest.mark.parametrize(
    "body", ["y" * 2000, "مرحبا، نحن دار نشر صغيرة ونبحث عن رسام لكتاب أطفال."]
)
def test_odd_names_and_texts_go_through_every_page(now, finn, signed_in, name, body):
    member = people.member(people.eligible_client(now, name), "Member")
    request = send(member, finn, content=replace(LETTER, body=body))
    open_request(request=request, clock=database_now)
    assert body in text_of(signed_in(finn), request_page(request))
    reply(finn, request.conversation, "Gladly.")
    assert body in text_of(signed_in(member), conversation_page(request))
    for person, page in ((finn, "requests"), (finn, "conversations"), (member, "conversations")):
        shown = text_of(signed_in(person), reverse(page))
        assert "<i>Slant" not in shown


def test_sending_leads_to_the_newest_message(cleo, finn, signed_in):
    request = send(cleo, finn)
    reply(finn, request.conversation, "Gladly.")
    address = reverse("writing", args=[request.conversation.public_id])
    sent = signed_in(cleo).post(address, {"body": "When?", "submission_key": "k"})
    assert sent.status_code == 303
    assert sent.url == f"{conversation_page(request)}#latest"
    assert text_of(signed_in(cleo), conversation_page(request)).count('id="latest"') == 1


def test_what_is_unread_is_marked_once_and_gone_when_read(cleo, finn, signed_in):
    request = send(cleo, finn)
    reply(finn, request.conversation, "Gladly.")
    write(cleo, request.conversation, "First")
    write(cleo, request.conversation, "Second")
    browser = signed_in(finn)
    for _ in range(2):  # looking changes nothing
        assert text_of(browser, conversation_page(request)).count("unread-line") == 1
    said = browser.post(reverse("reading", args=[request.conversation.public_id]), {"up_to": "4"})
    assert said.status_code == 303
    assert "unread-line" not in text_of(browser, conversation_page(request))


# Refusals


def test_a_refusal_before_typing_is_a_sentence_and_no_form(cleo, finn, olga, now, signed_in):
    block_client(freelancer=finn, client=cleo.client, clock=people.at(now))
    shown = {
        each.name: text_of(signed_in(cleo), reverse("compose", args=[each.slug]))
        for each in (finn, olga)
    }
    for name, page in shown.items():
        assert f"{name} isn&#x27;t taking new messages at the moment." in page
        assert "<textarea" not in page
    told = {name: re.sub(r'name="csrf\w+" value="\w+"', "", page) for name, page in shown.items()}
    assert told["Finn"].replace("Finn", "Olga").replace("finn", "olga") == told["Olga"]


def test_a_refused_form_keeps_what_was_typed(cleo, finn, signed_in):
    address = reverse("compose", args=[finn.slug])
    refused = signed_in(cleo).post(address, {"body": "Too short", "submission_key": "k"})
    assert refused.status_code == 422
    assert "Too short</textarea>" in refused.content.decode()


def test_a_refused_message_keeps_its_text_under_the_sentence(cleo, finn, now, signed_in):
    request = send(cleo, finn)
    reply(finn, request.conversation, "Gladly.")
    block_client(freelancer=finn, client=cleo.client, clock=people.at(now))
    address = reverse("writing", args=[request.conversation.public_id])
    refused = signed_in(cleo).post(address, {"body": "Are you there?", "submission_key": "k"})
    shown = refused.content.decode()
    assert refused.status_code == 422
    assert "isn&#x27;t taking new messages" in shown
    assert 'role="alert"' in shown
    assert "Are you there?</textarea>" in shown


def test_a_blocked_clients_request_leaves_the_list_and_comes_back(cleo, finn, now, signed_in):
    request = send(cleo, finn)
    browser = signed_in(finn)
    address = reverse("request", args=[request.public_id])
    assert address in text_of(browser, reverse("requests"))
    block_client(freelancer=finn, client=cleo.client, clock=people.at(now))
    assert address not in text_of(browser, reverse("requests"))
    assert "badge-count" not in text_of(browser, reverse("requests"))
    unblock_client(freelancer=finn, client=cleo.client, clock=people.at(now))
    assert address in text_of(browser, reverse("requests"))


def test_a_full_quota_is_not_called_a_yes(cleo, now, signed_in):
    assert "You can write to freelancers." in text_of(signed_in(cleo), reverse("eligibility"))
    for number in range(5):
        send(cleo, people.freelancer(f"Number {number}"))
    shown = text_of(signed_in(cleo), reverse("eligibility"))
    assert "You can write to freelancers." not in shown
    assert "All 5 places for new people are used." in shown


# Cost


def cost_of(browser: Client, address: str) -> int:
    """How many queries a second visit takes, but for PostgreSQL's reading of the clock."""
    browser.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert browser.get(address).status_code == 200
    return len([query for query in queries if "clock_timestamp" not in query["sql"]])


def ask_finn(finn: FreelancerProfile, rows: range, now: datetime) -> None:
    for number in rows:
        send(people.member(people.eligible_client(now, f"Client {number}"), f"M{number}"), finn)


def answer_all(finn: FreelancerProfile, rows: range, now: datetime) -> None:
    ask_finn(finn, rows, now)
    for request in finn.requests.filter(state="waiting").select_related("conversation"):
        reply(finn, request.conversation, "Gladly.")


def block_many(finn: FreelancerProfile, rows: range, now: datetime) -> None:
    for number in rows:
        client = people.eligible_client(now, f"Client {number}")
        block_client(freelancer=finn, client=client, clock=people.at(now))


def make_many_links(finn: FreelancerProfile, rows: range, now: datetime) -> None:
    for number in rows:
        make_link(
            freelancer=finn,
            label=f"Link {number}",
            expires_at=None,
            most_uses=3,
            clock=people.at(now),
        )


def list_more(finn: FreelancerProfile, rows: range, now: datetime) -> None:
    for number in rows:
        people.freelancer(f"F{number}")


FREELANCERS_PAGES: list[tuple[str, Callable[..., None], int]] = [
    ("requests", ask_finn, 14),
    ("conversations", answer_all, 9),
    ("blocks", block_many, 9),
    ("links", make_many_links, 9),
    ("talent", list_more, 10),
]


@pytest.mark.parametrize(
    ("listed", "fill", "cost"), FREELANCERS_PAGES, ids=[page[0] for page in FREELANCERS_PAGES]
)
def test_a_freelancers_page_costs_the_same_however_long(finn, now, signed_in, listed, fill, cost):
    browser = signed_in(finn)
    fill(finn, range(1), now)
    assert cost_of(browser, reverse(listed)) == cost
    fill(finn, range(1, 30), now)
    assert "before=" in text_of(browser, reverse(listed))
    assert cost_of(browser, reverse(listed)) == cost


@pytest.mark.parametrize(("listed", "cost"), [("sent", 9), ("eligibility", 20)])
def test_a_clients_page_costs_the_same_however_long(now, signed_in, listed, cost):
    petra: Membership = people.member(people.client("Petra", now, plan=Plan.PLUS), "Petra")
    browser = signed_in(petra)
    for rows in (range(1), range(1, 30)):
        for number in rows:
            send(petra, people.freelancer(f"F{number}"))
        assert cost_of(browser, reverse(listed)) == cost
    assert "before=" in text_of(browser, reverse(listed))


def test_a_thread_costs_the_same_however_long(cleo, finn, signed_in):
    colleague = people.member(cleo.client, "Colleague", role=Membership.Role.MEMBER)
    request = send(cleo, finn, now=database_now() - timedelta(hours=1))
    reply(finn, request.conversation, "Gladly.")
    browser = signed_in(colleague)
    assert cost_of(browser, conversation_page(request)) == 13
    for number in range(30):
        write(cleo, request.conversation, f"Line {number}")
    assert cost_of(browser, conversation_page(request)) == 13
    assert f"<strong>{cleo.user.name}</strong>" in text_of(browser, conversation_page(request))
    assert "Line 29" in text_of(browser, conversation_page(request))


def test_a_flagged_message_says_so_and_offers_no_second_form(cleo, finn, signed_in):
    request = send(cleo, finn)
    browser = signed_in(finn)
    address = reverse("flag", args=[request.message.public_id])
    browser.post(address, {"reason": "scam", "note": "Asks for a deposit."})
    shown = text_of(browser, address)
    assert "You have flagged this message" in shown
    assert "Asks for a deposit." in shown
    assert "<textarea" not in shown

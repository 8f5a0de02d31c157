"""What an open page gets when it asks anew: no more than is new, and no word of a sealed letter."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.clock import database_now
from messaging.models import Conversation
from messaging.services import answers, door
from messaging.services.requests import open_request
from messaging.views.live import MOST_MESSAGES
from tests import people
from tests.messaging.letters import LETTER, reply, send, write

SEALED = replace(LETTER, body="Nineteen lighthouses and a ferryman wait for your drawing of them.")
#: Every visit reads the session, its person, their account and profile, and notes it was there.
VISIT = 9 + (connection.vendor == "postgresql")


@pytest.fixture
def finns(finn, signed_in):
    """Finn's browser; the first visits of a session write rows of their own."""
    browser = signed_in(finn)
    for _ in range(2):
        browser.get(reverse("live"))
    return browser


@pytest.fixture
def talk(cleo, finn) -> Conversation:
    reply(finn, send(cleo, finn).conversation, "Gladly.")
    return Conversation.objects.get()


def thread(browser, talk: Conversation, after: object):
    return browser.get(reverse("live_thread", args=[talk.public_id]), {"after": after})


# The badges


def test_badges_come_with_a_word_on_what_is_new_and_only_when_they_move(cleo, finn, finns):
    assert finns.get(reverse("live"), {"seen": "0-0-0"}).status_code == 204
    send(cleo, finn)
    with CaptureQueriesContext(connection) as queries:
        answer = finns.get(reverse("live"), {"seen": "0-0-0"})
    assert len([query for query in queries if "COUNT(" in query["sql"]]) == 3
    assert len(queries) <= VISIT + 3
    text = answer.content.decode()
    assert "A new request waits." in text
    assert 'value="1-0-0"' in text
    assert 'id="nav-requests-count" hx-swap-oob="innerHTML"' in text
    assert finns.get(reverse("live"), {"seen": "1-0-0"}).status_code == 204
    assert "A new request" not in finns.get(reverse("live"), {"seen": "2-0-0"}).content.decode()


@pytest.mark.parametrize("seen", ["", "x", "1-2", "-1-0-0", "1-0-٣", "9999-0-0", "0-0-0-0"])
def test_what_cannot_have_been_seen_is_nothing_seen(finns, cleo, finn, seen):
    send(cleo, finn)
    assert "A new request waits." in finns.get(reverse("live"), {"seen": seen}).content.decode()


# A conversation


def test_the_messages_after_a_number_come_in_order_and_with_their_mark(cleo, finn, talk, finns):
    for number in range(3):
        write(cleo, talk, f"Word {number}.")
    text = thread(finns, talk, 2).content.decode()
    assert [text.index(f"Word {number}.") for number in range(3)] == sorted(
        text.index(f"Word {number}.") for number in range(3)
    )
    assert "Gladly." not in text
    assert 'name="after" value="5"' in text
    assert 'name="up_to" value="5"' in text
    assert "day-divider" not in text, "the page has this day already"
    assert thread(finns, talk, 5).status_code == 204
    assert thread(finns, talk, 99).status_code == 204


@pytest.mark.parametrize("after", ["", "-1", "x", "4_0", "9" * 20])
def test_a_number_that_makes_no_sense_is_none(finns, talk, after):
    assert "Gladly." in thread(finns, talk, after).content.decode()


def test_after_a_long_absence_the_page_asks_again(cleo, talk, finns):
    for number in range(MOST_MESSAGES + 1):
        write(cleo, talk, f"Word {number}.")
    first = thread(finns, talk, 2)
    assert first["HX-Trigger-After-Settle"] == "live"
    assert f'name="after" value="{2 + MOST_MESSAGES}"' in first.content.decode()
    rest = thread(finns, talk, 2 + MOST_MESSAGES)
    assert "HX-Trigger-After-Settle" not in rest
    assert f"Word {MOST_MESSAGES}." in rest.content.decode()


# The requests


def requests(browser, known=(), shown=()) -> str:
    asked = {
        "known": [str(one.public_id) for one in known],
        "shown": [str(one.public_id) for one in shown],
    }
    text: str = browser.get(reverse("live_requests"), asked).content.decode()
    return text


def test_new_requests_are_a_pill_that_lets_them_in(cleo, otto, finn, finns):
    first = send(cleo, finn)
    assert "new request" not in requests(finns, [first], [first])
    second = send(otto, finn)
    text = requests(finns, [first], [first])
    assert "1 new request" in text
    assert f'hx-select="#request-{second.public_id}"' in text
    assert "2 new requests" in requests(finns)


def test_older_ones_of_the_next_page_are_not_new(cleo, otto, finn, finns):
    send(cleo, finn)
    second = send(otto, finn)
    assert "new request" not in requests(finns, [second], [second])


def test_a_card_that_waits_no_more_says_what_became_of_it(cleo, otto, finn, finns):
    gone, blocked = send(cleo, finn), send(otto, finn)
    answers.withdraw_request(request=gone, member=cleo, clock=database_now)
    door.block_client(freelancer=finn, client=otto.client, clock=database_now)
    text = requests(finns, [gone, blocked], [gone, blocked])
    assert "They took it back" in text
    assert "you block this client" in text
    assert f'hx-swap-oob="innerHTML:#request-{gone.public_id}"' in text
    assert "They took it back" not in requests(finns, [gone, blocked], []), "it says so already"


def test_a_row_whose_answer_was_taken_back_elsewhere_is_a_card_again(cleo, otto, finn, finns):
    back, gone = send(cleo, finn), send(otto, finn)
    for request in (back, gone):
        answers.decline_request(request=request, freelancer=finn, clock=database_now)
    assert "oob" not in requests(finns, [back, gone], [])
    answers.undo_answer(request=back, freelancer=finn, clock=database_now)
    text = requests(finns, [back, gone], [])
    assert f'hx-swap-oob="innerHTML:#request-{back.public_id}"' in text
    assert reverse("accepting", args=[back.public_id]) in text
    assert str(gone.public_id) not in text
    assert "oob" not in requests(finns, [back, gone], [back]), "it is there already"


def test_anothers_requests_are_nothing(cleo, finn, otto, signed_in):
    request = send(cleo, finn)
    answers.withdraw_request(request=request, member=cleo, clock=database_now)
    assert "Cleo" not in requests(signed_in(otto), [request], [request])


# A5


def test_no_part_holds_or_reads_a_word_of_a_sealed_letter(cleo, finn, finns):
    request = send(cleo, finn, content=SEALED)
    parts = {
        reverse("live"): {"seen": "0-0-0"},
        reverse("live_requests"): {},
        reverse("requests"): {},
    }
    for address, asked in parts.items():
        with CaptureQueriesContext(connection) as queries:
            assert "lighthouses" not in finns.get(address, asked).content.decode()
        assert not [query for query in queries if '"messaging_message"."body"' in query["sql"]]
    sealed = thread(finns, request.conversation, 0)
    assert sealed.status_code == 404
    open_request(request=request, clock=database_now)
    assert thread(finns, request.conversation, 0).status_code == 404, "it is no conversation yet"


def test_two_members_of_one_account_hear_the_same(cleo, finn, talk, signed_in):
    colleague = signed_in(people.member(cleo.client, "Cal"))
    assert "Gladly." in thread(colleague, talk, 1).content.decode()

"""Looking through one's own conversations: what is found, where it stands, and what it costs."""

import re
import time
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import FreelancerProfile
from messaging.models import Conversation
from messaging.selectors import Shelf, looked_for, words
from messaging.services.requests import open_request
from messaging.services.upkeep import expire_overdue
from messaging.templatetags.finding import marked
from tests import people
from tests.messaging.letters import LETTER, reply, send, write

pytestmark = pytest.mark.django_db
BRIEF = "A cover for the harbour atlas, with nineteen lighthouses on it, if you please."


def talk(finn: FreelancerProfile, name: str, now: datetime, *lines: str) -> Conversation:
    """A conversation of Finn's with a client of that name, who writes the lines."""
    member = people.member(people.eligible_client(now, name), f"M {name}")
    conversation = send(member, finn, content=replace(LETTER, body=BRIEF)).conversation
    reply(finn, conversation, "Gladly.")
    conversation.refresh_from_db()
    for line in lines:
        write(member, conversation, line)
    return conversation


def names(browser: Client, query: str, **more: str) -> list[str]:
    page = browser.get(reverse("conversations"), {"q": query, **more}).content.decode()
    return [name.strip() for name in re.findall(r'#latest">([^<]*)</a>', page)]


@pytest.fixture
def finns(finn, now, signed_in) -> Client:
    """Finn's browser; he talks with Anna about a ferry, and with Bea about a bridge and a ferry."""
    talk(finn, "Anna Atlas", now, "The old ferry leaves at nine.", "Shall I send its plan?")
    talk(finn, "Bea Books", now, "Neither ferry nor bridge.", "The swing bridge, please.")
    browser: Client = signed_in(finn)
    return browser


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("ferry", ["Bea Books", "Anna Atlas"]),
        ("FERRY plan", ["Anna Atlas"]),
        ("anna ferry", ["Anna Atlas"]),
        ("anna bridge", []),
        ('"old ferry"', ["Anna Atlas"]),
        ('"ferry old"', []),
        ("ferry -bridge", ["Anna Atlas"]),
        ("-bridge", ["Anna Atlas"]),
        ("plan or swing", ["Bea Books", "Anna Atlas"]),
        ("nineteen lighthouses", ["Bea Books", "Anna Atlas"]),
        ("lightho", ["Bea Books", "Anna Atlas"]),
        ("books", ["Bea Books"]),
        ("gladly", ["Bea Books", "Anna Atlas"]),
        ("xylophone", []),
        ("%", []),
        ('"', []),
        ("'); --", []),
        ("or", []),
    ],
)
def test_every_word_is_looked_for(finns, query, found):
    assert names(finns, query) == found


def test_both_sides_find_their_own_and_nobody_elses(finns, cleo, finn, now, signed_in):
    conversation = send(cleo, finn).conversation
    reply(finn, conversation, "I saw a walrus.")
    gil = people.freelancer("Gil")
    talk(gil, "Dora Docks", now, "A walrus again.")
    assert names(signed_in(cleo), "walrus") == ["Finn"]
    assert names(signed_in(gil), "walrus") == ["Dora Docks"]
    assert names(finns, "walrus") == ["Cleo &amp; Co"]


def test_what_is_sealed_or_not_told_is_not_found(finn, cleo, now, signed_in):
    waiting = send(cleo, finn, content=replace(LETTER, body=BRIEF))
    assert names(signed_in(finn), "lighthouses") == []
    signed_in(finn).post(reverse("accepting", args=[waiting.public_id]))
    assert names(signed_in(finn), "lighthouses") == ["Cleo &amp; Co"]
    # The client is told half a minute later.
    assert names(signed_in(cleo), "lighthouses") == []


@pytest.mark.parametrize("opened", [False, True])
def test_a_client_finds_its_own_letter_whether_it_was_opened_or_not(
    finn, cleo, now, signed_in, opened
):
    """Which of its letters was opened is not told; so a search must not tell it."""
    people.related(cleo.client, finn, now - timedelta(days=70))
    old = send(cleo, finn, now=now - timedelta(days=60), content=replace(LETTER, body=BRIEF))
    if opened:
        open_request(request=old, clock=people.at(now - timedelta(days=59)))
    expire_overdue(clock=people.at(now))
    reply(finn, send(cleo, finn).conversation, "Gladly.")

    assert names(signed_in(cleo), "lighthouses") == ["Finn"]
    assert names(signed_in(finn), "lighthouses") == (["Cleo &amp; Co"] if opened else [])


def test_the_line_is_shown_marked_and_leads_to_its_place(finns):
    page = finns.get(reverse("conversations"), {"q": "FERRY"}).content.decode()
    assert "The old <mark>ferry</mark> leaves at nine." in page
    [*_, address] = re.findall(r'href="(/conversations/[^"]*#message-\d+)"', page)
    thread = finns.get(address.split("#")[0]).content.decode()
    assert "The old ferry leaves at nine." in thread
    assert "Shall I send its plan?" not in thread
    assert "To the newest messages" in thread


@pytest.mark.parametrize(
    ("text", "query", "shown"),
    [
        ("<b>Maps</b> & map", "map", "&lt;b&gt;<mark>Map</mark>s&lt;/b&gt; &amp; <mark>map</mark>"),
        ("A bitmap, then a map", "map", "A bitmap, then a <mark>map</mark>"),
        ("bitmap", "map", "bit<mark>map</mark>"),
        ("swing\nbridge", '"swing bridge" -old', "<mark>swing bridge</mark>"),
        ("nothing", "<script>", "nothing"),
        ("a.b", ".", "a<mark>.</mark>b"),
    ],
)  # fmt: skip
def test_marking_escapes_everything_else(text, query, shown):
    assert marked(text, query) == shown


def test_a_long_text_is_cut_around_what_was_found():
    text = "word " * 100 + "ferry " + "word " * 100
    shown = marked(text, "ferry")
    assert shown.startswith("… word")
    assert shown.endswith("word …")
    assert "<mark>ferry</mark>" in shown
    assert len(shown) < 200


def test_what_is_left_out_is_not_marked():
    assert looked_for('map -town "old ferry" or x') == ["map", "old ferry", "x"]


def test_a_list_is_looked_through_a_stretch_at_a_time(finns, monkeypatch):
    monkeypatch.setattr(words, "REACH", 1)
    assert names(finns, "ferry") == ["Bea Books"]
    assert names(finns, "ferry", further="1") == ["Anna Atlas"]
    page = finns.get(reverse("conversations"), {"q": "ferry"}).content.decode()
    assert "as=freelancer&amp;q=ferry&amp;further=1" in page


def test_nothing_found_and_too_long_say_so(finns):
    for query, told in (("xylophone", "Nothing found"), ("a" * 101, "this has 101.")):
        page = finns.get(reverse("conversations"), {"q": query}).content.decode()
        assert told in page
        assert f'value="{query}"' in page


def test_a_search_costs_the_same_however_many(finns, finn, now):
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert finns.get(reverse("conversations"), {"q": "ferry"}).status_code == 200
        return len(queries)

    cost()
    few = cost()
    for number in range(26):
        talk(finn, f"Client {number}", now + timedelta(seconds=number), "By ferry.")
    assert cost() == few
    assert "before=" in finns.get(reverse("conversations"), {"q": "ferry"}).content.decode()
    assert len(names(finns, "ferry")) == 25


def test_searching_is_limited_and_looking_is_not(finns, rate_limits):
    address = reverse("conversations")
    with time_machine.travel(time.time(), tick=False):
        assert {finns.get(address).status_code for _ in range(61)} == {200}
        answers = [finns.get(address, {"q": "x"}).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]


def test_a_shelf_knows_the_same_words(finn, now, signed_in):
    talk(finn, "Anna Atlas", now)
    page = signed_in(finn).get(
        reverse("requests"), {"show": Shelf.ACCEPTED, "q": '"nineteen lighthouses" -ferry'}
    )
    assert "Anna Atlas" in page.content.decode()

"""A search looks through a shelf a stretch at a time: it costs the same on a shelf of any size."""

from datetime import timedelta

import pytest
from django.urls import reverse

from messaging.selectors import Shelf, goes_further, on_shelf, words
from tests import people
from tests.messaging.letters import send

FURTHER = "Look through older ones"


@pytest.fixture
def shelf(finn, now, monkeypatch):
    """Five wait, Anna's the oldest and Bea's the newest; a search looks at two of them."""
    monkeypatch.setattr(words, "REACH", 2)
    for number, name in enumerate(["Anna", "Cara", "Cara", "Cara", "Bea"]):
        account = people.eligible_client(now, f"{name} & Co")
        send(people.member(account), finn, now=now - timedelta(hours=5 - number))
    return finn


def found(finn, now, words: str, further: int) -> list[str]:
    return [row.client.name for row in on_shelf(finn, Shelf.WAITING, now, words, further)]


def test_it_looks_at_the_newest_then_at_those_before(shelf, now):
    assert [found(shelf, now, "anna", step) for step in range(4)] == [[], [], ["Anna & Co"], []]
    assert found(shelf, now, "bea", 0) == ["Bea & Co"]
    assert [len(found(shelf, now, "co", step)) for step in range(4)] == [2, 2, 1, 0]
    assert [goes_further(shelf, Shelf.WAITING, now, step) for step in range(4)] == [
        True,
        True,
        False,
        False,
    ]


def test_the_page_leads_on_until_the_end(shelf, signed_in):
    browser, address = signed_in(shelf), f"{reverse('requests')}?q=anna&further="
    pages = [browser.get(f"{address}{step}").content.decode() for step in range(3)]
    assert [FURTHER in page for page in pages] == [True, True, False]
    assert ["Anna &amp; Co" in page for page in pages] == [False, False, True]
    assert "further=1" in pages[0]
    assert FURTHER not in browser.get(reverse("requests")).content.decode()

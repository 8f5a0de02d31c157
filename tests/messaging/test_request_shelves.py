"""The freelancer's shelves: what lies where, what is found, and what a card tells of whom."""

import re
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import FreelancerProfile, Membership
from messaging.models import ContactRequest, Flag, Receipt
from messaging.selectors import Shelf
from messaging.services.answers import (
    accept_request,
    decline_request,
    put_off_request,
    withdraw_request,
)
from messaging.services.door import block_client, make_link
from messaging.services.flags import flag_message
from messaging.services.moderation import uphold_flag
from messaging.services.recheck import check_again
from messaging.services.requests import open_request, send_request
from tests import people
from tests.messaging.letters import LETTER, reply, send, write
from tests.messaging.test_pages import cost_of, text_of

pytestmark = pytest.mark.django_db

SECRET = "nineteen lighthouses and a ferryman"
SEALED = replace(LETTER, body=f"Would you draw {SECRET} for us, please?")
DAY = timedelta(days=1)


def writer(name: str, now: datetime) -> Membership:
    return people.member(people.eligible_client(now, name), f"Writer of {name}")


def lay_on(shelf: Shelf, name: str, finn: FreelancerProfile, now: datetime) -> ContactRequest:
    """A request of a new client's that has come to lie on this shelf, the answer told long ago."""
    days = 15 if shelf is Shelf.EXPIRED else 2
    member = people.member(people.eligible_client(now, name), f"Writer {uuid.uuid4().hex[:8]}")
    request = send(member, finn, now=now - timedelta(days=days), content=SEALED)
    answer: dict[str, Any] = {"request": request, "freelancer": finn, "clock": people.at(now - DAY)}
    match shelf:
        case Shelf.ACCEPTED:
            accept_request(**answer)
        case Shelf.DECLINED:
            decline_request(**answer, line="Not my kind of work.")
        case Shelf.PUT_OFF:
            put_off_request(**answer, until=now + 30 * DAY)
        case Shelf.WITHDRAWN:
            withdraw_request(request=request, member=member, clock=people.at(now - DAY))
        case Shelf.BLOCKED:
            block_client(freelancer=finn, client=member.client, clock=people.at(now - DAY))
        case Shelf.WAITING | Shelf.EXPIRED:
            pass
    return request


def shelf_page(shelf: Shelf, **query: str) -> str:
    more = "".join(f"&{name}={value}" for name, value in query.items())
    return f"{reverse('requests')}?show={shelf.value}{more}"


def names_on(page: str) -> list[str]:
    return re.findall(r'<h2 id="name-[^>]+>\s*<a[^>]*><bdi>([^<]*)</bdi>', page)


# What lies where


def test_each_request_lies_on_its_shelf_and_on_no_other(finn, now, signed_in):
    for shelf in Shelf:
        lay_on(shelf, f"Client {shelf}", finn, now)
    browser = signed_in(finn)
    for shelf in Shelf:
        assert names_on(text_of(browser, shelf_page(shelf))) == [f"Client {shelf}"]


def test_without_or_with_an_unknown_shelf_it_is_what_waits(finn, now, signed_in):
    for shelf in Shelf:
        lay_on(shelf, f"Client {shelf}", finn, now)
    for query in ("", "?show=", "?show=everything", "?show=waiting"):
        page = text_of(signed_in(finn), f"{reverse('requests')}{query}")
        assert names_on(page) == ["Client waiting"]
        assert '<a href="?show=waiting" aria-current="page">' in page


@pytest.mark.parametrize("shelf", Shelf)
def test_an_empty_shelf_says_so_and_leads_on(finn, signed_in, shelf):
    page = text_of(signed_in(finn), shelf_page(shelf))
    assert 'class="empty"' in page
    assert names_on(page) == []
    assert 'id="selection"' not in page


@pytest.mark.parametrize(
    ("shelf", "sentence", "keys"),
    [
        (Shelf.WAITING, "expires on", "oanlbf"),
        (Shelf.ACCEPTED, "You accepted", "obf"),
        (Shelf.PUT_OFF, "Not now: they can write again from", "obf"),
        (Shelf.DECLINED, "You said no thanks", "obf"),
        (Shelf.EXPIRED, "Nothing is held against you", "obf"),
        (Shelf.WITHDRAWN, "They took it back", "bf"),
        (Shelf.BLOCKED, "Blocked by you", "obf"),
    ],
)
def test_a_card_says_how_it_stands_and_offers_what_can_be_done(
    finn, now, signed_in, shelf, sentence, keys
):
    lay_on(shelf, "Client", finn, now)
    page = text_of(signed_in(finn), shelf_page(shelf))
    card = page.split("<article")[1].split("</article>")[0]
    assert sentence in card
    assert set(re.findall(r'data-key="(\w)"', card)) == set(keys)
    assert ("/unblocking/" in card) is (shelf is Shelf.BLOCKED)
    assert ("/conversations/" in card) is (shelf is Shelf.ACCEPTED)


def test_what_was_sent_with_a_no_stands_on_its_card(finn, now, signed_in):
    lay_on(Shelf.DECLINED, "Client", finn, now)
    assert "Not my kind of work." in text_of(signed_in(finn), shelf_page(Shelf.DECLINED))


def test_a_request_whose_receipt_did_not_hold_says_who_took_it_back(finn, now, signed_in):
    request = lay_on(Shelf.WAITING, "Client", finn, now)
    request.client.payments.all().delete()
    assert check_again(request=request, freelancer=finn, clock=people.at(now))
    page = text_of(signed_in(finn), shelf_page(Shelf.WITHDRAWN))
    assert "Withdrawn by the marketplace: its receipt did not hold." in page


# What is found


def test_a_search_looks_at_client_skill_and_letters_that_were_read(finn, now, signed_in):
    maps = people.skill("Cartography")
    finn.skills.add(maps)
    by_name = send(writer("Harbour Press", now), finn)
    by_skill = send(writer("Bell & Co", now), finn, content=replace(LETTER, skill=maps))
    read = send(writer("Crane Works", now), finn, content=SEALED)
    open_request(request=read, clock=people.at(now))
    sealed = send(writer("Dune Films", now), finn, content=SEALED)
    browser = signed_in(finn)

    def found(words: str) -> set[str]:
        page = text_of(browser, shelf_page(Shelf.WAITING, q=words))
        return set(re.findall(r'id="request-([\w-]+)"', page))

    assert found("harbour") == {str(by_name.public_id)}
    assert found("cartog") == {str(by_skill.public_id)}
    assert found("LIGHTHOUSES ferryman") == {str(read.public_id)}
    assert found("films") == {str(sealed.public_id)}
    assert found("nobody at all") == set()


def test_a_sealed_letter_is_not_found_beside_an_old_one_that_was_read(finn, now, signed_in):
    member = writer("Client", now)
    old = send(member, finn, now=now - 5 * DAY)
    open_request(request=old, clock=people.at(now - 4 * DAY))
    put_off_request(request=old, freelancer=finn, until=now - DAY, clock=people.at(now - 4 * DAY))
    send(member, finn, content=SEALED)
    browser = signed_in(finn)
    assert "map of our town" in old.message.body
    assert names_on(text_of(browser, shelf_page(Shelf.PUT_OFF, q="town"))) == ["Client"]
    for shelf in Shelf:
        assert names_on(text_of(browser, shelf_page(shelf, q="lighthouses"))) == []


def test_nothing_found_says_so_and_what_is_searched(finn, now, signed_in):
    lay_on(Shelf.WAITING, "Client", finn, now)
    page = text_of(signed_in(finn), shelf_page(Shelf.WAITING, q="xylophone"))
    assert "Sealed letters are not searched." in page
    assert 'value="xylophone"' in page


def test_a_search_that_is_too_long_says_so_and_is_no_error(finn, now, signed_in):
    lay_on(Shelf.WAITING, "Client", finn, now)
    page = text_of(signed_in(finn), shelf_page(Shelf.WAITING, q="a" * 101))
    assert "Shorten it to 100 characters; this has 101." in page
    assert names_on(page) == []


@pytest.mark.parametrize("words", ["%", "_", "\\", "'", '"><script>', "%25 _"])
def test_signs_are_looked_for_as_they_are(finn, now, signed_in, words):
    lay_on(Shelf.WAITING, "Client", finn, now)
    browser = signed_in(finn)
    page = browser.get(reverse("requests"), {"q": words}).content.decode()
    assert names_on(page) == []
    assert "<script>" not in page.replace("<script src=", "")


def test_shelf_and_search_are_kept_from_page_to_page(finn, now, signed_in):
    for number in range(27):
        lay_on(Shelf.EXPIRED, f"Client {number}", finn, now)
    lay_on(Shelf.EXPIRED, "Somebody else", finn, now)
    browser = signed_in(finn)
    first = text_of(browser, shelf_page(Shelf.EXPIRED, q="client"))
    [older] = re.findall(r'rel="next" href="([^"]+)"', first)
    assert "show=expired" in older
    assert "q=client" in older
    second = text_of(browser, reverse("requests") + older.replace("&amp;", "&"))
    assert len(names_on(first)) == 25
    assert set(names_on(first)) | set(names_on(second)) == {f"Client {n}" for n in range(27)}
    assert 'name="q" value="client"' in second


# What a card tells


def test_a_card_tells_facts_and_no_word(finn, now, signed_in):
    member = writer("Harbour Press", now)
    for number in range(3):
        people.related(member.client, people.freelancer(f"F{number}"), now - 300 * DAY)
    send(member, finn, now=now - timedelta(hours=3), content=SEALED)
    page = text_of(signed_in(finn), reverse("requests"))
    for told in ("Harbour Press", "Norway", "member since", "billing verified", "3 people hired"):
        assert told in page
    for told in ("$1k–5k paid in 12 months", "A new project", "$500–2k", "Within a month"):
        assert told in page
    for told in ("3 hours ago", "expires on"):
        assert told in page.replace("\xa0", " ")
    assert SECRET not in page
    assert member.user.name not in page


@pytest.mark.parametrize("share", ["few", "half", "most"])
def test_a_record_is_told_in_words_from_five_answers_up(finn, now, signed_in, share):
    member = writer("Client", now)
    yes = {"few": 1, "half": 2, "most": 4}[share]
    for number in range(5):
        answer(member, now, accepted=number < yes, number=number)
        if number == 3:
            send(member, finn, now=now - timedelta(hours=1))
            assert "answers:" not in text_of(signed_in(finn), reverse("requests"))
    page = text_of(signed_in(finn), reverse("requests"))
    words = {"few": "few said yes", "half": "about half said yes", "most": "most said yes"}
    assert f"5 answers: {words[share]}" in page
    assert "no flag upheld in 90 days" in page


def answer(member: Membership, now: datetime, *, accepted: bool, number: int) -> None:
    """An earlier request of the client's to somebody else, and what they said."""
    other = people.freelancer(f"Other {number}")
    at = now - (10 - number) * DAY
    request = send(member, other, now=at)
    act = accept_request if accepted else decline_request
    act(request=request, freelancer=other, clock=people.at(at + timedelta(hours=1)))


def test_an_upheld_flag_stands_on_the_card(finn, now, mona, signed_in):
    member = writer("Client", now)
    for number in range(5):
        answer(member, now, accepted=True, number=number)
    other = people.freelancer("Reporter")
    flag = flag_message(
        reporter=other.user,
        message=send(member, other, now=now - 3 * DAY).message,
        reason=Flag.Reason.SPAM,
        note="",
        clock=people.at(now - 2 * DAY),
    )
    uphold_flag(flag=flag, moderator=mona, reason="It is.", clock=people.at(now - DAY))
    send(member, finn)
    assert "1 flag upheld in 90 days" in text_of(signed_in(finn), reverse("requests"))


def test_one_reporter_counts_once(finn, now, mona, signed_in):
    member, other = writer("Client", now), people.freelancer("Reporter")
    for number in range(5):
        answer(member, now, accepted=True, number=number)
    talk = send(member, other, now=now - 3 * DAY).conversation
    reply(other, talk, "Yes?", now=now - 3 * DAY)
    for line in ("Send it to my address.", "Now."):
        flag = flag_message(
            reporter=other.user,
            message=write(member, talk, line, now=now - 2 * DAY),
            reason=Flag.Reason.SPAM,
            note="",
            clock=people.at(now - 2 * DAY),
        )
        uphold_flag(flag=flag, moderator=mona, reason="It is.", clock=people.at(now - DAY))
    send(member, finn)
    assert "1 flag upheld in 90 days" in text_of(signed_in(finn), reverse("requests"))


def test_who_is_known_and_who_came_by_a_link_is_said(now, signed_in):
    olga = people.freelancer("Olga", door=FreelancerProfile.Door.CLOSED)
    known, invited = writer("Known", now), writer("Invited", now)
    people.related(known.client, olga, now - 90 * DAY)
    link = make_link(
        freelancer=olga, label="Fair", expires_at=None, most_uses=None, clock=people.at(now)
    )
    send(known, olga)
    send_request(
        member=invited,
        freelancer=olga,
        content=LETTER,
        submission_key="k",
        clock=people.at(now),
        code=link.code,
    )
    page = text_of(signed_in(olga), reverse("requests"))
    by_name = dict(zip(names_on(page), page.split("<article")[1:], strict=True))
    assert "You know each other" in by_name["Known"]
    assert "By your open-door link" in by_name["Invited"]
    assert "You know each other" not in by_name["Invited"]
    assert Receipt.objects.filter(link=link).count() == 1


@pytest.mark.parametrize("name", ["W" * 120, "شركة النور للنشر", "<i>Slant & Sons</i>"])
def test_odd_names_go_through_every_shelf(finn, now, signed_in, name):
    for shelf in Shelf:
        lay_on(shelf, name, finn, now)
        page = text_of(signed_in(finn), shelf_page(shelf))
        assert "<i>Slant" not in page
        assert len(names_on(page)) == 1


def test_the_ways_to_answer_are_each_cards_own(finn, now, signed_in):
    lay_on(Shelf.WAITING, "First & Sons", finn, now)
    lay_on(Shelf.WAITING, "Second", finn, now)
    cards = text_of(signed_in(finn), shelf_page(Shelf.WAITING)).split("<article")[1:]
    for card, request in zip(cards, finn.requests.order_by("-sent_at", "-id"), strict=True):
        acts = card.split("<form", 1)[1].split("</form>")[0]
        does = ("opening", "accepting", "declining", "blocking")
        ours = {reverse(name, args=[request.public_id]) for name in ("answer", *does)}
        flag = reverse("flag", args=[request.message.public_id])
        assert set(re.findall(r'"(/(?:requests|flags)/[\w-]{36}/(?:\w+/)?)', acts)) == ours | {flag}
        assert acts.count(f"· {request.client.name.replace('&', '&amp;')}</span>") == 7


# What it costs


def fill(shelf: Shelf) -> Callable[[FreelancerProfile, range, datetime], None]:
    def laid(finn: FreelancerProfile, rows: range, now: datetime) -> None:
        for number in rows:
            lay_on(shelf, f"Client {number}", finn, now)

    return laid


@pytest.mark.parametrize("query", ["", "client"])
@pytest.mark.parametrize("shelf", Shelf)
def test_a_shelf_costs_the_same_however_long(finn, now, signed_in, shelf, query):
    browser: Client = signed_in(finn)
    fill(shelf)(finn, range(2), now)
    # The list of what waits also tells what can still be taken back; a search looks twice, and
    # whether there is more to look through.
    cost = 13 + (shelf is Shelf.WAITING) + 3 * bool(query)
    assert cost_of(browser, shelf_page(shelf, q=query)) == cost
    fill(shelf)(finn, range(2, 30), now)
    assert "before=" in text_of(browser, shelf_page(shelf, q=query))
    assert cost_of(browser, shelf_page(shelf, q=query)) == cost

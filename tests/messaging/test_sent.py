"""What a client reads of what it sent: everything it is told, nothing before it is told."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.clock import database_now
from messaging import selectors
from messaging.models import ContactRequest, QuotaEntry
from messaging.pair import EXPIRES_AFTER, REST, UNDO
from messaging.services import answers
from messaging.services.recheck import check_again
from messaging.services.upkeep import tidy
from messaging.told import tell
from tests import people
from tests.messaging.letters import LETTER, reply, send

LINE = "Fully booked until spring. <b>Good luck</b> & all the best."
ALL_STATES = ContactRequest.State.values
MINUTE = timedelta(minutes=1)
#: What is new on each visit, and instants as they are told.
PASSING = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|<time .*?</time>|\d\d:\d\d', re.DOTALL
)


def page(browser, request) -> str:
    return str(browser.get(reverse("sent_request", args=[request.public_id])).content.decode())


def rows(browser, state: str = "") -> str:
    return str(browser.get(reverse("sent"), {"state": state}).content.decode())


def words(text: str) -> str:
    """The text of a page, with every run of space as one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text))


def accept(request, at):
    answers.accept_request(request=request, freelancer=request.freelancer, clock=people.at(at))


def decline(request, at, line: str = ""):
    answers.decline_request(
        request=request, freelancer=request.freelancer, line=line, clock=people.at(at)
    )


def put_off(request, at, days: int = 90):
    answers.put_off_request(
        request=request,
        freelancer=request.freelancer,
        until=at + timedelta(days=days),
        clock=people.at(at),
    )


def withdraw(request, at, member):
    answers.withdraw_request(request=request, member=member, clock=people.at(at))


# Each state, on the list and on its page


def test_a_waiting_request_says_when_it_expires(cleo, finn, signed_in):
    request = send(cleo, finn)
    browser = signed_in(cleo)
    for shown in (rows(browser), page(browser, request)):
        assert "Waiting</span>" in shown
        assert request.expires_at.isoformat() in shown
        assert "expires" in words(shown)
    assert reverse("withdrawal", args=[request.public_id]) in page(browser, request)


def test_an_accepted_one_leads_to_its_conversation(cleo, finn, now, signed_in):
    request = send(cleo, finn, now=now - timedelta(hours=1))
    accept(request, now - MINUTE)
    browser = signed_in(cleo)
    address = reverse("conversation", args=[request.conversation.public_id])
    for shown in (rows(browser), page(browser, request)):
        assert "Accepted" in shown
        assert f'href="{address}#latest"' in shown
    assert browser.get(address).status_code == 200


def test_a_no_is_told_in_neutral_words_with_the_freelancers_own_line(cleo, finn, now, signed_in):
    request = send(cleo, finn, now=now - timedelta(hours=1))
    decline(request, now - MINUTE, LINE)
    browser = signed_in(cleo)
    assert "they said no, thank you" in words(rows(browser))
    shown = page(browser, request)
    assert "no, thank you. They need no reason" in words(shown)
    assert "Finn, in their own words" in shown
    assert "&lt;b&gt;Good luck&lt;/b&gt; &amp; all the best." in shown
    assert "<b>Good luck" not in shown


def test_a_no_without_a_line_quotes_nobody(cleo, finn, now, signed_in):
    request = send(cleo, finn, now=now - timedelta(hours=1))
    decline(request, now - MINUTE)
    assert "in their own words" not in page(signed_in(cleo), request)


def test_a_not_now_says_from_when_one_more_may_come(cleo, finn, now, signed_in):
    request = send(cleo, finn, now=now - timedelta(hours=1))
    put_off(request, now - MINUTE)
    browser = signed_in(cleo)
    until = (now - MINUTE + timedelta(days=90)).isoformat()
    for shown in (rows(browser), page(browser, request)):
        assert "you can write to them again" in words(shown).replace("You", "you")
        assert until in shown


def test_a_not_now_whose_day_has_come_says_so(cleo, finn, now, signed_in):
    request = send(cleo, finn, now=now - timedelta(days=20))
    put_off(request, now - timedelta(days=19), days=18)
    browser = signed_in(cleo)
    assert "the time they named has come" in words(rows(browser))
    assert "The time they named has come" in page(browser, request)


@pytest.mark.parametrize("written_down", [False, True])
def test_an_unanswered_one_expires_and_says_when_one_may_write_again(
    cleo, finn, now, signed_in, written_down
):
    request = send(cleo, finn, now=now - timedelta(days=20))
    if written_down:
        tidy(clock=database_now)
    browser = signed_in(cleo)
    again = (request.expires_at + REST).isoformat()
    for shown in (rows(browser), page(browser, request)):
        assert "Expired" in shown
        assert request.expires_at.isoformat() in shown
        assert again in shown


def test_a_withdrawn_one_says_when_one_may_write_again(cleo, finn, now, signed_in):
    request = send(cleo, finn, now=now - timedelta(hours=1))
    withdraw(request, now - MINUTE, cleo)
    browser = signed_in(cleo)
    for shown in (rows(browser), page(browser, request)):
        assert "Withdrawn" in shown
        assert (now - MINUTE + REST).isoformat() in shown


def test_a_rest_that_is_over_is_told_no_more(cleo, finn, now, signed_in):
    people.pay(cleo.client, people.PLENTY, now - timedelta(days=300))
    request = send(cleo, finn, now=now - EXPIRES_AFTER - REST - MINUTE)
    shown = page(signed_in(cleo), request)
    assert (request.expires_at + REST).isoformat() not in shown
    assert "Their profile says whether you can write to them again." in shown


def test_who_know_each_other_need_no_rest(cleo, finn, now, signed_in):
    people.related(cleo.client, finn, now - timedelta(days=300))
    request = send(cleo, finn, now=now - timedelta(days=20))
    shown = page(signed_in(cleo), request)
    assert (request.expires_at + REST).isoformat() not in shown
    assert send(cleo, finn).pk, "the premise"


def test_one_the_marketplace_took_back_says_the_account_is_being_looked_at(
    cleo, finn, now, signed_in
):
    request = send(cleo, finn, now=now - timedelta(hours=1))
    cleo.client.payments.all().delete()
    assert check_again(request=request, freelancer=finn, clock=database_now)
    browser = signed_in(cleo)
    assert "Taken back by the marketplace" in words(rows(browser))
    shown = page(browser, request)
    assert "Your account is being looked at." in words(shown)
    assert f'href="{reverse("eligibility")}"' in shown
    assert "You can write to them again" not in words(shown)


# Nothing before its time


ANSWERS = {
    "accept": accept,
    "decline": lambda request, at: decline(request, at, LINE),
    "put off": put_off,
}


def everything(browser, request) -> dict[str, tuple[int, str]]:
    """Every page on which an answer could show, apart from what passes with time."""
    addresses = [
        reverse("sent"),
        *(f"{reverse('sent')}?state={state}" for state in ALL_STATES),
        reverse("sent_request", args=[request.public_id]),
        reverse("withdrawal", args=[request.public_id]),
        reverse("conversations"),
        reverse("conversation", args=[request.conversation.public_id]),
        reverse("eligibility"),
        reverse("talent_profile", args=[request.freelancer.slug]),
        reverse("compose", args=[request.freelancer.slug]),
        reverse("flag", args=[request.message.public_id]),
    ]
    found = {}
    for address in addresses:
        answer = browser.get(address)
        found[address] = (answer.status_code, PASSING.sub("", answer.content.decode()))
    return found


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("who", ["cleo", "petra"])
def test_until_the_client_is_told_no_page_moves(request, finn, now, signed_in, who, answer):
    member = request.getfixturevalue(who)
    asked = send(member, finn, now=now - timedelta(hours=2))
    browser = signed_in(member)
    before = everything(browser, asked)

    ANSWERS[answer](asked, database_now())
    assert ContactRequest.objects.get().state != "waiting", "the premise"

    assert everything(browser, asked) == before
    ContactRequest.objects.update(told_at=now, ended_at=now - UNDO)
    after = everything(browser, asked)
    assert {address for address in after if after[address] != before[address]} >= {
        reverse("sent"),
        reverse("sent_request", args=[asked.public_id]),
        reverse("eligibility"),
    }


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_taken_back_was_never_there(cleo, finn, now, signed_in, answer):
    asked = send(cleo, finn, now=now - timedelta(hours=2))
    browser = signed_in(cleo)
    before = everything(browser, asked)

    ANSWERS[answer](asked, database_now())
    answers.undo_answer(request=asked, freelancer=finn, clock=database_now)

    assert everything(browser, asked) == before


def test_a_written_reply_is_told_at_once(cleo, finn, signed_in):
    asked = send(cleo, finn)
    reply(finn, asked.conversation, "Gladly.")
    assert "Accepted" in rows(signed_in(cleo))


# By state


def test_each_state_has_its_own_list_and_together_they_are_all(petra, now):
    freelancers = [people.freelancer(f"F{number}") for number in range(7)]
    sent = [
        send(petra, each, now=now - timedelta(days=20 if number == 5 else 2 + number))
        for number, each in enumerate(freelancers)
    ]
    accept(sent[0], now - MINUTE)
    decline(sent[1], now - MINUTE)
    put_off(sent[2], now - MINUTE)
    withdraw(sent[3], now - MINUTE, petra)
    decline(sent[4], now)  # not told yet
    expected = ["accepted", "declined", "put_off", "withdrawn", "waiting", "expired", "waiting"]
    for instant in (now, now + UNDO - timedelta(microseconds=1), now + UNDO):
        if instant == now + UNDO:
            expected[4] = "declined"
        for state in ALL_STATES:
            found = selectors.sent_requests(petra, instant, state)
            listed = {request.freelancer.name for request in found}
            told = {f"F{n}" for n, each in enumerate(expected) if each == state}
            assert listed == told, (instant, state)
        every = tell(list(selectors.sent_requests(petra, instant)), petra.client, instant)
        assert {told.freelancer.name: told.state for told in every} == {
            f"F{number}": state for number, state in enumerate(expected)
        }


@pytest.mark.parametrize("state", ["", "nonsense", "waiting' OR 1=1"])
def test_a_state_that_is_none_shows_all(cleo, finn, signed_in, state):
    send(cleo, finn)
    assert "Finn" in rows(signed_in(cleo), state)


def test_an_empty_list_says_what_to_do_next(cleo, finn, signed_in):
    browser = signed_in(cleo)
    assert "You have not written to anybody yet" in rows(browser)
    send(cleo, finn)
    assert "None stands like that" in rows(browser, "accepted")


# One message until the answer


def test_the_composer_says_so_before_anything_is_typed(cleo, finn, signed_in):
    shown = words(signed_in(cleo).get(reverse("compose", args=[finn.slug])).content.decode())
    assert "You have one message until they answer" in shown
    assert "It waits for 14 days." in shown
    assert "30 days after that" in shown


def test_a_second_one_is_refused_in_a_sentence_before_typing_and_after(cleo, finn, signed_in):
    send(cleo, finn)
    address = reverse("compose", args=[finn.slug])
    browser = signed_in(cleo)
    shown = browser.get(address).content.decode()
    assert "is waiting for an answer" in shown
    assert "<textarea" not in shown
    form = {
        "submission_key": "k",
        "skill": finn.skills.all()[0].pk,
        "kind": "advice",
        "budget": "open",
        "start": "now",
        "body": LETTER.body,
    }
    refused = browser.post(address, form)
    assert refused.status_code == 422
    assert f"{LETTER.body}</textarea>" in refused.content.decode()


@pytest.mark.parametrize("end", ["expired", "withdrawn", "put off"])
def test_a_pair_at_rest_is_told_until_when_before_typing_and_after(cleo, finn, now, signed_in, end):
    asked = send(cleo, finn, now=now - timedelta(days=20))
    if end == "withdrawn":
        withdraw(asked, now - timedelta(days=10), cleo)
    if end == "put off":
        put_off(asked, now - timedelta(days=10))
    browser = signed_in(cleo)
    address = reverse("compose", args=[finn.slug])
    shown = words(browser.get(address).content.decode())
    form = {
        "submission_key": "k",
        "skill": finn.skills.all()[0].pk,
        "kind": "advice",
        "budget": "open",
        "start": "now",
        "body": LETTER.body,
    }
    refused = browser.post(address, form)
    assert refused.status_code == 422
    for told in (shown, words(refused.content.decode())):
        assert "you can write again on" in told
    assert "<textarea" not in browser.get(address).content.decode()


# Long, odd and many


@pytest.mark.parametrize("name", ["W" * 80, "شركة النور", "<i>Slant & Sons</i>"])
def test_odd_names_and_texts_stay_text(cleo, now, signed_in, name):
    odd = people.freelancer("Odd")
    odd.name = name
    odd.save(update_fields=["name"])
    request = send(
        cleo, odd, now=now - timedelta(hours=1), content=replace(LETTER, body="y" * 2000)
    )
    decline(request, now - MINUTE, "<script>alert(1)</script>" + "x" * 200)
    for shown in (rows(signed_in(cleo)), page(signed_in(cleo), request)):
        assert "<i>Slant" not in shown
        assert "<script>alert(1)" not in shown


def test_withdrawing_gives_no_place_back(petra, finn, now):
    request = send(petra, finn, now=now - timedelta(hours=1))
    withdraw(request, now, petra)
    assert [(line.kind, line.slots) for line in QuotaEntry.objects.all()] == [("used", 1)]

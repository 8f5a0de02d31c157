"""Many requests at once: what will happen is said first, each is done by itself, none is lost."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import deadline
from accounts.clock import database_now
from accounts.limits import LIMITS
from accounts.models import FreelancerProfile, Membership
from messaging.forms.answers import MOST_AT_ONCE
from messaging.models import Act, Block, ContactRequest, Flag
from messaging.services import selection
from messaging.services.answers import decline_request, withdraw_request
from messaging.services.door import block_client
from messaging.services.flags import flag_message
from tests import people
from tests.messaging.letters import LETTER, send
from tests.messaging.test_pages import text_of

pytestmark = pytest.mark.django_db

State = ContactRequest.State


@pytest.fixture
def finns(finn, signed_in) -> Client:
    """Finn's browser."""
    found: Client = signed_in(finn)
    return found


@pytest.fixture
def askers(now) -> list[Membership]:
    return [people.member(people.eligible_client(now, f"Client {number}")) for number in range(4)]


@pytest.fixture
def asked(askers, finn) -> list[ContactRequest]:
    """Four requests that wait for Finn."""
    return [send(asker, finn) for asker in askers]


def ids(asked: list[ContactRequest]) -> list[str]:
    return [str(one.public_id) for one in asked]


def choose(browser: Client, do: str, chosen: list[str] | None = None, **more: str) -> Any:
    return browser.post(reverse("selection"), {"do": do, "chosen": chosen or [], **more})


def do_it(browser: Client, do: str, chosen: list[str], **more: str) -> str:
    """Confirm, and read what came of it."""
    data = {"do": do, "chosen": " ".join(chosen), **more}
    done = browser.post(reverse("acting"), data)
    assert (done.status_code, done["Location"]) == (303, reverse("selection_result"))
    page = text_of(browser, done["Location"])
    assert LETTER.body not in page
    return page


def states(asked: list[ContactRequest]) -> list[str]:
    return [ContactRequest.objects.get(pk=one.pk).state for one in asked]


# What will happen


@pytest.mark.parametrize(
    ("do", "question", "consequence"),
    [
        ("accept", "Accept 3 requests?", "The letters are opened"),
        ("decline", "No thanks to 3 requests?", "cannot write to you again for 180 days"),
        ("put_off", "Not now, to 3 requests?", "From then on each may send you one request more"),
        ("block", "Block 3 clients?", "They are not told"),
        ("flag", "Flag 3 requests?", "Sealed ones stay sealed for you"),
    ],
)
def test_it_is_said_what_will_happen_to_how_many_and_to_whom(
    finns, asked, do, question, consequence
):
    acts = Act.objects.count()
    shown = choose(finns, do, ids(asked[:3])).content.decode()
    assert question in shown
    assert consequence in shown
    for number, named in enumerate([True, True, True, False]):
        assert (f"<bdi>Client {number}</bdi>" in shown) is named
    assert LETTER.body not in shown
    assert (states(asked), Act.objects.count()) == ([State.WAITING] * 4, acts)


def test_what_cannot_be_answered_any_more_is_left_out_and_named(finns, asked, askers):
    withdraw_request(request=asked[0], member=askers[0], clock=database_now)
    page = choose(finns, "accept", ids(asked)).content.decode()
    assert "Accept 3 requests?" in page
    assert page.index("These stay as they are") < page.index("<bdi>Client 0</bdi>")
    assert f'value="{" ".join(reversed(ids(asked[1:])))}"' in page


@pytest.mark.parametrize(
    ("do", "chosen", "sentence"),
    [
        ("decline", [], "Nothing is ticked yet."),
        ("", None, "Choose what to do with the requests you ticked."),
        ("rob", None, "Choose what to do with the requests you ticked."),
        ("decline", ["nonsense", "", "-1", "\u0664" * 32], "Nothing is ticked yet."),
        ("decline", ["7b0a0c5e-3f0e-4e2b-9d4e-0e6d3a0a1b2c"], "Nothing is ticked yet."),
    ],
)
def test_without_anything_to_do_it_says_so(finns, asked, do, chosen, sentence):
    refused = choose(finns, do, ids(asked) if chosen is None else chosen)
    assert refused.status_code == 422
    assert sentence in refused.content.decode()


def test_where_all_have_moved_it_says_so(finns, asked, finn, now):
    for one in asked:
        decline_request(request=one, freelancer=finn, clock=database_now)
    refused = choose(finns, "accept", ids(asked))
    assert refused.status_code == 422
    assert "None of these waits for an answer any more" in refused.content.decode()


# All on this filter


def test_all_means_the_shelf_as_it_is_searched(finns, asked, now, finn):
    other = people.member(people.eligible_client(now, "Somebody else"))
    send(other, finn)
    shown = choose(finns, "decline", all="yes", show="waiting", q="client").content.decode()
    assert "No thanks to 4 requests?" in shown
    assert "Somebody else" not in shown
    everybody = choose(finns, "decline", ids(asked[:1]), all="yes").content.decode()
    assert "No thanks to 5 requests?" in everybody
    nobody = choose(finns, "block", all="yes", show="declined")
    assert nobody.status_code == 422


def test_no_more_than_so_many_at_once(finns, asked, finn, now, monkeypatch):
    monkeypatch.setattr("messaging.views.bulk.MOST_AT_ONCE", 3)
    shown = choose(finns, "decline", all="yes").content.decode()
    assert "No thanks to 3 requests?" in shown
    assert "<bdi>Client 0</bdi>" not in shown  # the oldest
    assert MOST_AT_ONCE == 200


def test_more_ids_than_so_many_are_not_read(finns, asked):
    many = [str(uuid.uuid4()) for _ in range(MOST_AT_ONCE)]
    assert choose(finns, "decline", [*many, *ids(asked)]).status_code == 422
    assert choose(finns, "decline", [*ids(asked), *many]).status_code == 200


# The act


@pytest.mark.parametrize(
    ("do", "more", "state", "said"),
    [
        ("accept", {}, State.ACCEPTED, "4 requests accepted"),
        ("decline", {"line": "In spring."}, State.DECLINED, "4 requests declined"),
        ("put_off", {"wait": "week"}, State.PUT_OFF, "4 requests put off"),
    ],
)
def test_all_are_answered_and_all_is_undone(finns, asked, do, more, state, said):
    page = do_it(finns, do, ids(asked), **more)
    assert said in page
    assert states(asked) == [state] * 4
    assert "Undo all" in page
    [chosen] = re.findall(r'name="chosen" value="([^"]+)"', page)
    back = do_it(finns, "undo", chosen.split())
    assert "4 answers taken back" in back
    assert "Undo all" not in back
    assert states(asked) == [State.WAITING] * 4


def test_a_line_and_a_day_are_the_same_for_all(finns, asked, now):
    do_it(finns, "decline", ids(asked[:2]), ready="booked")
    do_it(finns, "put_off", ids(asked[2:]), until=str((now + timedelta(days=9)).date()))
    lines = {ContactRequest.objects.get(pk=one.pk).line for one in asked[:2]}
    until = {ContactRequest.objects.get(pk=one.pk).put_off_until for one in asked[2:]}
    assert lines == {"Thank you for asking. I am fully booked for the time being."}
    assert len(until) == 1


def test_blocks_are_lifted_again_at_any_time(finns, asked):
    page = do_it(finns, "block", ids(asked))
    assert "4 clients blocked" in page
    assert "Undo all" in page
    assert Block.objects.filter(lifted_at=None).count() == 4
    assert "4 clients unblocked" in do_it(finns, "unblock", ids(asked))
    assert not Block.objects.filter(lifted_at=None).exists()


def test_one_reason_goes_with_every_flag(finns, asked):
    page = do_it(finns, "flag", ids(asked), reason="spam", note="All alike.")
    assert "4 requests flagged" in page
    assert "Undo all" not in page
    assert Flag.objects.filter(reason="spam", note="All alike.").count() == 4


@pytest.mark.parametrize(
    ("do", "more", "sentence"),
    [
        ("flag", {}, "Choose what is wrong with it."),
        ("flag", {"reason": "other"}, "Say in a few words what is wrong."),
        ("put_off", {}, "Choose the day from which on they may write again."),
        ("put_off", {"until": "2020-01-01"}, "Choose a day after today."),
        ("decline", {"line": "a" * 281}, "Shorten it to 280 characters"),
    ],
)
def test_what_is_not_said_rightly_is_asked_again_and_nothing_done(finns, asked, do, more, sentence):
    refused = finns.post(reverse("acting"), {"do": do, "chosen": " ".join(ids(asked)), **more})
    assert refused.status_code == 422
    assert sentence in refused.content.decode()
    assert all(name in refused.content.decode() for name in ids(asked))
    assert states(asked) == [State.WAITING] * 4
    assert not Flag.objects.exists()


def test_a_failure_names_which_and_why_and_stops_no_other(finns, asked, askers, finn):
    withdraw_request(request=asked[1], member=askers[1], clock=database_now)
    block_client(freelancer=finn, client=asked[2].client, clock=database_now)
    page = do_it(finns, "accept", ids(asked))
    assert "2 requests accepted" in page
    assert "2 were not done; why is said below." in page
    failed = page.split('id="failed"')[1]
    assert failed.index("Client 1") < failed.index("They took it back")
    assert "You have blocked this client." in failed
    assert "Client 0" not in failed
    assert states(asked) == [State.ACCEPTED, State.WITHDRAWN, State.WAITING, State.ACCEPTED]


TOO_SLOW = "We were too slow for this one, so it stays as it was. Do it again."


def test_a_database_that_is_too_slow_for_one_loses_no_word_of_the_others(finns, asked, monkeypatch):
    def slow(*, request, **options):
        if request == asked[2]:
            raise OperationalError("canceling statement due to lock timeout")
        return decline_request(request=request, **options)

    monkeypatch.setattr(selection, "decline_request", slow)
    page = do_it(finns, "decline", ids(asked))
    assert "3 requests declined" in page
    failed = page.split('id="failed"')[1]
    assert failed.index("Client 2") < failed.index(TOO_SLOW)
    assert states(asked) == [State.DECLINED, State.DECLINED, State.WAITING, State.DECLINED]


def test_what_a_page_has_no_time_for_is_told_as_well(finns, asked, monkeypatch):
    left = iter([10.0, 3.1, 2.9, 0.0])
    monkeypatch.setattr(deadline, "left", lambda: next(left))
    page = do_it(finns, "decline", ids(asked))
    assert "2 requests declined" in page
    assert page.split('id="failed"')[1].count(TOO_SLOW) == 2
    assert states(asked).count(State.WAITING) == 2


def test_what_was_flagged_before_is_not_flagged_twice(finns, asked, finn):
    flag_message(
        reporter=finn.user, message=asked[0].message, reason="scam", note="", clock=database_now
    )
    page = do_it(finns, "flag", ids(asked), reason="spam")
    assert "3 requests flagged" in page
    assert "You have flagged it before. Moderators have it." in page


def test_flags_in_a_row_count_like_single_ones(finns, finn, now, rate_limits):
    most = int(LIMITS["flagging"].person.split("/")[0])
    asked = [
        send(people.member(people.eligible_client(now, f"Client {number}")), finn)
        for number in range(most + 2)
    ]
    page = do_it(finns, "flag", ids(asked), reason="spam")
    assert f"{most} requests flagged" in page
    assert page.count("That was more flags than we take in a day.") == 2


def test_another_ones_and_repeated_ids_are_nothing(finns, asked, askers):
    theirs = send(askers[0], people.freelancer("Gil"))
    wild = [*ids(asked[:1]) * 3, str(theirs.public_id), "x", "{" + ids(asked[:1])[0] + "}"]
    page = do_it(finns, "decline", wild)
    assert "1 request declined" in page
    assert states([asked[0], asked[1], theirs]) == [State.DECLINED, State.WAITING, State.WAITING]


@pytest.mark.parametrize("chosen", ["", "x", "1 2 3", "\u0664" * 40, "-" * 5000, "%s %d {}"])
def test_ids_that_are_none_are_refused_with_a_sentence(finns, asked, chosen):
    refused = finns.post(reverse("acting"), {"do": "decline", "chosen": chosen})
    assert refused.status_code == 422
    assert "Nothing is ticked yet." in refused.content.decode()
    assert states(asked) == [State.WAITING] * 4


# What came of it


def test_without_an_act_there_is_no_result(finns):
    assert finns.get(reverse("selection_result")).url == reverse("requests")


def test_once_they_were_told_there_is_no_undo(finns, asked):
    do_it(finns, "decline", ids(asked))
    instants = ("sent_at", "ended_at", "told_at", "declined_at")
    earlier = {name: F(name) - timedelta(hours=1) for name in instants}
    ContactRequest.objects.update(**earlier)
    assert "Undo all" not in text_of(finns, reverse("selection_result"))
    page = do_it(finns, "undo", ids(asked))
    assert "Nothing was done" in page
    assert page.count("You said no thanks") == 4


def test_the_way_back_is_the_shelf_they_came_from(finns, asked):
    shelf = "/requests/?show=waiting&q=client"
    page = do_it(finns, "decline", ids(asked), next=shelf)
    assert f'href="{shelf.replace("&", "&amp;")}"' in page
    page = do_it(finns, "undo", ids(asked), next="//evil.example")
    assert "evil" not in page


def test_both_pages_cost_the_same_for_four_as_for_forty(finns, finn, now, asked):
    few = costs(finns, asked)
    more = [
        send(people.member(people.eligible_client(now, f"Further {number}")), finn)
        for number in range(36)
    ]
    assert costs(finns, [*asked, *more]) == few


def costs(browser: Client, asked: list[ContactRequest]) -> tuple[int, int]:
    """Queries of the page that asks and of the one that tells."""

    def counted(act: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as queries:
            act()
        return len([query for query in queries if "clock_timestamp" not in query["sql"]])

    choose(browser, "block", ids(asked))
    asking = counted(lambda: choose(browser, "block", ids(asked)))
    do_it(browser, "block", ids(asked))
    return asking, counted(lambda: text_of(browser, reverse("selection_result")))


def test_nobody_acts_for_another(asked, signed_in, now):
    gil: FreelancerProfile = people.freelancer("Gil")
    browser = signed_in(gil)
    assert choose(browser, "decline", ids(asked)).status_code == 422
    assert (
        browser.post(
            reverse("acting"), {"do": "accept", "chosen": " ".join(ids(asked))}
        ).status_code
        == 422
    )
    assert states(asked) == [State.WAITING] * 4

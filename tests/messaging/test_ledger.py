"""The attention ledger: every place used or given back, why, and when; and it adds up."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import Membership
from accounts.models.client import Plan
from messaging.models import ContactRequest, QuotaEntry
from messaging.pair import UNDO
from messaging.services import answers
from messaging.services.upkeep import tidy
from tests import people
from tests.messaging.letters import send

pytestmark = pytest.mark.django_db

ROW = re.compile(r"<tr>\s*<td>.*?</tr>", re.DOTALL)
CYCLE_DAY = 1


def words(text: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", text)).strip()


def pages(browser) -> list[str]:
    """Every page of the ledger, the newest first."""
    found, address = [], reverse("eligibility")
    while address:
        found.append(browser.get(address).content.decode())
        older = re.search(r'rel="next" href="([^"]+)"', found[-1])
        address = reverse("eligibility") + older[1].replace("&amp;", "&") if older else ""
    return found


def lines(browser) -> list[str]:
    return [words(row) for shown in pages(browser) for row in ROW.findall(shown)]


@pytest.fixture
def quiet() -> datetime:
    """An instant in the middle of a billing cycle; the process clock stands there."""
    return datetime(2026, 11, 17, 12, 0, tzinfo=UTC)


@pytest.fixture
def plus(quiet, db) -> Membership:
    """A member of an account on "plus", whose cycles begin on the first of a month."""
    account = people.client("Petra Press", quiet, plan=Plan.PLUS)
    account.plan_changes.update(anchor_day=CYCLE_DAY)
    return people.member(account, "Petra")


def sent(member: Membership, count: int, since: datetime) -> list[ContactRequest]:
    """So many requests, one a minute, each to somebody else."""
    return [
        send(member, people.freelancer(f"F{number}"), now=since + timedelta(minutes=number))
        for number in range(count)
    ]


def answer(request: ContactRequest, at: datetime, kind: str = "decline") -> None:
    act: Callable[..., object] = {
        "decline": answers.decline_request,
        "accept": answers.accept_request,
    }[kind]
    act(request=request, freelancer=request.freelancer, clock=people.at(at))


# A day


def test_a_day_says_of_each_place_for_whom_how_it_stands_and_when_it_is_back(
    cleo, finn, now, signed_in
):
    old = send(cleo, people.freelancer("Gil"), now=now - timedelta(days=2))
    request = send(cleo, finn, now=now - timedelta(hours=1))
    answers.accept_request(
        request=old, freelancer=old.freelancer, clock=people.at(now - timedelta(days=1))
    )
    shown = pages(signed_in(cleo))[0]
    first, second = lines(signed_in(cleo))
    assert "Finn Waiting 1 used. It comes back" in first
    assert "24 hours after its use" in first
    assert (request.sent_at + timedelta(hours=24)).isoformat() in shown
    assert "Gil Accepted 1 used. It came back" in second
    assert reverse("sent_request", args=[request.public_id]) in shown
    assert "given back" not in words(shown).split("Where they went")[1].split("When")[1]


# A cycle. Instants are frozen, so on SQLite: elsewhere the database's own clock counts.


@pytest.mark.sqlite
def test_a_credit_that_is_due_stands_there_before_it_is_written(plus, quiet, signed_in):
    with time_machine.travel(quiet, tick=False):
        accepted, declined, _ignored = sent(plus, 3, quiet - timedelta(days=2))
        answer(accepted, quiet - timedelta(hours=2), "accept")
        answer(declined, quiet - timedelta(hours=1))
        assert QuotaEntry.objects.filter(kind="returned").count() == 0, "the premise"
        shown = lines(signed_in(plus))
        assert [line.split(" F")[1] for line in shown[:2]] == [
            "1 Declined 1 given back. They answered politely.",
            "0 Accepted 1 given back. They accepted.",
        ]
        assert "It comes back when they answer, or" in shown[2]
        assert all("when they answered." in line for line in shown[3:])
        before = pages(signed_in(plus))[0]
        assert tidy(clock=database_now) == (0, 2)
        after = pages(signed_in(plus))[0]
        assert ROW.findall(after) == ROW.findall(before)


@pytest.mark.sqlite
@pytest.mark.parametrize("tidied", [0, 4, 12])
def test_the_balance_is_the_sum_of_the_lines(plus, quiet, signed_in, tidied):
    """Twelve answered, at most ten come back; what is written and what is due add up the same."""
    with time_machine.travel(quiet, tick=False):
        asked = sent(plus, 30, quiet - timedelta(days=3))
        for number, request in enumerate(asked[:12]):
            answer(request, quiet - timedelta(hours=20 - number))
            if number + 1 == tidied:
                tidy(clock=people.at(quiet - timedelta(hours=20 - number) + UNDO))
        browser = signed_in(plus)
        shown = lines(browser)
        assert len(shown) == 40
        used = sum("1 used." in line for line in shown)
        given_back = sum("1 given back." in line for line in shown)
        assert (used, given_back) == (30, 10)
        assert f"{40 - used + given_back} of 40 left in this cycle" in words(pages(browser)[0])
        assert sum("as many as can come back in a cycle had" in line for line in shown) == 2


@pytest.mark.sqlite
def test_ignored_and_withdrawn_ones_give_none_back_and_the_page_says_so(plus, quiet, signed_in):
    with time_machine.travel(quiet, tick=False):
        ignored, withdrawn = sent(plus, 2, quiet - timedelta(days=15))
        answers.withdraw_request(
            request=withdrawn, member=plus, clock=people.at(quiet - timedelta(days=1))
        )
        shown = pages(signed_in(plus))[0]
        assert "at most 10 in a cycle" in words(shown)
        assert "not answered, or that you withdraw, gives none back" in words(shown)
        newest, oldest = lines(signed_in(plus))
        assert "It was withdrawn, so it comes back" in newest
        assert "Nobody answered, so it comes back" in oldest
        assert "38 of 40 left in this cycle" in words(shown)
        assert ignored.told_state(quiet) == "expired"


@pytest.mark.sqlite
def test_a_use_of_an_earlier_cycle_is_told_as_back(plus, quiet, signed_in):
    with time_machine.travel(quiet, tick=False):
        sent(plus, 1, datetime(2026, 10, 30, 9, 0, tzinfo=UTC))
        [line] = lines(signed_in(plus))
        assert "It came back" in line
        assert "with the next billing cycle" in line


@pytest.mark.sqlite
def test_due_lines_stand_on_the_first_page_only(plus, quiet, signed_in):
    with time_machine.travel(quiet, tick=False):
        asked = sent(plus, 30, quiet - timedelta(days=3))
        answer(asked[0], quiet - timedelta(hours=20))
        first, second = pages(signed_in(plus))
        assert words(first).count("1 given back.") == 1
        assert words(second).count("1 given back.") == 0
        # The place that came back says so wherever its own line stands.
        assert words(second).count("when they answered") == 1

"""What the periodic task writes down: late, twice or never, no page shows anything else."""

from datetime import timedelta

import pytest

from messaging.invariants import violations
from messaging.models import Act, ContactRequest, QuotaEntry
from messaging.quota import quota_at
from messaging.selectors import Shelf, on_shelf, pair_at, unopened, waiting_count
from messaging.services import upkeep
from tests import people
from tests.eligibility.case import POLICY_1
from tests.messaging.letters import every_row, send
from tests.messaging.replies import accept, decline, fresh, put_off, undo, withdraw

PLUS = POLICY_1.plans["plus"].quota
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
UNDO = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _intact(db):
    yield
    assert list(violations()) == []


def tidy(now):
    return upkeep.tidy(clock=people.at(now))


def balance(member, now, anchor_day):
    return quota_at(member.client_id, PLUS, anchor_day=anchor_day, now=now)


@pytest.fixture
def plus(petra, now):
    """Petra, whose billing cycle began ten days ago."""
    people.put_on_plan(petra.client, "plus", now - 10 * DAY, anchor_day=(now - 10 * DAY).day)
    return petra


@pytest.fixture
def anchor(now) -> int:
    return int((now - 10 * DAY).day)


def shown(freelancer, client, now, anchor):
    """What pages derive: the shelves, the badges, the pair, and the client's balance."""
    return (
        {shelf: sorted(r.pk for r in on_shelf(freelancer, shelf, now)) for shelf in Shelf},
        waiting_count(freelancer, now),
        unopened(freelancer, now),
        pair_at(client.pk, freelancer.pk, now),
        [row.told_state(now) for row in ContactRequest.objects.order_by("pk")],
        [row.state_at(now) for row in ContactRequest.objects.order_by("pk")],
        quota_at(client.pk, PLUS, anchor_day=anchor, now=now),
    )


# Expiry


def test_it_expires_what_is_over_and_nothing_else(cleo, otto, petra, finn, now):
    over = send(cleo, finn, now=now - 14 * DAY)
    nearly = send(otto, finn, now=now - 14 * DAY + TICK)
    answered = send(petra, finn, now=now - 15 * DAY)
    decline(answered, now - 14 * DAY)
    assert tidy(now) == (1, 1)
    assert [fresh(each).state for each in (over, nearly, answered)] == [
        "expired",
        "waiting",
        "declined",
    ]
    act = Act.objects.get(kind="request_expired")
    assert (act.request, act.actor, act.at) == (over, None, now)


@pytest.mark.parametrize("late", [timedelta(), TICK, 9 * DAY])
def test_however_late_the_end_is_the_same(cleo, finn, now, late):
    asked = send(cleo, finn, now=now - 14 * DAY - late)
    tidy(now)
    assert fresh(asked).ended_at == fresh(asked).told_at == now - late


def test_twice_it_writes_nothing_more(cleo, plus, finn, olga, now):
    send(cleo, finn, now=now - 15 * DAY)
    accept(send(plus, finn, now=now - DAY), now - DAY + TICK)
    assert tidy(now) == (1, 1)
    before = every_row()
    assert tidy(now) == tidy(now + UNDO) == (0, 0)
    assert every_row() == before


def test_the_oldest_are_written_first_and_a_run_is_bounded(cleo, otto, finn, now, monkeypatch):
    monkeypatch.setattr(upkeep, "BATCH", 1)
    first, second = send(otto, finn, now=now - 16 * DAY), send(cleo, finn, now=now - 15 * DAY)
    assert tidy(now) == (1, 0)
    assert [fresh(each).state for each in (first, second)] == ["expired", "waiting"]
    assert tidy(now) == (1, 0)
    assert tidy(now) == (0, 0)


# Credits


@pytest.mark.parametrize("answer", [accept, decline, put_off])
def test_a_credit_is_written_once_it_was_told(plus, finn, now, answer, anchor):
    asked = send(plus, finn, now=now - DAY)
    answer(asked, now - UNDO)
    assert tidy(now - TICK) == (0, 0)
    assert balance(plus, now - TICK, anchor).used == 1
    assert balance(plus, now, anchor).used == 0, "due, written or not"
    assert tidy(now) == (0, 1)
    line = QuotaEntry.objects.get(kind="returned")
    assert (line.request, line.at, line.slots) == (asked, now, -1)
    assert balance(plus, now, anchor).used == 0


def test_an_answer_undone_or_withdrawn_from_gives_nothing_back(plus, finn, olga, now, anchor):
    olga.door = "open"
    olga.save()
    undone, withdrawn = send(plus, finn, now=now - DAY), send(plus, olga, now=now - DAY)
    accept(undone, now - DAY)
    undo(undone, now - DAY + TICK)
    accept(withdrawn, now - DAY)
    withdraw(withdrawn, plus, now - DAY + TICK)
    assert tidy(now) == (0, 0)
    assert balance(plus, now, anchor).used == 2


def test_ten_a_cycle_however_late_they_are_written(plus, now, anchor):
    """The eleventh does not come back later either, when the ten are two months old."""
    start = now - 100 * DAY
    people.put_on_plan(plus.client, "plus", start, anchor_day=start.day)
    for number in range(11):
        day = start + number * 2 * DAY
        accept(send(plus, people.freelancer(f"F{number}"), now=day), day + TICK)
    returned = QuotaEntry.objects.filter(kind="returned")
    assert returned.count() == 10, "each send writes those that are due"
    for days in (25, 60, 70, 81, 82, 85, 100):
        tidy(start + days * DAY)
        assert returned.count() == 10, days


def test_a_plan_by_the_day_gives_nothing_back(cleo, finn, now):
    accept(send(cleo, finn, now=now - DAY), now - DAY)
    assert tidy(now) == (0, 0)


def test_a_send_writes_what_is_due_before_it_counts(plus, finn, olga, now, anchor):
    accept(send(plus, finn, now=now - DAY), now - DAY)
    send(plus, people.freelancer("Fay"), now=now)
    kinds = QuotaEntry.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["used", "returned", "used"]
    assert balance(plus, now, anchor).used == 1


# Late, twice, never


@pytest.mark.parametrize("runs", [[], [0], [0, 0], [3], [1, 2, 20]])
def test_no_page_shows_when_it_ran(plus, cleo, otto, finn, now, anchor, runs):
    send(cleo, finn, now=now - 20 * DAY)
    accept(send(plus, finn, now=now - 5 * DAY), now - 4 * DAY)
    decline(send(otto, finn, now=now - 13 * DAY), now - 12 * DAY)
    before = {
        days: shown(finn, cleo.client, now - days * DAY, anchor) for days in (0, 1, 3, 6, 11, 30)
    }
    for hours in runs:
        tidy(now - hours * timedelta(hours=1))
        after = {days: shown(finn, cleo.client, now - days * DAY, anchor) for days in (0, 1, 3)}
        assert after == {days: before[days] for days in after}

"""A day is the last 24 hours to the microsecond; a cycle starts on the plan's day, clamped."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts.models.client import Plan
from eligibility.rules import Quota
from messaging.models import Conversation, QuotaEntry
from messaging.quota import quota_at
from messaging.services.conversations import write_as_freelancer
from messaging.slots import cycle_start, next_cycle_start, quota_since, quota_state
from tests import people
from tests.messaging.letters import send

DAILY = Quota(slots=5, window="day")
PLUS = Quota(slots=40, window="cycle", returns=10)
MOMENT = timedelta(microseconds=1)
HOURS_24 = timedelta(hours=24)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


NOW = instant("2026-11-23 09:00")


def daily(*uses: datetime, now: datetime = NOW):
    since = quota_since(DAILY, 1, now)
    return quota_state(DAILY, [(at, 1) for at in uses if at > since], anchor_day=1, now=now)


# A day


@pytest.mark.parametrize(
    ("age", "used"),
    [
        (timedelta(), 1),
        (HOURS_24 - MOMENT, 1),
        (HOURS_24, 0),
        (HOURS_24 + MOMENT, 0),
    ],
)
def test_a_slot_is_free_again_exactly_24_hours_after_its_use(age, used):
    assert daily(NOW - age).used == used


def test_a_use_stamped_later_than_now_counts():
    assert daily(NOW + timedelta(seconds=5)).used == 1


def test_midnight_frees_nothing():
    evening = instant("2026-11-22 23:59")
    assert daily(*[evening] * 5, now=instant("2026-11-23 00:01")).left == 0


def test_the_next_slot_opens_when_the_oldest_use_is_a_day_old():
    state = daily(NOW - timedelta(hours=1), NOW - timedelta(hours=20))
    assert (state.left, state.next_at) == (3, NOW + timedelta(hours=4))
    assert daily().next_at is None


def test_after_a_smaller_limit_the_next_slot_opens_when_uses_fall_below_it():
    uses = [(NOW - timedelta(hours=hours), 1) for hours in (3, 2, 1)]
    state = quota_state(Quota(slots=2, window="day"), uses, anchor_day=1, now=NOW)
    assert (state.left, state.next_at) == (0, NOW + timedelta(hours=22))


def test_a_return_never_gives_back_a_daily_slot():
    lines = [(NOW - timedelta(hours=2), 1), (NOW - timedelta(hours=1), -1)]
    assert quota_state(DAILY, lines, anchor_day=1, now=NOW).used == 1


# A cycle


@pytest.mark.parametrize(
    ("anchor", "now", "start", "following"),
    [
        (1, "2026-11-23 09:00", "2026-11-01", "2026-12-01"),
        (23, "2026-11-23 00:00", "2026-11-23", "2026-12-23"),
        (24, "2026-11-23 23:59:59.999999", "2026-10-24", "2026-11-24"),
        (31, "2026-11-30 00:00", "2026-11-30", "2026-12-31"),
        (31, "2026-11-29 23:59", "2026-10-31", "2026-11-30"),
        (31, "2026-02-27 12:00", "2026-01-31", "2026-02-28"),
        (31, "2026-02-28 00:00", "2026-02-28", "2026-03-31"),
        (29, "2028-02-29 00:00", "2028-02-29", "2028-03-29"),
        (30, "2028-02-29 12:00", "2028-02-29", "2028-03-30"),
        (29, "2026-03-28 12:00", "2026-02-28", "2026-03-29"),
        (15, "2026-01-14 12:00", "2025-12-15", "2026-01-15"),
        (31, "2026-12-31 00:00", "2026-12-31", "2027-01-31"),
    ],
)
def test_a_cycle_starts_on_the_anchor_day_or_the_months_last(anchor, now, start, following):
    assert cycle_start(anchor, instant(now)) == instant(start)
    assert next_cycle_start(anchor, instant(now)) == instant(following)


def test_a_use_at_the_cycles_first_instant_belongs_to_it():
    start = cycle_start(31, NOW)
    assert quota_since(PLUS, 31, NOW) < start
    assert quota_since(PLUS, 31, NOW) >= start - MOMENT


def test_a_cycles_balance_is_the_sum_of_its_lines():
    state = quota_state(PLUS, [(NOW, 1), (NOW, 1), (NOW, -1)], anchor_day=1, now=NOW)
    assert (state.used, state.left, state.next_at) == (1, 39, instant("2026-12-01"))


def test_a_return_whose_use_lies_in_an_earlier_cycle_adds_no_slot():
    """The anchor day may be moved between the two."""
    assert quota_state(PLUS, [(NOW, -1)], anchor_day=1, now=NOW).left == PLUS.slots


# The ledger


def balance(member, quota, now):
    return quota_at(member.client_id, quota, anchor_day=now.day, now=now)


def test_the_balance_shown_is_what_the_next_send_is_judged_by(cleo, now):
    day_ago = now - HOURS_24
    for number in range(5):
        send(cleo, people.freelancer(f"F{number}"), now=day_ago + timedelta(minutes=number))
    assert balance(cleo, DAILY, now - MOMENT).left == 0
    assert balance(cleo, DAILY, now).left == 1
    assert balance(cleo, DAILY, now).next_at == now + timedelta(minutes=1)


def test_an_accepted_request_returns_its_credit_within_the_cycle(petra, finn, now):
    request = send(petra, finn, now=now)
    assert balance(petra, PLUS, now).used == 1
    accept(request, now)
    assert balance(petra, PLUS, now).used == 0
    kinds = QuotaEntry.objects.order_by("id").values_list("kind", "slots", "request")
    assert list(kinds) == [("used", 1, request.pk), ("returned", -1, request.pk)]


def test_ten_credits_return_in_one_cycle(petra, now):
    for number in range(12):
        accept(send(petra, people.freelancer(f"F{number}"), now=now), now)
    assert QuotaEntry.objects.filter(kind="returned").count() == 10
    assert balance(petra, PLUS, now).used == 2


def test_a_credit_of_an_earlier_cycle_does_not_return(petra, finn, now):
    people.put_on_plan(petra.client, Plan.PLUS, now)  # the cycle begins today
    request = send(petra, finn, now=now - timedelta(days=2))
    accept(request, now)
    assert not QuotaEntry.objects.filter(kind="returned").exists()


def test_a_daily_slot_does_not_return_on_acceptance(cleo, finn, now):
    accept(send(cleo, finn, now=now), now)
    assert balance(cleo, DAILY, now).used == 1
    assert QuotaEntry.objects.get().kind == "used"


def accept(request, now):
    write_as_freelancer(
        freelancer=request.freelancer,
        conversation=Conversation.objects.get(pk=request.conversation_id),
        body="Yes, gladly.",
        submission_key=f"reply {request.pk}",
        clock=people.at(now),
    )

"""Pausing the door until a day, wherever the freelancer is."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import FreelancerProfile, User
from messaging.door import Door
from messaging.models import Act
from messaging.services.outcomes import Refused
from tests.messaging.doors import DAY, save, soon, stored
from tests.messaging.letters import send, writes_nothing


@pytest.fixture
def browser(finn, signed_in) -> Client:
    page: Client = signed_in(finn)
    return page


def pause(browser: Client, finn: FreelancerProfile, zone: str, day: str) -> datetime | None:
    User.objects.filter(pk=finn.user_id).update(time_zone=zone)
    assert save(browser, pause_until=day).status_code == 303
    return stored(finn).paused_until


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        ("UTC", "2027-03-01", datetime(2027, 3, 1, tzinfo=UTC)),
        ("Europe/Oslo", "2027-03-01", datetime(2027, 2, 28, 23, tzinfo=UTC)),
        ("Pacific/Auckland", "2027-03-01", datetime(2027, 2, 28, 11, tzinfo=UTC)),
        # The clocks go forward at midnight, so that day begins at one.
        ("Africa/Cairo", "2027-04-30", datetime(2027, 4, 29, 22, tzinfo=UTC)),
    ],
)
def test_a_pause_ends_when_the_day_begins_where_the_freelancer_is(browser, finn, zone, day, begins):
    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC)):
        assert pause(browser, finn, zone, day) == begins


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("zone", "day", "taken"),
    [
        ("Pacific/Auckland", "2026-11-27", False),  # it is that day there already
        ("Pacific/Auckland", "2026-11-28", True),
        ("America/Los_Angeles", "2026-11-26", False),
        ("America/Los_Angeles", "2026-11-27", True),
        ("UTC", "2027-11-27", True),
        ("UTC", "2027-11-28", False),
    ],
)
def test_from_tomorrow_to_a_year_ahead(browser, finn, zone, day, taken):
    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC)):
        User.objects.filter(pk=finn.user_id).update(time_zone=zone)
        assert save(browser, pause_until=day).status_code == (303 if taken else 422)


@pytest.mark.sqlite
def test_a_pause_left_as_it_is_shown_stays_to_the_minute(browser, finn):
    """A freelancer who moved sees the day as it is there; saving something else moves nothing."""
    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC)):
        begins = pause(browser, finn, "Pacific/Auckland", "2027-03-01")
        User.objects.filter(pk=finn.user_id).update(time_zone="America/Los_Angeles")
        shown = browser.get(reverse("door")).context["form"].initial["pause_until"]
        assert shown.isoformat() == "2027-02-28"
        save(browser, door="selective", pause_until="2027-02-28")
    assert stored(finn).paused_until == begins


def test_the_page_says_until_when_and_a_click_ends_it(browser, cleo, finn, now):
    save(browser, door="selective", pause_until=soon())
    page = browser.get(reverse("door")).content.decode()
    assert "Paused. This ends" in page
    assert "then your door is as set below" in page
    assert writes_nothing(lambda: send(cleo, finn), Refused).refusal == "closed"

    assert browser.post(reverse("pause_end")).status_code == 303
    assert stored(finn) == Door(state="selective")
    assert "Paused. This ends" not in browser.get(reverse("door")).content.decode()
    assert send(cleo, finn).pk
    browser.post(reverse("pause_end"))
    assert Act.objects.filter(kind="door_changed").count() == 2, "a second click is no change"


def test_a_pause_that_is_over_is_not_shown(browser, finn, now):
    FreelancerProfile.objects.filter(pk=finn.pk).update(paused_until=now - DAY)
    page = browser.get(reverse("door"))
    assert page.context["form"].initial["pause_until"] is None
    assert "Paused. This ends" not in page.content.decode()


def test_oslo_is_a_zone_that_is_read_from_the_person(browser, finn):
    """The premise of the pauses above."""
    assert pause(browser, finn, "Europe/Oslo", soon()) is not None
    shown = stored(finn).paused_until
    assert shown is not None
    assert shown.astimezone(ZoneInfo("Europe/Oslo")).hour == 0

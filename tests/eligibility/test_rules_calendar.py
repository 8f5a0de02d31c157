"""The gate at awkward instants, in processes of several time zones, against a calendar by hand."""

import calendar
import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from eligibility.rules import Criterion, window_start
from eligibility.selectors import verdict_at
from tests.eligibility.case import QUARTER, TICK, good, paid, stored, utc

ZONES = ["UTC", "America/New_York", "Pacific/Apia"]
# Month ends, leap days, year ends, and the hours at which these zones change theirs.
EDGES = [
    utc(2026, 1, 31, 23, 59, 59),
    utc(2026, 2, 28, 12),
    utc(2026, 3, 1),
    utc(2026, 3, 8, 7),
    utc(2026, 3, 31),
    utc(2026, 4, 30, 23),
    utc(2026, 8, 31, 6, 30),
    utc(2026, 11, 1, 6),
    utc(2026, 12, 31, 23, 59, 59),
    utc(2027, 1, 1),
    utc(2027, 2, 28, 10),
    utc(2028, 2, 28, 5),
    utc(2028, 2, 28, 23, 59, 59),
    utc(2028, 2, 29),
    utc(2028, 2, 29, 12),
    utc(2028, 2, 29, 23, 59, 59),
    utc(2028, 3, 1),
    utc(2029, 2, 28, 12),
    utc(2029, 3, 1),
    utc(2029, 12, 31, 12),
]
OFFSETS = [-TICK, timedelta(), TICK]


def a_year_before(instant: datetime) -> datetime:
    """By the calendar alone: 29 February has no day a year before, so it takes the 28th."""
    _, length = calendar.monthrange(instant.year - 1, instant.month)
    return instant.replace(year=instant.year - 1, day=min(instant.day, length))


@pytest.fixture(params=ZONES)
def zone(request) -> Iterator[ZoneInfo]:
    """The process runs in that zone, and the zone is also given for the instants asked about."""
    before = os.environ.get("TZ")
    os.environ["TZ"] = request.param
    time.tzset()
    yield ZoneInfo(request.param)
    if before is None:
        del os.environ["TZ"]
    else:
        os.environ["TZ"] = before
    time.tzset()


def test_there_are_sixty_instants():
    assert len({edge + offset for edge in EDGES for offset in OFFSETS}) == 60


def test_the_window_is_the_calendars_in_every_zone(zone: ZoneInfo):
    for now in (edge + offset for edge in EDGES for offset in OFFSETS):
        assert window_start(now.astimezone(zone), 12) == a_year_before(now), now


def test_twelve_months_are_the_same_in_every_zone(zone: ZoneInfo, db):
    for edge in EDGES:
        settled = a_year_before(edge)
        client = stored(good(payments=(paid(200_000, settled),)))
        for offset in OFFSETS:
            now = edge + offset
            counts = settled > a_year_before(now)
            for asked in (now, now.astimezone(zone)):
                spend = verdict_at(client.pk, asked).result(Criterion.SPEND)
                assert (spend.met, spend.observed) == (counts, 200_000 * counts), asked


def test_ninety_days_are_elapsed_days_in_every_zone(zone: ZoneInfo, db):
    for edge in EDGES:
        began = edge - QUARTER
        client = stored(good(joined_at=began, payments=(paid(200_000, began),)))
        for offset in OFFSETS:
            now = edge + offset
            for asked in (now, now.astimezone(zone)):
                verdict = verdict_at(client.pk, asked)
                for criterion in (Criterion.TENURE, Criterion.FIRST_PAYMENT):
                    result = verdict.result(criterion)
                    assert result.observed == QUARTER + offset
                    assert result.met is (offset > timedelta())
                    assert result.met_at == (None if result.met else edge + TICK)


def test_lapses_at_is_the_same_in_every_zone(zone: ZoneInfo, db):
    for edge in EDGES:
        client = stored(good(payments=(paid(200_000, edge - 30 * timedelta(days=1)),)))
        here = verdict_at(client.pk, edge).result(Criterion.SPEND)
        there = verdict_at(client.pk, edge.astimezone(zone)).result(Criterion.SPEND)
        assert here.lapses_at is not None
        assert here == there

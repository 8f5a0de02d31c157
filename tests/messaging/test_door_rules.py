"""The freelancer's door: the bar's edges, the intake's, a pause's, and what a new door would have
said to those who came."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.door import Arrival, Asker, Bar, Door, Refusal, door_content, replay

# Pure: one pass is enough.
pytestmark = pytest.mark.sqlite

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MAPS, TYPE = 7, 8


def asker(**changes) -> Asker:
    figures: dict[str, Any] = {
        "spend_cents": 200_000,
        "tenure": 100 * DAY,
        "hired": 1,
        "country": "NO",
    }
    return Asker(**figures | changes)


def selective(**terms) -> Door:
    return Door(state="selective", **terms)


# The bar


@pytest.mark.parametrize(
    ("bar", "just", "short"),
    [
        (Bar(spend_cents=200_000), asker(), asker(spend_cents=199_999)),
        (Bar(tenure_days=100), asker(), asker(tenure=100 * DAY - TICK)),
        (Bar(hired=True), asker(), asker(hired=0)),
        (Bar(skills=frozenset({MAPS, TYPE})), asker(skill=MAPS), asker(skill=9)),
        (Bar(skills=frozenset({MAPS})), asker(skill=MAPS), asker(skill=None)),
        (Bar(countries=frozenset({"NO", "SE"})), asker(), asker(country="DK")),
        (Bar(countries=frozenset({"NO"})), asker(), asker(country="")),
        (Bar(spend_cents=0), asker(spend_cents=0), asker(spend_cents=-1)),
    ],
)
def test_at_least_includes_the_figure_itself(bar, just, short):
    assert bar.is_met_by(just)
    assert not bar.is_met_by(short)
    assert selective(bar=bar).refuses(just, (), NOW) is None
    assert selective(bar=bar).refuses(short, (), NOW) == Refusal.BAR


def test_nothing_set_asks_for_nothing():
    nobody = asker(spend_cents=-5, tenure=timedelta(), hired=0, country="")
    assert Bar().is_met_by(nobody)
    assert selective().refuses(nobody, (), NOW) is None


def test_every_part_of_a_bar_has_to_be_met():
    whole = Bar(
        spend_cents=200_000,
        tenure_days=100,
        hired=True,
        skills=frozenset({MAPS}),
        countries=frozenset({"NO"}),
    )
    assert whole.is_met_by(asker(skill=MAPS))
    for short in (
        {"spend_cents": 0},
        {"tenure": DAY},
        {"hired": 0},
        {"skill": TYPE},
        {"country": "SE"},
    ):
        assert not whole.is_met_by(asker(**{"skill": MAPS} | short))


@pytest.mark.parametrize("state", ["open", "closed"])
def test_only_a_selective_door_has_a_bar_and_counts(state):
    door = Door(state=state, bar=Bar(spend_cents=10**9), intake_day=1)
    told = {"open": None, "closed": Refusal.CLOSED}[state]
    assert door.refuses(asker(), (NOW,) * 9, NOW) == told


# So many a day, so many a week


@pytest.mark.parametrize(("name", "span"), [("intake_day", DAY), ("intake_week", 7 * DAY)])
@pytest.mark.parametrize("most", [1, 2, 3])
def test_the_door_is_full_at_n_until_the_first_is_a_span_old(name, span, most):
    door = selective(**{name: most})

    def full(*ages: timedelta) -> bool:
        told = door.refuses(asker(), [NOW - age for age in ages], NOW)
        assert told in {None, Refusal.FULL}
        return told is Refusal.FULL

    newer = [HOUR] * (most - 1)
    assert not full(*newer)
    assert full(*newer, span - TICK)
    assert not full(*newer, span)
    assert not full(*newer, span + TICK)
    assert full(*newer, -TICK), "a request stamped later than now counts"


def test_a_day_and_a_week_bind_each_for_itself():
    door = selective(intake_day=1, intake_week=2)
    assert door.is_full([NOW - HOUR], NOW)
    assert not door.is_full([NOW - 2 * DAY], NOW)
    assert door.is_full([NOW - 2 * DAY, NOW - 3 * DAY], NOW)


# Shut


def test_a_pause_ends_at_its_instant_and_closed_does_not_end():
    assert Door(paused_until=NOW + TICK).is_shut(NOW)
    assert not Door(paused_until=NOW).is_shut(NOW)
    assert Door(state="closed", paused_until=NOW).is_shut(NOW)
    assert selective(paused_until=NOW + TICK).refuses(asker(), (), NOW) == Refusal.CLOSED


def test_of_several_reasons_the_doors_own_order_holds():
    everything = selective(bar=Bar(hired=True), intake_day=1, paused_until=NOW + HOUR)
    stranger, came = asker(hired=0), (NOW - HOUR,)
    assert everything.refuses(stranger, came, NOW) == Refusal.CLOSED
    assert everything.refuses(stranger, came, NOW + HOUR) == Refusal.BAR
    assert everything.refuses(asker(), came, NOW + HOUR) == Refusal.FULL


def test_a_receipt_keeps_every_term_as_plain_json():
    door = selective(
        paused_until=NOW,
        known_clients_pass=False,
        bar=Bar(spend_cents=5, tenure_days=6, skills=frozenset({8, 7}), countries=frozenset("NS")),
        intake_day=3,
        intake_week=9,
    )
    kept = door_content(door, "link")
    assert json.loads(json.dumps(kept)) == kept
    assert kept == {
        "way": "link",
        "state": "selective",
        "paused_until": "2026-11-23T09:00:00+00:00",
        "known_clients_pass": False,
        "bar_spend_cents": 5,
        "bar_tenure_days": 6,
        "bar_hired": False,
        "bar_skills": [7, 8],
        "bar_countries": ["N", "S"],
        "intake_day": 3,
        "intake_week": 9,
    }


# What this door would have said


def came(hours: float, **changes) -> Arrival:
    of_arrival = {name: changes.pop(name) for name in ("known", "by_link") if name in changes}
    return Arrival(at=NOW + hours * HOUR, asker=asker(**changes), **of_arrival)


def test_a_replay_says_what_the_door_would_have_said_to_each():
    door = selective(bar=Bar(spend_cents=100_000), intake_day=1)
    arrivals = [came(0), came(1, spend_cents=0), came(2), came(24), came(25, known=True)]
    assert replay(door, arrivals) == [None, Refusal.BAR, Refusal.FULL, None, None]


def test_only_what_it_lets_in_by_itself_fills_the_door():
    door = selective(bar=Bar(spend_cents=100_000), intake_day=1)
    known, poor = came(0, known=True), came(1, spend_cents=0)
    by_link = came(2, by_link=True, spend_cents=0)
    assert replay(door, [known, poor, by_link, came(3)]) == [None, Refusal.BAR, None, None]


def test_a_link_that_was_not_needed_is_none():
    """Who holds one and would have come in anyhow counts like anybody."""
    door = selective(intake_day=1)
    answers = replay(door, [came(0, by_link=True), came(1), came(2, by_link=True)])
    assert answers == [None, Refusal.FULL, None]


def test_a_closed_door_lets_in_links_and_the_known_unless_they_wait_like_others():
    arrivals = [came(0), came(1, known=True), came(2, by_link=True)]
    shut = Refusal.CLOSED
    assert replay(Door(state="closed"), arrivals) == [shut, None, None]
    waits = Door(state="closed", known_clients_pass=False)
    assert replay(waits, arrivals) == [shut, shut, None]


def test_a_replay_leaves_out_a_pause():
    assert replay(Door(paused_until=NOW + 9 * DAY), [came(0)]) == [None]


doors = st.builds(
    Door,
    state=st.sampled_from(["open", "selective", "selective", "closed"]),
    known_clients_pass=st.booleans(),
    bar=st.builds(Bar, spend_cents=st.none() | st.just(100_000)),
    intake_day=st.none() | st.integers(1, 3),
    intake_week=st.none() | st.integers(1, 5),
)
comers = st.builds(
    came,
    st.integers(0, 24 * 9),
    spend_cents=st.sampled_from([0, 100_000]),
    known=st.booleans(),
    by_link=st.booleans(),
)


@given(doors, st.lists(comers, max_size=15))
def test_a_replay_is_the_same_as_asking_the_door_each_time(door, arrivals):
    arrivals.sort(key=lambda one: one.at)
    inside: list[datetime] = []
    for one, answer in zip(arrivals, replay(door, arrivals), strict=True):
        if one.known and door.known_clients_pass:
            assert answer is None
            continue
        told = door.refuses(one.asker, inside, one.at)
        assert answer == (None if one.by_link else told)
        inside += [one.at] if told is None else []


@given(doors, st.lists(comers, max_size=15))
def test_no_span_of_a_replay_holds_more_than_the_door_says(door, arrivals):
    arrivals.sort(key=lambda one: one.at)
    passed = [
        one.at
        for one, answer in zip(arrivals, replay(door, arrivals), strict=True)
        if answer is None and not one.by_link and not (one.known and door.known_clients_pass)
    ]
    for span, most in ((DAY, door.intake_day), (7 * DAY, door.intake_week)):
        if door.state == "selective" and most is not None:
            assert all(sum(end - span < at <= end for at in passed) <= most for end in passed)

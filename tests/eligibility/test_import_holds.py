"""Holds from a file, and their release."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.management import CommandError

from accounts.clock import database_now
from accounts.models import ClientAccount
from eligibility.models import Hold
from eligibility.selectors import against_standing, verdict_at
from tests import people
from tests.eligibility.ledgers import run, tally, write

pytestmark = pytest.mark.django_db

HEADER = "external_id,customer_id,reason,placed_at,released_at"
OPEN = "H1,acme,A charge was reversed.,2026-03-01T10:00:00Z,"
RELEASED = OPEN + "2026-03-04T09:00:00Z"
SECOND = "H2,acme,We look into a report.,2026-05-01T10:00:00Z,"
OTHERS = "H3,bolt,We look into a report.,2026-05-01T10:00:00Z,"


@pytest.fixture
def acme(db) -> ClientAccount:
    ClientAccount.objects.create(name="Bolt", external_id="bolt")
    return ClientAccount.objects.create(name="Acme", external_id="acme")


@pytest.fixture
def holds(tmp_path, acme):
    return lambda *rows, header=HEADER: write(tmp_path / "holds.csv", *rows, header=header)


def stored() -> list[dict[str, Any]]:
    return [dict(row) for row in Hold.objects.order_by("external_id").values()]


def test_a_hold_takes_the_client_out_of_good_standing_and_is_dated_twice(holds, acme):
    before = database_now()
    assert verdict_at(acme.pk, before).in_good_standing

    assert tally(run("import_holds", holds(OPEN, OTHERS)))["new"] == 2

    hold = Hold.objects.get(external_id="H1")
    assert hold.at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    assert before < hold.recorded_at <= database_now()
    assert (hold.reason, hold.placed_by, hold.released_at) == ("A charge was reversed.", None, None)
    now = database_now()
    assert not verdict_at(acme.pk, now).in_good_standing
    assert "A charge was reversed." in str(against_standing(acme.pk, now))
    # What was let through before was let through by what was known then.
    assert verdict_at(acme.pk, before).in_good_standing


def test_the_same_file_twice_changes_nothing(holds):
    run("import_holds", holds(RELEASED, SECOND))
    before = stored()
    assert tally(run("import_holds", holds(RELEASED, SECOND))) == {"new": 0, "already": 2}
    assert stored() == before


def test_only_the_release_may_be_left_out_of_the_columns(holds):
    row = "H1,acme,A charge was reversed.,2026-03-01T10:00:00Z"
    run("import_holds", holds(row, header=HEADER.removesuffix(",released_at")))
    assert Hold.objects.get().released_at is None


def test_a_release_is_filled_in_once(holds, acme):
    run("import_holds", holds(OPEN))
    report = tally(run("import_holds", holds(RELEASED)))
    assert (report["releases"], report["already"]) == (1, 1)
    hold = Hold.objects.get()
    assert hold.released_at == datetime(2026, 3, 4, 9, tzinfo=UTC)
    assert hold.release_recorded_at is not None
    assert hold.release_recorded_at > hold.recorded_at
    assert verdict_at(acme.pk, database_now()).in_good_standing
    before = stored()
    for other in (RELEASED.replace("03-04", "03-05"), OPEN):
        report_of_other = run("import_holds", holds(other))
        assert "line 2: hold H1 is known with another released_at." in report_of_other
    assert stored() == before


def test_a_changed_hold_is_not_released_on_the_side(holds):
    run("import_holds", holds(OPEN))
    report = run("import_holds", holds(RELEASED.replace("reversed", "lost")))
    assert "hold H1 is known with another reason, released_at. The stored one stays." in report
    other_place = RELEASED.replace("acme", "bolt").replace("2026-03-01", "2026-03-02")
    assert "another customer_id, placed_at, released_at." in run("import_holds", holds(other_place))
    assert Hold.objects.get().released_at is None


def test_a_second_open_hold_in_one_file_is_a_bad_row(holds):
    with pytest.raises(CommandError) as refusal:
        run("import_holds", holds(OTHERS, OPEN, SECOND))
    assert "line 4: acme has a hold that is not released, as line 3 says" in str(refusal.value)
    assert not Hold.objects.exists()


@pytest.mark.parametrize("step", [1, 2000])
def test_a_file_that_releases_one_hold_and_places_the_next_is_taken_whole(holds, monkeypatch, step):
    """Also where the two rows fall into steps of their own."""
    monkeypatch.setattr("eligibility.imports.run._CHUNK", step)
    run("import_holds", holds(OPEN))
    assert tally(run("import_holds", holds(SECOND, RELEASED)))["new"] == 1
    assert [hold["released_at"] is None for hold in stored()] == [False, True]


def test_who_is_on_hold_by_a_moderator_gets_no_second_one_and_the_report_says_so(holds, acme):
    people.hold(acme, database_now())
    report = run("import_holds", holds(OPEN, OTHERS))
    assert "line 2: H1: its client has another open hold." in report
    assert (tally(report)["new"], tally(report)["left"]) == (1, 1)
    assert not Hold.objects.filter(external_id="H1").exists()
    # One that is over already takes nobody's place.
    assert tally(run("import_holds", holds(RELEASED)))["new"] == 1


def test_a_hold_the_site_has_released_stays_released(holds):
    run("import_holds", holds(OPEN))
    now = database_now()
    Hold.objects.update(released_at=now, release_recorded_at=now)
    assert "known with another released_at" in run("import_holds", holds(OPEN))
    assert Hold.objects.get().released_at == now


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("H1,", ",", "external_id is empty"),
        ("acme", "carl", "there is no client carl"),
        ("A charge was reversed.", "", "reason is empty"),
        ("A charge was reversed.", "\u200b", "reason is empty"),
        ("A charge was reversed.", "x" * 301, "reason is longer than 300 characters"),
        ("reversed", "re\x07versed", "reason: One character can't be shown"),
        ("2026-03-01T10:00:00Z", "yesterday", "placed_at 'yesterday' is no instant"),
        ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00", "placed_at '2026-03-01T10:00:00' is no"),
        ("2026-03-04", "2026-02-28", "released_at is earlier than placed_at"),
        (",2026-03-04T09:00:00Z", ",soon", "released_at 'soon' is no instant"),
    ],
)
def test_bad_rows(holds, old, new, reason):
    with pytest.raises(CommandError) as refusal:
        run("import_holds", holds(OTHERS, RELEASED.replace(old, new, 1)))
    assert f"line 3: {reason}" in str(refusal.value)
    assert not Hold.objects.exists()


def test_the_good_rows_go_in_when_asked(holds):
    report = run("import_holds", holds(OPEN, SECOND, OTHERS), "--skip-bad-rows")
    assert (tally(report)["new"], tally(report)["skipped"]) == (2, 1)
    assert [hold["external_id"] for hold in stored()] == ["H1", "H3"]

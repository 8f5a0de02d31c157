"""Who is told what: a row for each person and cause, in the transaction that made it true."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from accounts.clock import database_now
from accounts.models import Notification
from accounts.services import leave
from eligibility.watch import watch_gates
from messaging.invariants import violations
from messaging.models import Flag
from messaging.services import moderation, upkeep
from messaging.services.door import block_client
from messaging.services.flags import flag_message
from messaging.services.outcomes import Refused
from messaging.services.requests import open_request
from tests import people
from tests.eligibility import ledgers
from tests.eligibility.ledgers import run
from tests.messaging.letters import every_row, reply, send, write, writes_nothing
from tests.messaging.outbox import DAY, MINUTE, TOLD, told
from tests.messaging.replies import accept, decline, put_off, undo, withdraw

Told = list[tuple[str, str]]
ASKED = ("request", "")


@pytest.fixture(autouse=True)
def _intact(db):
    yield
    assert list(violations()) == []


@pytest.fixture
def asked(cleo, finn, now):
    """Cleo asked Finn two days ago."""
    return send(cleo, finn, now=now - 2 * DAY)


def flagged(asked) -> Flag:
    return flag_message(
        reporter=asked.freelancer.user,
        message=asked.message,
        reason="spam",
        note="",
        clock=database_now,
    )


class Act:
    """`prepare` what an act needs, then do it, and who is told what of it."""

    def __init__(self, do: Callable[..., Any], cleo: Told, finn: Told, prepare: Any = None) -> None:
        self.do, self.cleo, self.finn = do, cleo, finn
        self.prepare = prepare or (lambda site: None)


class Scene:
    def __init__(self, cleo, finn, mona, asked, now) -> None:
        self.cleo, self.finn, self.mona, self.asked, self.now = cleo, finn, mona, asked, now
        self.ground: Any = None


def _hold(site: Scene):
    return moderation.place_hold(
        client=site.cleo.client, moderator=site.mona, reason="A report", clock=database_now
    )


def _looked_at(site: Scene, passed: bool) -> None:
    site.cleo.gate_passed = passed
    site.cleo.save(update_fields=["gate_passed"])


def _refunded(site: Scene) -> None:
    _looked_at(site, passed=True)
    people.refund(site.cleo.client.payments.get(), people.PLENTY, site.now - MINUTE)


def _lapsing(site: Scene) -> None:
    _looked_at(site, passed=True)
    account, learned = site.cleo.client, site.now - MINUTE
    first = account.payments.get()
    people.pay(account, people.PLENTY, site.now - 362 * DAY, recorded_at=learned)
    people.refund(first, people.PLENTY, learned)


def _four_more(site: Scene):
    """Used places; a freelancer for the fifth."""
    for number in range(4):
        send(site.cleo, people.freelancer(f"F{number}"), now=site.now)
    return people.freelancer("Last")


def _look(site: Scene):
    return watch_gates(clock=people.at(site.now))


ACTS: dict[str, Act] = {
    "an accepted request": Act(lambda s: accept(s.asked, s.now), [("answer", "accepted")], []),
    "a declined one": Act(
        lambda s: decline(s.asked, s.now, "Sorry."), [("answer", "declined")], []
    ),
    "one put off": Act(lambda s: put_off(s.asked, s.now), [("answer", "put_off")], []),
    "a reply": Act(
        lambda s: reply(s.finn, s.asked.conversation, "Gladly."),
        [("answer", "accepted"), ("message", "")],
        [],
    ),
    "a client's message": Act(
        lambda s: write(s.cleo, s.asked.conversation, "Thanks."),
        [],
        [("message", "")],
        lambda s: reply(s.finn, s.asked.conversation, "Gladly."),
    ),
    "expiry": Act(
        lambda s: upkeep.tidy(clock=people.at(s.now)),
        [("answer", "expired")],
        [],
        lambda s: type(s.asked).objects.update(expires_at=s.now - MINUTE),
    ),
    "expiry soon": Act(
        lambda s: upkeep.tell_expiring(clock=people.at(s.now)),
        [],
        [("expiring", "")],
        lambda s: type(s.asked).objects.update(expires_at=s.now + DAY),
    ),
    "a hold": Act(_hold, [("standing", "placed")], []),
    "its release": Act(
        lambda s: moderation.release_hold(
            hold=s.ground, moderator=s.mona, reason="Cleared", clock=database_now
        ),
        [("standing", "released")],
        [],
        _hold,
    ),
    "an upheld flag": Act(
        lambda s: moderation.uphold_flag(
            flag=s.ground, moderator=s.mona, reason="Spam", clock=database_now
        ),
        [],
        [("decision", "upheld")],
        lambda s: flagged(s.asked),
    ),
    "a dismissed flag": Act(
        lambda s: moderation.dismiss_flag(
            flag=s.ground, moderator=s.mona, reason="Fine", clock=database_now
        ),
        [],
        [("decision", "dismissed")],
        lambda s: flagged(s.asked),
    ),
    "a gate that opens": Act(
        _look, [("gate", "gained")], [], lambda s: _looked_at(s, passed=False)
    ),
    "a gate that closes": Act(_look, [("gate", "lost")], [], _refunded),
    "a gate that will close": Act(_look, [("gate", "lapsing")], [], _lapsing),
    "the last place": Act(
        lambda s: send(s.cleo, s.ground, now=s.now), [("places", "")], [], _four_more
    ),
}


@pytest.fixture
def scene(cleo, finn, mona, asked, now) -> Scene:
    return Scene(cleo, finn, mona, asked, now)


@pytest.mark.parametrize("name", ACTS)
def test_each_is_told_of_it_once(scene, name):
    act = ACTS[name]
    scene.ground = act.prepare(scene)
    before = told(scene.cleo), told(scene.finn)

    act.do(scene)

    assert told(scene.cleo) == before[0] + act.cleo
    assert told(scene.finn) == before[1] + act.finn


class Power(Exception):
    """Fails."""


@pytest.mark.parametrize("name", ACTS)
def test_what_fails_after_the_telling_was_never_told_nor_done(scene, name):
    act = ACTS[name]
    scene.ground = act.prepare(scene)

    def fail(execute, sql, *rest):
        result = execute(sql, *rest)
        if sql.startswith("INSERT") and '"accounts_notification"' in sql:
            raise Power
        return result

    with connection.execute_wrapper(fail):
        writes_nothing(lambda: act.do(scene), Power)


def test_a_request_is_told_once_and_a_refused_one_never(cleo, finn, olga, now):
    send(cleo, finn, key="same")
    send(cleo, finn, key="same")
    assert told(finn) == [ASKED]
    with pytest.raises(Refused):
        send(cleo, olga)
    assert told(olga) == []


@pytest.fixture
def ending(cleo, finn, now):
    """Cleo's request to Finn, which expires in a day."""
    return send(cleo, finn, now=now - 13 * DAY)


def test_the_same_told_again_changes_nothing(ending, now):
    assert upkeep.tell_expiring(clock=people.at(now)) == 1
    rows = every_row()
    assert upkeep.tell_expiring(clock=people.at(now)) == 0
    assert every_row() == rows


@pytest.mark.parametrize("answer", [accept, decline, put_off])
def test_an_answer_is_told_when_it_stands(asked, cleo, now, answer):
    answer(asked, now - MINUTE)
    row = Notification.objects.get(kind="answer")
    assert row.due_at == now - MINUTE + TOLD
    assert told(cleo, row.due_at - timedelta(microseconds=1)) == []
    assert len(told(cleo, row.due_at)) == 1


@pytest.mark.parametrize("answer", [accept, decline, put_off])
def test_what_is_undone_or_withdrawn_in_time_is_told_to_nobody(asked, cleo, now, answer):
    answer(asked, now - MINUTE)
    undo(asked, now - MINUTE + TOLD / 2)
    assert told(cleo) == []
    answer(asked, now - TOLD)
    withdraw(asked, cleo, now - TOLD / 2)
    assert told(cleo) == []


def test_another_answer_after_an_undone_one_is_told_alone(asked, cleo, now):
    decline(asked, now - 2 * MINUTE)
    undo(asked, now - 2 * MINUTE + TOLD / 2)
    accept(asked, now - MINUTE)
    assert told(cleo) == [("answer", "accepted")]


def test_a_reply_within_the_half_minute_tells_at_once(asked, cleo, finn, now):
    accept(asked, now)
    reply(finn, asked.conversation, "Gladly.", now=now)
    assert told(cleo, now) == [("answer", "accepted"), ("message", "")]


def test_an_expiry_that_is_written_late_is_new_all_the_same(asked, cleo, now):
    """Or who looked in between would never see that it is."""
    type(asked).objects.update(expires_at=now - DAY)
    upkeep.tidy(clock=people.at(now))
    assert Notification.objects.get(kind="answer").due_at == now


def test_who_left_the_account_hears_nothing_and_its_owners_do(asked, cleo, now):
    dan = people.member(cleo.client, "Dan")
    mine = send(dan, people.freelancer("Ada"), now=now - DAY)
    dan.left_at = now - MINUTE
    dan.save()
    decline(mine, now)
    assert told(dan) == []
    assert told(cleo) == [("answer", "declined")]


def test_who_may_not_sign_in_is_told_nothing(asked, cleo, now):
    cleo.user.is_active = False
    cleo.user.save()
    decline(asked, now)
    assert told(cleo) == []


def blocked(request, now):
    block_client(freelancer=request.freelancer, client=request.client, clock=database_now)


def held(request, now):
    people.hold(request.client, now)


def opened(request, now):
    open_request(request=request, clock=people.at(now))


def left(request, now):
    type(request.freelancer).objects.update(deactivated_at=now)


def inactive(request, now):
    type(request.freelancer.user).objects.update(is_active=False)


@pytest.mark.parametrize(
    "why", [blocked, held, opened, decline, left, inactive], ids=lambda why: why.__name__
)
def test_nobody_hears_that_this_request_expires(ending, finn, now, why):
    why(ending, now)
    assert upkeep.tell_expiring(clock=people.at(now)) == 0
    assert told(finn) == [ASKED]


def test_who_waits_behind_those_who_hear_nothing_is_told(
    ending, finn, cleo, otto, now, monkeypatch
):
    """They would otherwise fill every run."""
    block_client(freelancer=finn, client=cleo.client, clock=database_now)
    send(otto, finn, now=now - 12.5 * DAY)
    monkeypatch.setattr(upkeep, "BATCH", 1)
    assert upkeep.tell_expiring(clock=people.at(now)) == 1


def test_places_are_told_when_the_next_one_opens(scene, cleo, now):
    send(cleo, _four_more(scene), now=now)
    row = Notification.objects.get(kind="places")
    assert (row.at, row.due_at) == (now, now + DAY)
    assert row.mail_due_at is None


def test_who_has_left_the_account_is_not_told_what_was_ahead(scene, cleo, now):
    people.member(cleo.client, "Second")
    send(cleo, _four_more(scene), now=now)
    assert ("places", "") in told(cleo), "the premise"
    leave(member=cleo, clock=people.at(now + MINUTE))
    assert told(cleo) == []


def test_an_imported_hold_is_told(cleo, tmp_path):
    type(cleo.client).objects.update(external_id="acme")
    rows = (
        "external_id,customer_id,reason,placed_at,released_at",
        "H1,acme,Late,2026-03-01T10:00:00Z,",
    )
    for _ in range(2):
        run("import_holds", ledgers.write(tmp_path / "holds.csv", rows[1], header=rows[0]))
    assert told(cleo) == [("standing", "placed")]

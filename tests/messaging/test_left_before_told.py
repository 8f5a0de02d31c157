"""Whoever wrote leaves before the answer is told: the owners hear of it in their place."""

import pytest

from accounts.models import Membership
from accounts.services import leave, remove_member
from messaging.invariants import violations
from messaging.services import outbox
from tests import people
from tests.messaging.letters import send
from tests.messaging.outbox import DAY, MINUTE, TOLD, told
from tests.messaging.replies import accept, decline, put_off, undo


@pytest.fixture(autouse=True)
def _intact(db):
    yield
    assert list(violations()) == []


@pytest.fixture
def will(cleo):
    """Writes for Cleo's account and owns it not."""
    return people.member(cleo.client, "Will", role=Membership.Role.MEMBER)


@pytest.fixture
def asked(will, finn, now):
    return send(will, finn, now=now - DAY)


def _removed(will, cleo, at):
    remove_member(owner=cleo, member=will, clock=people.at(at))


def _left(will, cleo, at):
    leave(member=will, clock=people.at(at))


@pytest.mark.parametrize("gone", [_removed, _left])
@pytest.mark.parametrize("answer", [accept, decline, put_off])
def test_the_owners_are_told_when_the_writer_would_have_been(asked, will, cleo, now, answer, gone):
    other = people.member(cleo.client, "Olive")
    answer(asked, now)
    [(kind, detail)] = told(will)
    gone(will, cleo, now + TOLD / 2)
    assert told(will) == []
    for owner in (cleo, other):
        assert told(owner, now + TOLD / 2) == []
        assert told(owner, now + TOLD) == [(kind, detail)]
    row = cleo.user.notifications.get()
    assert (row.at, row.rung_at, row.public_id) == (now, None, asked.public_id)
    assert row.mail_due_at == now + TOLD
    assert outbox.ring_due(clock=people.at(now + TOLD)) == 2


def test_an_answer_taken_back_is_told_to_nobody(asked, will, cleo, now):
    accept(asked, now - TOLD)
    _removed(will, cleo, now - TOLD / 2)
    undo(asked, now - TOLD / 3)
    assert told(cleo) == told(will) == []


def test_what_was_told_stays_with_whom_it_was_told(asked, will, cleo, now):
    accept(asked, now)
    _removed(will, cleo, now + MINUTE)
    assert told(will) == [("answer", "accepted")]
    assert told(cleo) == []

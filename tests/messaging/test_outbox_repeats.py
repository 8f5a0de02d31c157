"""A mail that may have come is sent again as it was: whoever drops a repeat misses nothing."""

import re
from datetime import timedelta

import pytest

from accounts.models import Notification
from accounts.services.mail_choices import try_again
from messaging.services import outbox
from tests.messaging.letters import send
from tests.messaging.outbox import choose, drain
from tests.sink import LATER, plain

SECOND = timedelta(seconds=1)


class Killed(Exception):
    """The sender, after the mail server had taken the mail."""


@pytest.fixture
def killed(monkeypatch):
    """Drain, by somebody who sends one mail and marks nothing."""

    def drained(now):
        def die(*_told):
            raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(outbox, "_mark_sent", die)
            with pytest.raises(Killed):
                drain(now)

    return drained


@pytest.fixture
def asked(cleo, finn, now):
    """Finn is told of every request at once, and now of Cleo's."""
    choose(finn, "request", "at_once", now)
    return send(cleo, finn, now=now)


def words(mail) -> str:
    """Without the seal of the link that stops such mails: it says when it was made."""
    return re.sub(r":[\w-]+:[\w-]+", "", plain(mail))


def mail_of(request) -> Notification:
    return Notification.objects.get(kind="request", subject=request.pk)


def test_what_comes_meanwhile_is_in_a_mail_of_its_own(sink, asked, otto, finn, now, killed):
    killed(now)
    new = send(otto, finn, now=now + SECOND)
    assert drain(now + SECOND) == {"sent": 1}
    assert drain(now + outbox.LEASE) == {"sent": 1}
    first, second, again = sink.mails
    assert first["Message-ID"] == again["Message-ID"] != second["Message-ID"]
    assert words(first) == words(again)
    assert ("Otto Outside" in plain(again), "Otto Outside" in plain(second)) == (False, True)
    assert mail_of(new).mailed_at == now + SECOND


def test_what_was_due_meanwhile_is_in_a_mail_of_its_own_also_at_once(
    sink, asked, otto, finn, now, killed
):
    killed(now)
    send(otto, finn, now=now + SECOND)
    assert drain(now + outbox.LEASE) == {"sent": 2}
    assert len(sink.mails) == 3
    assert len(set(sink.ids)) == 2
    assert all(("Cleo" in plain(mail)) != ("Otto" in plain(mail)) for mail in sink.mails)


def test_what_was_tried_together_stays_together(sink, asked, otto, finn, now):
    """However often each of them was tried before, and of more than are claimed at once."""
    Notification.objects.filter(pk=mail_of(asked).pk).update(tries=2)
    other = send(otto, finn, now=now)
    sink.moods["*"] = LATER
    assert drain(now) == {"failed": 1}
    rows = [mail_of(asked), mail_of(other)]
    assert len({(row.mail, row.tries, row.claimed_until) for row in rows}) == 1
    sink.moods.clear()
    again = rows[0].claimed_until
    assert again is not None
    assert drain(again - SECOND) == {}
    assert drain(again) == {"sent": 1}
    assert sink.mails[0]["Message-ID"] == f"<news.{rows[0].mail}@messages.example>"


def test_more_than_are_claimed_at_once_stay_together(
    sink, asked, otto, finn, now, killed, monkeypatch
):
    send(otto, finn, now=now)
    killed(now)
    monkeypatch.setattr(outbox, "ROWS", 1)
    assert drain(now + outbox.LEASE) == {"sent": 1}
    first, again = sink.mails
    assert words(first) == words(again)


def test_what_is_to_leave_at_another_time_is_in_another_mail(sink, asked, finn, now, killed):
    """What was with it leaves before it under the same Message-ID."""
    killed(now)
    tried = mail_of(asked).mail
    choose(finn, "expiring", "off", now)
    assert mail_of(asked).mail == tried
    choose(finn, "request", "daily", now)
    assert (tried is None, mail_of(asked).mail) == (False, None)


def test_what_is_tried_again_by_hand_is_in_another_mail(sink, asked, now):
    Notification.objects.update(tries=Notification.MOST_TRIES - 1)
    sink.moods["*"] = LATER
    assert drain(now) == {"failed": 1, "parked": 1}
    assert mail_of(asked).mail is not None
    assert try_again(rows=Notification.objects.all()) == 1
    assert mail_of(asked).mail is None

"""A reply that accepts a request: one mail, and one notice, say both."""

from datetime import timedelta

import pytest

from accounts.models import Notification
from messaging.models import Conversation
from tests.messaging.letters import reply, send
from tests.messaging.outbox import DAY, MINUTE, TOLD, choose, drain
from tests.messaging.replies import accept
from tests.sink import Sink

SECRET = "nineteen lighthouses and a ferryman"
BOTH = "Finn accepted your request and wrote to you."


@pytest.fixture
def waits(cleo, finn, now) -> Conversation:
    """Cleo's request waits for Finn, who wants no mail of it."""
    choose(finn, "request", "off", now - DAY)
    return send(cleo, finn, now=now - DAY).conversation


def subjects(sink: Sink) -> list[str]:
    return [str(mail["Subject"]) for mail in sink.mails]


def test_a_reply_to_a_request_is_one_mail(sink, waits, finn, now):
    reply(finn, waits, SECRET, now=now)
    assert drain(now) == {"sent": 1}
    assert drain(now + 2 * MINUTE) == {"needless": 1}
    assert subjects(sink) == [BOTH]
    assert SECRET not in str(sink.mails[0])


def test_who_accepts_and_writes_before_it_is_told_is_one_mail(sink, waits, finn, now):
    accept(waits.requests.get(), now - TOLD / 2)
    reply(finn, waits, "Gladly.", now=now)
    drain(now)
    drain(now + 2 * MINUTE)
    assert subjects(sink) == [BOTH]


def test_what_is_written_once_it_was_told_is_a_mail_of_its_own(sink, waits, finn, now):
    accept(waits.requests.get(), now - TOLD)
    drain(now)
    reply(finn, waits, "Gladly.", now=now)
    drain(now + 2 * MINUTE)
    assert subjects(sink) == ["Finn accepted your request.", "Finn wrote to you."]
    # Both lead to where the talk goes on.
    for mail in sink.mails:
        body = mail.get_body(("plain",))
        assert body is not None
        assert f"/conversations/{waits.public_id}/#latest" in body.get_content()


def test_what_follows_the_reply_is_a_mail_of_its_own(sink, waits, finn, now):
    reply(finn, waits, "Gladly.", now=now)
    reply(finn, waits, "When?", now=now + timedelta(seconds=1))
    drain(now + timedelta(seconds=1))
    assert drain(now + 3 * MINUTE) == {"sent": 1, "needless": 1}
    assert subjects(sink) == [BOTH, "Finn wrote to you."]


def test_both_are_one_mail_when_the_server_was_away(sink, waits, finn, now):
    reply(finn, waits, "Gladly.", now=now)
    assert drain(now + DAY) == {"sent": 1, "needless": 1}
    assert subjects(sink) == [BOTH]


def test_who_wants_no_mail_of_answers_gets_the_replys(sink, waits, cleo, finn, now):
    choose(cleo, "answer", "off", now - DAY)
    reply(finn, waits, "Gladly.", now=now)
    assert drain(now) == {}
    assert drain(now + 2 * MINUTE) == {"sent": 1}
    assert subjects(sink) == ["Finn wrote to you."]


def test_an_answer_that_was_given_up_takes_no_reply_along(sink, waits, finn, now):
    reply(finn, waits, "Gladly.", now=now)
    Notification.objects.filter(kind="answer").update(parked_at=now)
    drain(now + 2 * MINUTE)
    assert subjects(sink) == ["Finn wrote to you."]


def test_the_notice_says_both(waits, cleo, finn, signed_in, now):
    reply(finn, waits, "Gladly.", now=now)
    assert BOTH in signed_in(cleo).get("/notices/").content.decode()


def test_the_notice_says_no_more_than_was_done(waits, cleo, finn, signed_in, now):
    accept(waits.requests.get(), now - TOLD)
    reply(finn, waits, "Gladly.", now=now)
    page = signed_in(cleo).get("/notices/").content.decode()
    assert "Finn accepted your request." in page

"""When a mail leaves, to whom, and what is in it: through a real mail server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import MailChoice, Notification
from accounts.notify import next_daily
from eligibility.models import Hold
from messaging.models import ContactRequest, Conversation
from messaging.models.conversation import Side
from messaging.services import upkeep
from messaging.services.conversations import mark_read
from messaging.services.door import block_client, block_freelancer
from messaging.services.moderation import place_hold
from messaging.services.requests import open_request
from tests import people
from tests.messaging.letters import LETTER, every_row, reply, send, write
from tests.messaging.outbox import DAY, MINUTE, TOLD, choose, decided, drain
from tests.messaging.replies import accept, decline, withdraw
from tests.sink import Sink, html, plain

SECRET = "nineteen lighthouses and a ferryman"
SEALED = replace(LETTER, body=f"We would like to talk about {SECRET}.")


@pytest.fixture
def talk(cleo, finn, now) -> Conversation:
    """Cleo and Finn talk, and everything about it has been read."""
    conversation = send(cleo, finn, now=now - DAY).conversation
    reply(finn, conversation, "Gladly.", now=now - DAY)
    mark_read(conversation=conversation, side=Side.CLIENT, up_to=2)
    Notification.objects.update(mail_due_at=None)
    return conversation


# Messages


def test_a_message_is_mailed_after_two_minutes(sink, cleo, talk, finn, now):
    write(cleo, talk, SECRET, now=now)
    assert drain(now + 2 * MINUTE - timedelta(seconds=1)) == {}
    assert drain(now + 2 * MINUTE) == {"sent": 1}
    (mail,) = sink.mails
    assert mail["Subject"] == "Cleo & Co wrote to you."
    assert mail["To"] == "Finn <finn@people.example>"
    assert drain(now + 5 * MINUTE) == {}


def test_a_message_that_is_read_by_then_is_not_mailed(sink, cleo, talk, now):
    write(cleo, talk, "Hello", now=now)
    mark_read(conversation=talk, side=Side.FREELANCER, up_to=3)
    assert drain(now + 2 * MINUTE) == {"needless": 1}
    assert sink.mails == []


def test_two_messages_are_one_mail(sink, cleo, talk, now):
    for second in (0, 30):
        write(cleo, talk, f"At {second}.", now=now + timedelta(seconds=second))
    assert drain(now + 2 * MINUTE) == {"sent": 1}
    (mail,) = sink.mails
    assert mail["Subject"] == "2 new messages"
    assert "Cleo & Co wrote to you. (2 messages)" in plain(mail)
    assert drain(now + 5 * MINUTE) == {}


def test_another_conversation_waits_its_own_two_minutes(sink, cleo, talk, otto, finn, now):
    other = send(otto, finn, now=now - DAY).conversation
    reply(finn, other, "Gladly.", now=now - DAY)
    Notification.objects.update(mail_due_at=None)
    write(cleo, talk, "Hello", now=now)
    write(otto, other, "Hello", now=now + 2 * MINUTE - timedelta(seconds=1))
    assert drain(now + 2 * MINUTE) == {"sent": 1}
    assert sink.mails[0]["Subject"] == "Cleo & Co wrote to you."
    assert drain(now + 4 * MINUTE) == {"sent": 1}


def test_of_two_messages_one_is_read(sink, cleo, talk, now):
    for number in (1, 2):
        write(cleo, talk, f"Number {number}.", now=now)
    mark_read(conversation=talk, side=Side.FREELANCER, up_to=3)
    assert drain(now + 2 * MINUTE) == {"sent": 1, "needless": 1}
    assert sink.mails[0]["Subject"] == "Cleo & Co wrote to you."


def test_who_blocks_gets_no_mail_about_the_blocked(sink, cleo, talk, finn, now):
    write(cleo, talk, "Hello", now=now)
    reply(finn, talk, "Hello", now=now)
    block_client(freelancer=finn, client=cleo.client, clock=database_now)
    block_freelancer(member=cleo, freelancer=finn, clock=database_now)
    assert drain(now + 2 * MINUTE) == {"needless": 2}


# Requests: one mail a day, at eight by the reader's clock


@pytest.mark.parametrize(
    ("zone", "after", "eight"),
    [
        ("UTC", "2026-11-26T08:00", "2026-11-27T08:00"),
        ("UTC", "2026-11-26T07:59", "2026-11-26T08:00"),
        ("Europe/Oslo", "2026-11-26T12:00", "2026-11-27T07:00"),
        ("Europe/Oslo", "2026-03-28T12:00", "2026-03-29T06:00"),
        ("Europe/Oslo", "2026-10-24T12:00", "2026-10-25T07:00"),
        ("America/New_York", "2026-03-07T15:00", "2026-03-08T12:00"),
        ("America/New_York", "2026-11-01T04:00", "2026-11-01T13:00"),
        ("Australia/Lord_Howe", "2026-10-03T12:00", "2026-10-03T21:00"),
        ("Pacific/Apia", "2026-11-26T12:00", "2026-11-26T19:00"),
        # The day that Samoa left out: after Thursday the 29th comes Saturday the 31st.
        ("Pacific/Apia", "2011-12-29T20:00", "2011-12-30T18:00"),
        ("Asia/Kathmandu", "2026-11-26T02:14", "2026-11-26T02:15"),
    ],
)
def test_eight_o_clock(zone, after, eight):
    at = datetime.fromisoformat(after).replace(tzinfo=UTC)
    daily = next_daily(at, zone)
    assert daily == datetime.fromisoformat(eight).replace(tzinfo=UTC)
    assert daily.astimezone(ZoneInfo(zone)).hour == 8
    assert timedelta() < daily - at <= timedelta(hours=25)


@pytest.fixture
def asked(cleo, otto, finn, now) -> list[ContactRequest]:
    """Two requests wait for Finn, who gets the daily mail."""
    return [send(member, finn, now=now, content=SEALED) for member in (cleo, otto)]


def eight(request: ContactRequest) -> datetime:
    return next_daily(request.sent_at, "UTC")


def test_requests_are_one_daily_mail(sink, asked, now):
    assert drain(eight(asked[0]) - timedelta(seconds=1)) == {}
    assert drain(eight(asked[0])) == {"sent": 1}
    (mail,) = sink.mails
    assert mail["Subject"] == "2 new requests"
    for name in ("Cleo & Co", "Otto Outside"):
        assert name in plain(mail)
    pages = [f"https://messages.example{reverse('request', args=[one.public_id])}" for one in asked]
    assert [line for line in plain(mail).splitlines() if line in pages] == pages


def test_requests_at_once_or_never(sink, cleo, otto, finn, now):
    choose(finn, "request", "at_once", now)
    send(cleo, finn, now=now)
    assert drain(now) == {"sent": 1}
    assert sink.mails[0]["Subject"] == "Cleo & Co would like to talk to you."
    choose(finn, "request", "off", now)
    send(otto, finn, now=now)
    assert drain(now + 3 * DAY) == {}


def hold(request, now):
    people.hold(request.client, now)


def block(request, now):
    block_client(freelancer=request.freelancer, client=request.client, clock=database_now)


def opened(request, now):
    open_request(request=request, clock=people.at(now))


def withdrawn(request, now):
    withdraw(request, request.client.memberships.get(), now)


def expired(request, now):
    ContactRequest.objects.filter(pk=request.pk).update(expires_at=now + MINUTE)


def left(request, now):
    type(request.freelancer).objects.update(deactivated_at=now)


def deactivated(request, now):
    type(request.freelancer.user).objects.update(is_active=False)


def came_back(request, now):
    type(request.freelancer.user).objects.update(bounced_at=now)


def unconfirmed(request, now):
    EmailAddress.objects.filter(user=request.freelancer.user).update(verified=False)


def changed(request, now):
    EmailAddress.objects.filter(user=request.freelancer.user).update(email="old@people.example")


SILENT = [
    *(hold, block, opened, withdrawn, expired, decline),
    *(left, deactivated, came_back, unconfirmed, changed),
]


@pytest.mark.parametrize("why", SILENT, ids=lambda why: why.__name__)
def test_a_request_that_is_nobodys_business_now_is_not_mailed(sink, cleo, finn, now, why):
    request = send(cleo, finn, now=now)
    why(request, now)
    done = drain(eight(request))
    Hold.objects.all().delete()
    assert done["needless"] == 1
    assert all(finn.user.email not in mail["To"] for mail in sink.mails)


def test_an_answer_is_mailed_when_it_is_told(sink, cleo, finn, now):
    choose(finn, "request", "off", now - DAY)
    decline(send(cleo, finn, now=now - DAY), now, SECRET)
    assert drain(now + TOLD - timedelta(seconds=1)) == {}
    assert drain(now + TOLD) == {"sent": 1}
    assert sink.mails[0]["Subject"] == "Finn said no, thank you."
    assert SECRET not in str(sink.mails[0])


def test_who_left_the_account_gets_no_mail_of_it(sink, cleo, finn, now):
    choose(finn, "request", "off", now - DAY)
    decline(send(cleo, finn, now=now - DAY), now)
    type(cleo).objects.update(left_at=now)
    assert drain(now + TOLD) == {"needless": 1}


def test_a_request_about_to_expire_goes_with_the_new_ones(sink, cleo, otto, finn, now):
    first = send(cleo, finn, now=now - 12.5 * DAY)
    Notification.objects.update(mail_due_at=None)
    upkeep.tell_expiring(clock=people.at(now))
    send(otto, finn, now=now)
    assert drain(next_daily(now, "UTC")) == {"sent": 1}
    text = plain(sink.mails[0])
    assert "The request from Cleo & Co expires" in text
    assert "Otto Outside would like to talk to you." in text
    assert first.state == "waiting"


# Changing one's mind while a mail waits


def test_stopped_while_it_waits(sink, asked, finn, now):
    choose(finn, "request", "off", now)
    assert drain(eight(asked[0])) == {}


def test_at_once_while_it_waits(sink, asked, finn, now):
    choose(finn, "request", "at_once", now)
    assert drain(now) == {"sent": 1}


def test_saving_the_same_again_moves_nothing(asked, finn):
    before = list(Notification.objects.values_list("pk", "mail_due_at"))
    choose(finn, "request", "daily", eight(asked[0]) + MINUTE)
    assert list(Notification.objects.values_list("pk", "mail_due_at")) == before


def test_a_choice_that_the_row_did_not_see_holds(sink, asked, finn, now):
    """The row was written by a transaction that began before the choice was made."""
    MailChoice.objects.create(person=finn.user, kind="request", time="off")
    assert drain(eight(asked[0])) == {"needless": 2}


def test_another_time_zone_moves_the_daily_mail(asked, finn, signed_in, now):
    browser = signed_in(finn)
    browser.post(reverse("settings"), {"name": "Finn", "time_zone": "Pacific/Apia"})
    (due,) = set(Notification.objects.values_list("mail_due_at", flat=True))
    assert due is not None
    assert due.astimezone(ZoneInfo("Pacific/Apia")).hour == 8


# What is in it


def test_a_mail_holds_no_letter_and_no_key(sink, asked, cleo, finn, now):
    accept(send(cleo, people.freelancer("Ada"), now=now, content=SEALED), now)
    drain(eight(asked[0]))
    assert len(sink.mails) == 2
    for mail in sink.mails:
        for part in (plain(mail), html(mail)):
            assert SECRET not in part
            assert "sessionid" not in part
        assert [part.get_content_type() for part in mail.iter_parts()] == [
            "text/plain",
            "text/html",
        ]
        assert mail["Auto-Submitted"] == "auto-generated"


def test_the_reason_of_a_hold_is_in_no_mail(sink, cleo, mona, now):
    place_hold(client=cleo.client, moderator=mona, reason=SECRET, clock=people.at(now))
    assert drain(now) == {"sent": 1}
    assert SECRET not in str(sink.mails[0])
    assert "/can-i-write/" in plain(sink.mails[0])


def test_more_than_twenty_are_counted(sink, finn, now):
    choose(finn, "request", "at_once", now)
    for number in range(22):
        send(people.member(people.eligible_client(now, f"C{number}")), finn, now=now)
    drain(now)
    assert sink.mails[0]["Subject"] == "22 new requests"
    more = ["And 2 more, on the site.", settings.SITE_URL + reverse("requests")]
    lines = plain(sink.mails[0]).splitlines()
    assert lines[lines.index(more[0]) :][:2] == more
    assert f'{reverse("requests")}">And 2 more' in html(sink.mails[0])


def test_a_mail_says_no_by_a_link_that_asks_once_more(sink, cleo, finn, signed_in, now):
    choose(finn, "request", "at_once", now)
    request = send(cleo, finn, now=now)
    drain(now)
    (mail,) = sink.mails
    page, browser = reverse("answer", args=[request.public_id]), signed_in(finn)
    browser.get(reverse("requests"))
    for do in ("decline", "put_off"):
        assert f"{settings.SITE_URL}{page}?do={do}\r\n" in plain(mail)
        assert f'href="{settings.SITE_URL}{page}?do={do}"' in html(mail)
        before = every_row()
        answer = browser.get(f"{page}?do={do}")
        assert answer.status_code == 200
        assert 'method="post"' in answer.content.decode()
        assert every_row() == before


NAMES = [
    "Eve\r\nBcc: victim@people.example",
    "Eve\nX: y",
    "<b>Eve</b><script>alert(1)</script>",
    '"Eve" <eve@elsewhere.example>, victim@people.example',
    "=?utf-8?q?Eve?=",
    "Zoë 🦊 Ωmega " + "n" * 60,
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_a_name(sink: Sink, cleo, finn, now, name):
    """Whatever got past the forms."""
    type(finn.user).objects.filter(pk=finn.user_id).update(name=name)
    type(cleo.client).objects.filter(pk=cleo.client_id).update(name=name)
    choose(finn, "request", "at_once", now)
    send(cleo, finn, now=now)
    assert drain(now) == {"sent": 1}
    (mail,) = sink.mails
    assert sink.asked == [finn.user.email]
    assert [address.addr_spec for address in mail["To"].addresses] == [finn.user.email]
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert "<script>" not in html(mail)
    assert "\n" not in mail["Subject"]


def test_one_mail_that_cannot_be_made_keeps_no_other_back(sink, finn, cleo, now):
    """An address without a domain was typed by nobody, and yet may be in a table."""
    type(cleo.user).objects.filter(pk=cleo.user_id).update(email="nobody")
    EmailAddress.objects.filter(user=cleo.user_id).update(email="nobody")
    for number, person in enumerate((cleo, finn)):
        decided(person, number, now)
    Notification.objects.update(client=cleo.client, freelancer=finn)
    assert drain(now) == {"sent": 1, "failed": 1}


def test_what_it_was_about_is_gone(sink, cleo, now):
    row = decided(cleo, 1, now)
    Notification.objects.filter(pk=row.pk).update(kind="standing", client=cleo.client)
    assert drain(now) == {"needless": 1}

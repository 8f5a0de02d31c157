"""What comes by mail: the settings, the link that stops it, and the address that mail came back
from."""

import re
from email.message import EmailMessage
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core import mail as sent
from django.core import signing
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import MailChoice, Notification, User
from accounts.notify import UNSUBSCRIBE
from tests import people
from tests.messaging.letters import send
from tests.messaging.outbox import choose, decided, drain

SETTINGS = "/settings/mail/"


def chosen(person: User) -> dict[str, str]:
    return dict(person.mail_choices.values_list("kind", "time"))


@pytest.fixture
def mailed(sink, cleo, finn, now) -> EmailMessage:
    """A mail to Finn about a request."""
    choose(finn, "request", "at_once", now)
    send(cleo, finn, now=now)
    assert drain(now) == {"sent": 1}
    (mail,) = sink.mails
    assert isinstance(mail, EmailMessage)
    return mail


def link_in(mail: EmailMessage) -> str:
    """The path of its unsubscribe header."""
    found = re.fullmatch(
        r"<https://messages\.example(/mail/[^>]+/)>", mail["List-Unsubscribe"].strip()
    )
    assert found
    return found[1]


def test_one_click_stops_it_without_session_or_token(mailed, finn):
    """RFC 8058: what a mail program posts, and nothing more."""
    assert mailed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    stranger = Client(enforce_csrf_checks=True)
    answer = stranger.post(link_in(mailed), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert chosen(finn.user)["request"] == "off"
    assert "sessionid" not in answer.cookies


def test_it_is_honoured_at_once(mailed, sink, otto, finn, now):
    send(otto, finn, now=now)
    Client().post(link_in(mailed), {"List-Unsubscribe": "One-Click"})
    assert drain(now) == {}
    assert len(sink.mails) == 1


def test_the_link_remembers_that_it_was_used(mailed):
    assert "Stop these mails?" in Client().get(link_in(mailed)).text
    Client().post(link_in(mailed))
    assert "These mails have stopped" in Client().get(link_in(mailed)).text


def test_looking_at_the_link_changes_nothing(mailed, finn):
    for method in ("get", "head"):
        assert getattr(Client(), method)(link_in(mailed)).status_code == 200
    assert chosen(finn.user) == {"request": "at_once"}
    assert "Requests from clients" in Client().get(link_in(mailed)).content.decode()


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "a:b:c",
        signing.dumps([1, ["request"]], salt="another"),
        signing.dumps([10**9, ["request"]], salt=UNSUBSCRIBE),
        signing.dumps("nonsense", salt=UNSUBSCRIBE),
        signing.dumps([1, ["gossip"]], salt=UNSUBSCRIBE),
    ],
    ids=["short", "shape", "salt", "nobody", "nonsense", "kind"],
)
def test_a_forged_link_leads_nowhere(finn, token):
    for method in ("get", "post"):
        address = reverse("mail_off", args=[token])
        assert getattr(Client(), method)(address).status_code == 404
    assert not MailChoice.objects.exists()


def test_a_changed_link_leads_nowhere(mailed, finn):
    path = link_in(mailed)
    assert Client().post(path[:8] + chr(ord(path[8]) ^ 1) + path[9:]).status_code == 404
    assert chosen(finn.user) == {"request": "at_once"}


def test_each_chooses_of_what_can_concern_them(cleo, finn, mona, signed_in):
    def kinds(person: people.Person) -> set[str]:
        page = signed_in(person).get(SETTINGS).content.decode()
        return set(re.findall(r'<select name="(\w+)"', page))

    assert kinds(finn) == {"request", "expiring", "message", "decision"}
    assert kinds(cleo) == {"message", "answer", "places", "gate", "standing", "decision"}
    assert kinds(mona) == {"decision"}


def test_a_choice_is_kept(finn, signed_in):
    times = {"request": "off", "expiring": "daily", "message": "at_once", "decision": "at_once"}
    browser = signed_in(finn)
    assert browser.post(SETTINGS, times).status_code == 303
    assert chosen(finn.user) == {"request": "off"}
    assert browser.post(SETTINGS, times | {"message": "daily"}).status_code == 422


# Mail that comes back


@pytest.fixture
def bounced(cleo, now) -> User:
    User.objects.filter(pk=cleo.user_id).update(bounced_at=now)
    return User.objects.get(pk=cleo.user_id)


def test_the_page_says_so_until_the_person_says_that_it_works(sink, bounced, signed_in, now):
    browser = signed_in(bounced)
    assert "Our mail came back" in browser.get(SETTINGS).content.decode()
    decided(bounced, 1, now)
    assert drain(now) == {"needless": 1}
    browser.post(reverse("mail_again"))
    assert "Our mail came back" not in browser.get(SETTINGS).content.decode()
    decided(bounced, 2, now)
    assert drain(now) == {"sent": 1}


def test_another_address_is_written_to(bounced):
    browser = Client()
    browser.post(reverse("account_login"), {"login": bounced.email, "password": people.PASSWORD})
    new = {"email": "new@people.example", "action_add": ""}
    asked_again = browser.post(reverse("account_email"), new)
    browser.post(asked_again["Location"], {"password": people.PASSWORD})
    browser.post(reverse("account_email"), new)
    text = next(each.body for each in sent.outbox if each.to == ["new@people.example"])
    found = re.search(r"https?://testserver(/account/confirm-email/\S+)", str(text))
    assert found, text
    browser.post(found[1])
    bounced.refresh_from_db()
    assert (bounced.email, bounced.bounced_at) == ("new@people.example", None)
    assert EmailAddress.objects.get(user=bounced).email == "new@people.example"


def test_mail_that_came_back_later_is_written_down_by_hand(cleo, finn):
    said = StringIO()
    call_command("mark_bounced", "Cleo@People.example", "nobody@people.example", stdout=said)
    assert "Marked: 1. Marked before, or nobody's: 1." in said.getvalue()
    assert User.objects.exclude(bounced_at=None).get() == cleo.user


# Notices


def test_notices_are_the_readers_own_and_new_until_seen(cleo, finn, signed_in, now):
    decided(cleo, 1, now)
    Notification.objects.update(client=cleo.client, freelancer=finn)
    browser = signed_in(cleo)
    page = browser.get("/notices/").content.decode()
    assert "You reported a message from Finn. The moderators agreed with you." in page
    assert ">New</span>" in page
    assert ">New</span>" in browser.get("/notices/").content.decode()
    assert browser.post("/notices/seen/").status_code == 303
    assert ">New</span>" not in browser.get("/notices/").content.decode()
    assert "You reported" not in signed_in(finn).get("/notices/").content.decode()


def test_a_notice_that_is_not_due_is_not_there(cleo, finn, signed_in, now):
    row = decided(cleo, 1, now)
    Notification.objects.filter(pk=row.pk).update(
        client=cleo.client, freelancer=finn, due_at=now.replace(year=now.year + 1)
    )
    assert "You reported" not in signed_in(cleo).get("/notices/").content.decode()


def test_many_notices_come_page_by_page_at_the_same_cost(cleo, finn, signed_in, now):
    def cost() -> tuple[int, int]:
        """Queries, and notices shown."""
        Notification.objects.update(client=cleo.client, freelancer=finn)
        with CaptureQueriesContext(connection) as asked:
            page = browser.get("/notices/").content.decode()
        return len(asked), page.count("You reported")

    browser = signed_in(cleo)
    decided(cleo, 0, now)
    cost()
    few, _one = cost()
    for number in range(1, 60):
        decided(cleo, number, now)
    many, shown = cost()
    assert many <= few
    assert 10 <= shown <= 50

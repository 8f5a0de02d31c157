"""Inviting by mail, and joining: what the mail says, who may join, and what nobody learns."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.clock import database_now
from accounts.models import ClientAccount, Invitation, Membership
from messaging.door import Refusal
from messaging.services.outcomes import Refused
from tests import people
from tests.messaging.letters import send, writes_nothing
from tests.web.invited import EMAIL, join, over, page_of
from tests.web.stage import changed, rows
from tests.web.test_joining import TOKEN

INSTANT = re.compile(r'datetime="[^"]*"')
OVER = "This invitation is not open"


def ask(browser: Client, email: str = EMAIL, status: int = 303) -> str:
    """The page that the owner reads after inviting."""
    answer = browser.post(reverse("invite"), {"email": email})
    assert answer.status_code == status
    page = browser.get(answer["Location"]) if status == 303 else answer
    return page.content.decode()


# The mail


def test_the_mail_says_who_invites_for_whom_until_when_and_where_to_go(cleo, signed_in):
    browser = signed_in(cleo)
    before = database_now()

    page = ask(browser, " Nora@People.Example ")

    invitation = Invitation.objects.get()
    assert "A mail is on its way to nora@people.example" in page
    assert (invitation.email, invitation.invited_by) == (EMAIL, cleo.user)
    assert (
        timedelta(0) <= invitation.expires_at - before - timedelta(days=14) < timedelta(minutes=1)
    )
    [sent] = mail.outbox
    body = str(sent.body)
    assert sent.to == [EMAIL]
    assert sent.subject == "Cleo invites you to write for Cleo & Co on Threshold"
    assert f"Cleo asks you, {EMAIL}, to write to freelancers for Cleo & Co." in body
    assert f"://testserver/invitations/{invitation.code}/" in body
    assert f"until {invitation.expires_at:%-d %B %Y, %H:%M} UTC" in body
    assert "&amp;" not in body


def test_the_mail_carries_nothing_of_the_owners_session(cleo, signed_in):
    browser = signed_in(cleo)
    ask(browser)
    [sent] = mail.outbox
    raw = sent.message().as_string()
    values = [cookie.value for cookie in browser.cookies.values() if cookie.value]
    assert values
    assert not [value for value in values if value in raw]
    assert cleo.user.email not in raw
    assert set(sent.message()) <= {
        "Content-Type",
        "MIME-Version",
        "Content-Transfer-Encoding",
        "Subject",
        "From",
        "To",
        "Date",
        "Message-ID",
    }


def test_a_name_with_a_line_end_in_it_makes_no_second_header(cleo, signed_in):
    ClientAccount.objects.filter(pk=cleo.client_id).update(name="Acme\r\nBcc: all@people.example")
    ask(signed_in(cleo))
    [sent] = mail.outbox
    assert sent.recipients() == [EMAIL]
    assert "\n" not in sent.subject
    assert "Bcc" not in set(sent.message())


@pytest.mark.parametrize(
    "email",
    ["", "nora", "nora@", "a@b", "nora@people.example\nBcc: x@y.example", '"\x01"@a.example'],
)
def test_what_is_no_address_is_refused_and_kept(cleo, signed_in, email):
    before = rows()
    page = ask(signed_in(cleo), email, 422)
    assert "Not done yet" in page
    assert changed(before) == set()
    assert mail.outbox == []


def test_asking_again_renews_the_same_invitation_and_mails_again(cleo, invitation, signed_in):
    over(invitation)
    ask(signed_in(cleo))
    ask(signed_in(cleo), "NORA@people.example")
    again = Invitation.objects.get()
    assert (again.code, again.made_at) == (invitation.code, invitation.made_at)
    assert again.is_open(database_now() + timedelta(days=13))
    assert [sent.to for sent in mail.outbox] == [[EMAIL], [EMAIL]]


def test_when_the_mail_cannot_go_out_the_invitation_stays_and_can_be_sent_again(
    cleo, signed_in, settings
):
    browser = signed_in(cleo)
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 1
    page = ask(browser)
    assert "but the mail could not be sent. Send it again later." in page
    assert Invitation.objects.get().is_open(database_now())

    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert "A mail is on its way" in ask(browser)
    assert len(mail.outbox) == 1


# What the owner learns


def test_nobody_learns_whose_address_it_is(cleo, otto, finn, signed_in):
    """Unknown, a freelancer, another account's owner, suspended: one page."""
    people.user("Sue", is_active=False)
    pages = {}
    for name in ("nobody", "finn", "otto", "sue"):
        browser = signed_in(cleo)
        page = ask(browser, f"{name}@people.example").replace(f"{name}@people.example", "(typed)")
        code = Invitation.objects.get().code
        page = INSTANT.sub("", page.replace(code, "(code)"))
        pages[name] = TOKEN.sub(b"", page.encode())
        Invitation.objects.all().delete()
    assert len(set(pages.values())) == 1
    assert len(mail.outbox) == 4


def test_who_writes_for_the_account_is_not_invited_to_it(cleo, signed_in):
    dan = people.member(cleo.client, "Dan", role="member")
    before = rows()
    assert "writes for the account already" in ask(signed_in(cleo), dan.user.email, 422)
    assert "writes for the account already" in ask(signed_in(cleo), "CLEO@people.example", 422)
    assert changed(before) == set()
    assert mail.outbox == []


def test_an_invitation_is_taken_back(cleo, invitation, nora, signed_in):
    address = reverse("invitation_revoking", args=[invitation.code])
    browser = signed_in(cleo)
    assert EMAIL in browser.get("/settings/client/").content.decode()

    for _ in range(2):
        assert browser.post(address).status_code == 303

    shown = browser.get("/settings/client/").content.decode()
    assert "Take it back" not in shown
    guest = signed_in(nora)
    assert guest.get(page_of(invitation)).status_code == 404
    before = rows()
    refused = join(guest, invitation)
    assert (refused.status_code, OVER in refused.content.decode()) == (409, True)
    assert changed(before) == set()


def test_what_was_taken_up_is_not_taken_back(cleo, invitation, nora, signed_in):
    services.join(user=nora, invitation=invitation, clock=database_now)
    before = rows()
    refused = signed_in(cleo).post(reverse("invitation_revoking", args=[invitation.code]))
    assert refused.status_code == 409
    assert f"{EMAIL} has joined meanwhile" in refused.content.decode()
    assert changed(before) == set()


def test_another_accounts_invitation_is_not_found(invitation, otto, signed_in):
    before = rows()
    address = reverse("invitation_revoking", args=[invitation.code])
    assert signed_in(otto).post(address).status_code == 404
    assert changed(before) == set()


# Joining


def test_looking_joins_nobody_and_pressing_does(cleo, invitation, nora, finn, signed_in):
    browser, before = signed_in(nora), rows()
    shown = browser.get(page_of(invitation))
    assert "Join Cleo &amp; Co" in shown.content.decode()
    assert browser.get(reverse("joining", args=[invitation.code])).status_code == 302
    assert changed(before) == set()

    assert join(browser, invitation)["Location"] == reverse("eligibility")

    member = Membership.objects.get(user=nora)
    assert (member.client, member.role, member.left_at) == (cleo.client, "member", None)
    invitation.refresh_from_db()
    assert invitation.accepted_at == member.joined_at
    assert (
        "You write for Cleo &amp; Co from now on" in browser.get("/can-i-write/").content.decode()
    )
    assert send(member, finn).client == cleo.client
    assert browser.get(page_of(invitation)).status_code == 404
    assert join(browser, invitation).status_code == 409


def test_a_visitor_is_told_what_it_is_and_how_to_come_in(invitation):
    shown = Client().get(page_of(invitation)).content.decode()
    assert "Cleo &amp; Co" in shown
    assert "n…@people.example" in shown
    assert EMAIL not in shown
    back = page_of(invitation).replace("/", "%2F")
    assert f"?next={page_of(invitation)}" in shown or f"?next={back}" in shown
    assert f"?invitation={invitation.code}" in shown
    assert join(Client(), invitation).status_code == 403


def test_another_address_does_not_join(invitation, finn, signed_in):
    browser, before = signed_in(finn), rows()
    shown = browser.get(page_of(invitation)).content.decode()
    assert "You are signed in as finn@people.example" in shown
    assert "n…@people.example" in shown
    assert EMAIL not in shown
    assert "Join Cleo" not in shown
    refused = join(browser, invitation)
    assert refused.status_code == 403
    assert EMAIL not in refused.content.decode()
    assert changed(before) == set()


def test_an_address_that_was_never_confirmed_is_nobodys(invitation, finn, signed_in):
    EmailAddress.objects.create(user=finn.user, email=EMAIL, verified=False, primary=False)
    assert join(signed_in(finn), invitation).status_code == 403
    assert not Membership.objects.filter(user=finn.user).exists()


def test_one_login_writes_for_one_account(cleo, otto, signed_in):
    invitation = services.invite(owner=cleo, email=otto.user.email, clock=database_now)
    browser, before = signed_in(otto), rows()
    shown = browser.get(page_of(invitation)).content.decode()
    assert "You write for Otto Outside, and one login writes for one account." in shown
    assert "Join Cleo" not in shown
    refused = join(browser, invitation)
    assert refused.status_code == 409
    assert "one login writes for one account" in refused.content.decode()
    assert changed(before) == set()


def test_what_is_over_and_what_never_was_look_alike(invitation, nora, signed_in):
    browser = signed_in(nora)
    assert browser.get(page_of(invitation)).status_code == 200
    over(invitation)
    pages = [browser.get(page_of(invitation)), browser.get("/invitations/no-such-code/")]
    assert [page.status_code for page in pages] == [404, 404]
    first, second = (TOKEN.sub(b"", page.content) for page in pages)
    assert first == second
    assert OVER in first.decode()
    assert join(browser, invitation).status_code == 409
    assert browser.post("/invitations/no-such-code/joining/").status_code == 404
    assert not Membership.objects.filter(user=nora).exists()


def test_a_freelancer_may_be_a_member_too_and_is_not_written_to_by_their_own(
    cleo, finn, now, signed_in
):
    invitation = services.invite(owner=cleo, email=finn.user.email, clock=database_now)
    join(signed_in(finn), invitation)
    assert Membership.objects.filter(user=finn.user, client=cleo.client, left_at=None).exists()
    refused = writes_nothing(lambda: send(cleo, finn), Refused)
    assert refused.refusal == Refusal.COLLEAGUE

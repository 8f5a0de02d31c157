"""Who writes for an account: owners decide, the last of them stays, and who has gone is out."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.clock import database_now
from accounts.models import Membership, User
from messaging.models import Message
from messaging.services.outcomes import NotAMember
from tests import people
from tests.messaging.letters import reply, send, writes_nothing
from tests.web.stage import LETTER, MESSAGE, REQUEST, changed, rows

OWNER, MEMBER = Membership.Role.OWNER, Membership.Role.MEMBER
PAGE = "/settings/client/"
ONLY = "is the only owner. Make somebody else an owner first"


@pytest.fixture
def dan(cleo) -> Membership:
    """Writes for Cleo's account."""
    return people.member(cleo.client, "Dan", role=MEMBER)


def change(browser, to: str, member: Membership, **form: str):
    return browser.post(reverse(to, args=[member.pk]), form)


def fresh(member: Membership) -> Membership:
    return Membership.objects.get(pk=member.pk)


def test_an_owner_sees_what_can_be_done_and_a_member_sees_who_is_there(cleo, dan, signed_in):
    owners = signed_in(cleo).get(PAGE).content.decode()
    for name in ("role", "removal"):
        assert reverse(name, args=[dan.pk]) in owners
        assert reverse(name, args=[cleo.pk]) not in owners
    assert reverse("invite") in owners

    members = signed_in(dan).get(PAGE).content.decode()
    assert "Cleo" in members
    assert "cleo@people.example" in members
    assert reverse("leaving") in members
    for name in ("invite", "role", "removal"):
        assert reverse(name, args=[cleo.pk] if name != "invite" else []) not in members


# Removal


def test_a_removed_member_is_out_with_the_next_request_open_forms_included(
    cleo, dan, finn, olga, signed_in
):
    request = send(dan, finn)
    reply(finn, request.conversation, "Gladly.")
    conversation = reverse("conversation", args=[request.conversation.public_id])
    compose = reverse("compose", args=[olga.slug])
    browser = signed_in(dan)
    for address in (conversation, PAGE):
        assert browser.get(address).status_code == 200

    assert change(signed_in(cleo), "removal", dan).status_code == 303

    gone = fresh(dan)
    assert (gone.left_at is not None, gone.removed_by) == (True, cleo.user)
    before = rows()
    typed = browser.post(compose, REQUEST | {"body": f"{LETTER} & more"})
    assert typed.status_code == 403
    assert f"{LETTER} &amp; more</textarea>" in typed.content.decode()
    thread = reverse("writing", args=[request.conversation.public_id])
    for address in (conversation, reverse("conversations")):
        assert browser.get(address).status_code in {403, 404}
    assert browser.get(conversation).status_code == 404
    assert browser.post(thread, MESSAGE).status_code == 404
    for address in (PAGE, reverse("sent"), reverse("eligibility"), compose):
        assert browser.get(address).status_code == 403
    assert browser.post(PAGE, {"name": "Mine"}).status_code == 403
    assert changed(before) == set()
    # What they had sent stays, and their colleagues read on.
    assert Message.objects.filter(author=dan.user).exists()
    assert signed_in(cleo).get(conversation).status_code == 200


def test_somebody_removed_while_they_wrote_keeps_the_text_and_sends_nothing(cleo, dan, finn):
    """The page was asked for as a member; the removal commits before the send takes the lock."""
    services.remove_member(owner=cleo, member=dan, clock=database_now)
    writes_nothing(lambda: send(dan, finn), NotAMember)


def test_removing_twice_is_removing_once(cleo, dan, signed_in):
    browser = signed_in(cleo)
    change(browser, "removal", dan)
    before = rows()
    assert change(browser, "removal", dan).status_code == 404
    services.remove_member(owner=cleo, member=dan, clock=database_now)
    assert changed(before) == set()


def test_who_was_removed_may_join_another_account_or_the_same_again(cleo, dan, otto, signed_in):
    change(signed_in(cleo), "removal", dan)
    for owner in (otto, cleo):
        invitation = services.invite(owner=owner, email=dan.user.email, clock=database_now)
        joined = services.join(user=dan.user, invitation=invitation, clock=database_now)
        services.leave(member=joined, clock=database_now)
    assert dan.user.memberships.count() == 3


# Owners


def test_a_member_becomes_an_owner_and_an_owner_a_member(cleo, dan, signed_in):
    browser = signed_in(cleo)
    assert change(browser, "role", dan, role="owner").status_code == 303
    assert fresh(dan).role == OWNER
    assert signed_in(dan).post(PAGE, {"name": "Cleo & Dan"}).status_code == 303
    assert change(browser, "role", dan, role="member").status_code == 303
    assert fresh(dan).role == MEMBER
    assert signed_in(dan).post(PAGE, {"name": "Dan"}).status_code == 403


@pytest.mark.parametrize("nonsense", ["admin", "", "OWNER"])
def test_there_are_two_roles(cleo, dan, signed_in, nonsense):
    before = rows()
    refused = change(signed_in(cleo), "role", dan, role=nonsense)
    assert refused.status_code == 422
    assert "an owner or a member" in refused.content.decode()
    assert changed(before) == set()


def test_the_last_owner_stays_one(cleo, dan, signed_in):
    browser, before = signed_in(cleo), rows()
    answers = [
        browser.post(reverse("leaving")),
        change(browser, "removal", cleo),
        change(browser, "role", cleo, role="member"),
    ]
    for answer in answers:
        assert answer.status_code == 409
        assert ONLY in answer.content.decode()
    assert changed(before) == set()


def test_the_only_owner_reads_so_before_leaving(cleo, dan, signed_in):
    said = "You are the only owner. Make somebody else an owner before you leave."
    browser = signed_in(cleo)
    assert said in browser.get(PAGE).content.decode()
    assert reverse("leaving") in signed_in(dan).get(PAGE).content.decode()
    change(browser, "role", dan, role="owner")
    page = browser.get(PAGE).content.decode()
    assert said not in page
    assert reverse("leaving") in page


def test_an_owner_who_may_not_sign_in_is_not_another_owner(cleo, dan, signed_in):
    change(signed_in(cleo), "role", dan, role="owner")
    User.objects.filter(pk=dan.user_id).update(is_active=False)
    assert signed_in(cleo).post(reverse("leaving")).status_code == 409
    User.objects.filter(pk=dan.user_id).update(is_active=True)
    assert signed_in(cleo).post(reverse("leaving")).status_code == 303


def test_the_last_owner_but_one_may_go(cleo, dan, signed_in):
    change(signed_in(cleo), "role", dan, role="owner")
    browser = signed_in(cleo)
    gone = browser.post(reverse("leaving"))
    assert (gone.status_code, gone["Location"]) == (303, "/")
    assert f"You write for {cleo.client.name.replace('&', '&amp;')} no more" in (
        browser.get("/").content.decode()
    )
    assert (fresh(cleo).left_at is not None, fresh(cleo).removed_by) == (True, None)
    assert browser.get(PAGE).status_code == 403
    assert signed_in(dan).post(reverse("leaving")).status_code == 409


def test_a_member_leaves_when_they_like(cleo, dan, signed_in):
    browser = signed_in(dan)
    assert browser.post(reverse("leaving")).status_code == 303
    assert fresh(dan).left_at is not None
    before = rows()
    assert browser.post(reverse("leaving")).status_code == 403
    services.leave(member=dan, clock=database_now)
    assert changed(before) == set()


def test_what_an_owner_may_a_member_may_not(cleo, dan, signed_in):
    invitation = services.invite(owner=cleo, email="new@people.example", clock=database_now)
    browser, before = signed_in(dan), rows()
    answers = [
        browser.post(reverse("invite"), {"email": "friend@people.example"}),
        browser.post(reverse("invitation_revoking", args=[invitation.code])),
        change(browser, "removal", cleo),
        change(browser, "role", dan, role="owner"),
    ]
    for answer in answers:
        assert answer.status_code == 403
        assert "Only an owner of the account" in answer.content.decode()
    assert changed(before) == set()


def test_who_stopped_being_an_owner_meanwhile_changes_nothing(cleo, dan):
    """The service looks again under the lock: what the page knew may be old."""
    services.set_role(owner=cleo, member=dan, role=OWNER, clock=database_now)
    stale = fresh(cleo)
    services.set_role(owner=fresh(dan), member=cleo, role=MEMBER, clock=database_now)
    invitation = services.invite(owner=fresh(dan), email="x@people.example", clock=database_now)
    clock = {"clock": database_now}
    for act in (
        lambda: services.remove_member(owner=stale, member=dan, **clock),
        lambda: services.set_role(owner=stale, member=stale, role=OWNER, **clock),
        lambda: services.invite(owner=stale, email="y@people.example", **clock),
        lambda: services.revoke_invitation(owner=stale, invitation=invitation, **clock),
    ):
        writes_nothing(act, services.NotAnOwner)


def test_another_accounts_members_are_not_found(cleo, dan, otto, signed_in):
    browser, before = signed_in(otto), rows()
    for name in ("removal", "role"):
        assert change(browser, name, dan, role="owner").status_code == 404
    for nonsense in ("0", "9" * 30):
        address = reverse("removal", args=["1"]).replace("1", nonsense)
        assert browser.post(address).status_code == 404
    services.remove_member(owner=otto, member=dan, clock=database_now)
    services.set_role(owner=otto, member=dan, role=OWNER, clock=database_now)
    assert changed(before) == set()


def test_without_our_token_none_of_it_happens(cleo, dan):
    invitation = services.invite(owner=cleo, email="x@people.example", clock=database_now)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(cleo.user)
    before = rows()
    for name, named in (
        ("invite", []),
        ("invitation_revoking", [invitation.code]),
        ("role", [dan.pk]),
        ("removal", [dan.pk]),
        ("leaving", []),
        ("joining", [invitation.code]),
    ):
        form = {"email": "y@people.example", "role": "owner"}
        assert browser.post(reverse(name, args=named), form).status_code == 403
        assert browser.get(reverse(name, args=named)).status_code == 302
    assert changed(before) == set()


@pytest.mark.parametrize("way", ["removed", "made a member", "left"])
def test_who_owns_the_account_no_more_has_left_no_way_back_in(cleo, dan, now, way):
    """An owner could otherwise invite an address of their own before they are put out."""
    services.set_role(owner=cleo, member=dan, role=OWNER, clock=database_now)
    own, others = (
        services.invite(owner=fresh(who), email=f"{name}@people.example", clock=database_now)
        for who, name in ((dan, "second-dan"), (cleo, "guest"))
    )
    second = people.user("Second Dan")

    if way == "removed":
        services.remove_member(owner=cleo, member=dan, clock=database_now)
    elif way == "left":
        services.leave(member=dan, clock=database_now)
    else:
        services.set_role(owner=cleo, member=dan, role=MEMBER, clock=database_now)

    writes_nothing(
        lambda: services.join(user=second, invitation=own, clock=database_now),
        services.InvitationOver,
    )
    others.refresh_from_db()
    assert others.is_open(now + timedelta(days=1))

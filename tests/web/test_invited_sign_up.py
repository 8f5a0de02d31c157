"""Signing up by an invitation: no account of one's own, and the way to the one that invites."""

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from accounts import services
from accounts.clock import database_now
from accounts.models import ClientAccount, FreelancerProfile, Invitation, Membership, User
from tests.web.invited import EMAIL, join, over, page_of
from tests.web.stage import SIGN_UP
from tests.web.test_joining import link_of_last_mail, sign_in, told

INVITED = {"name": "Nora", "email": EMAIL, "time_zone": "Europe/Oslo"} | dict.fromkeys(
    ("password1", "password2"), SIGN_UP["password1"]
)


def sign_up(invitation: Invitation, client: Client | None = None, **more: str):
    data = INVITED | {"invitation": invitation.code} | more
    return (client or Client()).post(reverse("account_signup"), data)


def test_the_form_asks_who_comes_by_an_invitation_for_neither_role_nor_company(invitation):
    shown = Client().get(f"{reverse('account_signup')}?invitation={invitation.code}")
    page = shown.content.decode()
    assert "You are invited to write for Cleo &amp; Co" in page
    assert 'name="role"' not in page
    assert 'name="company"' not in page
    assert EMAIL not in page


@pytest.mark.parametrize("elsewhere", [False, True])
def test_who_signs_up_as_invited_has_no_account_of_their_own_and_is_led_to_join(
    cleo, invitation, elsewhere
):
    """Whether the mail is read in the same browser or elsewhere."""
    client = Client()
    assert sign_up(invitation, client).status_code == 303
    nora = User.objects.get(email=EMAIL)
    assert (nora.name, nora.time_zone) == ("Nora", "Europe/Oslo")
    assert ClientAccount.objects.get() == cleo.client
    assert not FreelancerProfile.objects.exists()
    assert not Membership.objects.filter(user=nora).exists()
    # Not before the address is confirmed.
    assert client.get(page_of(invitation)).context["user"].is_anonymous

    reader = Client() if elsewhere else client
    assert reader.post(link_of_last_mail()[1])["Location"] == reverse("account_login")
    assert sign_in(reader, EMAIL)["Location"] == "/"

    home = reader.get("/").content.decode()
    assert "You are invited to write for Cleo &amp; Co" in home
    assert reverse("joining", args=[invitation.code]) in home
    assert join(reader, invitation).status_code == 303
    assert Membership.objects.get(user=nora).client == cleo.client


def test_the_invitation_is_for_its_own_address(invitation):
    refused = sign_up(invitation, email="other@people.example")
    assert refused.status_code == 200
    page = refused.content.decode()
    assert "This invitation went to another address" in page
    assert EMAIL not in page
    assert not User.objects.filter(email__in=[EMAIL, "other@people.example"]).exists()


def test_by_a_dead_invitation_one_signs_up_as_anybody_does(invitation):
    over(invitation)
    page = sign_up(invitation).content.decode()
    assert "This invitation is no longer open." in page
    assert "Say whether you are a client or a freelancer." in page
    assert not User.objects.filter(email=EMAIL).exists()


def test_signing_up_by_an_invitation_does_not_tell_whether_the_address_is_known(cleo, nora):
    pages = []
    for email in (EMAIL, "new@people.example"):
        invitation = services.invite(owner=cleo, email=email, clock=database_now)
        data = INVITED | {"email": email, "invitation": invitation.code}
        pages.append(told(reverse("account_signup"), data))
    assert pages[0] == pages[1]
    assert User.objects.filter(email=EMAIL).count() == 1


# The notice


@pytest.mark.parametrize("page", ["/", "/settings/"])
def test_who_is_invited_is_told_so_where_they_land(invitation, nora, signed_in, page):
    browser = signed_in(nora)
    address = reverse("joining", args=[invitation.code])
    assert address in browser.get(page).content.decode()
    over(invitation)
    assert address not in browser.get(page).content.decode()


def test_a_freelancer_is_told_on_the_settings_page(cleo, finn, signed_in):
    invitation = services.invite(owner=cleo, email=finn.user.email, clock=database_now)
    shown = signed_in(finn).get("/settings/").content.decode()
    assert reverse("joining", args=[invitation.code]) in shown


def test_others_and_members_are_told_nothing(cleo, otto, invitation, finn, signed_in):
    services.invite(owner=cleo, email=otto.user.email, clock=database_now)
    EmailAddress.objects.create(user=finn.user, email=EMAIL, verified=False, primary=False)
    for person in (otto, finn):
        page = signed_in(person).get("/settings/").content.decode()
        assert "You are invited" not in page

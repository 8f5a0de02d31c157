"""Joining and coming back: who may, and that no page tells whether an account exists."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import ClientAccount, FreelancerProfile, Membership, User
from tests import people
from tests.web.stage import SIGN_UP, browser, changed, rows

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
LINK = re.compile(r"https?://([^/\s]+)(/account/\S+)")


def sign_up(client: Client | None = None, **more: str):
    return (client or Client()).post(reverse("account_signup"), SIGN_UP | more)


def sign_in(client: Client, email: str = SIGN_UP["email"], password: str = SIGN_UP["password1"]):
    return client.post(reverse("account_login"), {"login": email, "password": password})


def link_of_last_mail() -> tuple[str, str]:
    """Host and path of the link in the last mail."""
    found = LINK.search(str(mail.outbox[-1].body))
    assert found is not None
    return found[1], found[2]


def told(address: str, data: dict[str, str]):
    """All that a page tells a stranger about what they posted, with the page it leads to."""
    client = Client()
    answer = client.post(address, data)
    end = client.get(answer["Location"]) if answer.status_code == 303 else answer
    heads = sorted(answer.headers), sorted(answer.cookies), answer.get("Location")
    body = TOKEN.sub(b"", end.content)
    for typed in set(data.values()):
        body = body.replace(typed.encode(), b"(typed)")
    return answer.status_code, heads, end.status_code, body


def test_a_client_who_signs_up_owns_a_new_client_account(db):
    sign_up()

    member = Membership.objects.get(user__email=SIGN_UP["email"])
    assert member.role == Membership.Role.OWNER
    assert member.client.name == SIGN_UP["company"]
    assert member.user.time_zone == "Europe/Oslo"
    assert not FreelancerProfile.objects.exists()


def test_a_freelancer_who_signs_up_has_a_profile_with_an_open_door(db):
    sign_up(role="freelancer")

    profile = FreelancerProfile.objects.get(user__email=SIGN_UP["email"])
    assert (profile.name, profile.door) == ("Nora", "open")
    assert not ClientAccount.objects.exists()


def test_a_freelancer_is_there_for_others_once_the_address_is_verified(world):
    """Somebody else may have typed it."""
    sign_up(role="freelancer")
    profile = FreelancerProfile.objects.get(user__email=SIGN_UP["email"])
    profile.headline = "Draws maps"
    profile.save()
    cleos = browser(world, "cleo")

    def seen(slug: str):
        names = ("talent_profile", "compose", "block_freelancer")
        pages = [cleos.get(reverse(name, args=[slug])) for name in names]
        pages.append(cleos.post(reverse("compose", args=[slug]), {"body": "Hello"}))
        return [(page.status_code, TOKEN.sub(b"", page.content)) for page in pages]

    assert seen(profile.slug) == seen("nobody")
    assert "Draws maps" not in cleos.get(reverse("talent")).content.decode()

    Client().post(link_of_last_mail()[1])
    assert seen(profile.slug)[0][0] == 200
    assert "Draws maps" in cleos.get(reverse("talent")).content.decode()


def test_nobody_comes_in_before_the_address_is_verified(db):
    client = Client()
    sign_up(client)
    assert client.get("/settings/").status_code == 302

    assert "verif" in sign_in(client)["Location"] or "confirm" in sign_in(client)["Location"]
    assert client.get("/settings/").status_code == 302

    _host, path = link_of_last_mail()
    client.post(path)
    sign_in(client)
    assert client.get("/settings/").status_code == 200


def test_looking_at_the_link_in_the_mail_verifies_nothing(db):
    """Mail programs look at links before people do."""
    sign_up()

    Client().get(link_of_last_mail()[1])

    assert not EmailAddress.objects.get(email=SIGN_UP["email"]).verified


@pytest.mark.parametrize("role", ["client", "freelancer", "moderator", "", "owner"])
def test_signing_up_gives_no_rights(db, role):
    sign_up(role=role, is_staff="on", is_superuser="on", groups="1", user_permissions="1")

    assert not User.objects.filter(is_staff=True).exists()
    assert User.objects.count() == (role in {"client", "freelancer"})


def test_sign_up_says_the_same_of_a_known_address(world):
    known = told(reverse("account_signup"), SIGN_UP | {"email": "cleo@people.example"})
    new = told(reverse("account_signup"), SIGN_UP)

    assert known == new
    assert User.objects.filter(email="cleo@people.example").count() == 1
    assert [mailed.to for mailed in mail.outbox] == [["cleo@people.example"], [SIGN_UP["email"]]]


def test_reset_says_the_same_of_a_known_address(world):
    address = reverse("account_reset_password")

    known = told(address, {"email": "cleo@people.example"})

    assert known == told(address, {"email": "nobody@people.example"})


def test_sign_in_says_the_same_of_a_known_a_suspended_and_an_unknown_address(world):
    address, wrong = reverse("account_login"), "wrong and wrong again"
    world.ida.user.is_active = False
    world.ida.user.save(update_fields=["is_active"])

    known, suspended, unknown = (
        told(address, {"login": f"{name}@people.example", "password": wrong})
        for name in ["cleo", "ida", "nobody"]
    )

    assert known == suspended == unknown


def test_a_suspended_person_does_not_come_in_and_is_put_out(world):
    client = browser(world, "ida")
    world.ida.user.is_active = False
    world.ida.user.save(update_fields=["is_active"])

    assert client.get("/settings/").status_code == 302
    fresh = Client()
    sign_in(fresh, "ida@people.example", people.PASSWORD)
    assert fresh.get("/settings/").status_code == 302


def test_a_reset_changes_the_password_once_and_ends_the_sessions(world):
    elsewhere, client = browser(world, "cleo"), Client()
    client.post(reverse("account_reset_password"), {"email": "cleo@people.example"})
    _host, path = link_of_last_mail()
    form = client.get(path)["Location"]

    new = {"password1": "entirely other words", "password2": "entirely other words"}
    assert client.post(form, new).status_code == 303

    assert elsewhere.get("/settings/").status_code == 302
    assert sign_in(Client(), "cleo@people.example", people.PASSWORD).status_code != 303
    assert sign_in(Client(), "cleo@people.example", new["password1"]).status_code == 303
    assert Client().get(path).status_code == 200  # the page that says the link is used up


def test_the_session_id_changes_at_sign_in_and_dies_at_sign_out(world):
    client = Client()
    sign_in(client, "cleo@people.example", people.PASSWORD)
    first = client.cookies[settings.SESSION_COOKIE_NAME].value
    planted = Client()
    planted.cookies[settings.SESSION_COOKIE_NAME] = "planted0planted0planted0planted0"
    sign_in(planted, "cleo@people.example", people.PASSWORD)

    assert planted.cookies[settings.SESSION_COOKIE_NAME].value not in {
        first,
        "planted0planted0planted0planted0",
    }
    client.post(reverse("account_logout"))
    replayed = Client()
    replayed.cookies[settings.SESSION_COOKIE_NAME] = first
    assert replayed.get("/settings/").status_code == 302


def test_sign_out_everywhere_ends_the_other_sessions(world):
    here, there = Client(), Client()
    for client in [here, there]:
        sign_in(client, "cleo@people.example", people.PASSWORD)
        assert client.get("/settings/").status_code == 200
    page = here.get(reverse("usersessions_list")).content.decode()
    assert page.count("127.0.0.1") >= 2

    here.post(reverse("usersessions_list"))

    assert there.get("/settings/").status_code == 302
    assert here.get("/settings/").status_code == 200
    assert Session.objects.count() == 1


def test_a_new_address_counts_once_it_is_verified(world):
    client = Client()
    sign_in(client, "cleo@people.example", people.PASSWORD)

    new = {"action_add": "", "email": "new@people.example"}
    asked_again = client.post(reverse("account_email"), new)
    client.post(asked_again["Location"], {"password": people.PASSWORD})
    client.post(reverse("account_email"), new)
    assert User.objects.get(pk=world.cleo.user_id).email == "cleo@people.example"
    client.post(link_of_last_mail()[1])

    assert User.objects.get(pk=world.cleo.user_id).email == "new@people.example"


def test_a_taken_address_is_taken_by_nobody_else(world):
    client = Client()
    sign_in(client, "cleo@people.example", people.PASSWORD)
    address = reverse("account_email")

    client.post(reverse("account_reauthenticate"), {"password": people.PASSWORD})
    page = client.post(address, {"action_add": "", "email": "ida@people.example"})

    assert User.objects.get(pk=world.ida.user_id).email == "ida@people.example"
    owner = EmailAddress.objects.get(email="ida@people.example", verified=True)
    assert owner.user == world.ida.user
    assert page.status_code in {200, 302, 303, 422}


def test_another_persons_session_is_not_theirs_to_end(world):
    there = Client()
    sign_in(there, "ida@people.example", people.PASSWORD)
    there.get("/settings/")
    before = rows()

    browser(world, "cleo").post(reverse("usersessions_list"))

    assert there.get("/settings/").status_code == 200
    assert changed(before) == set()

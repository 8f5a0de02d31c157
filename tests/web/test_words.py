"""Mail and forms speak in the product's own sentences, none of the libraries' stock ones."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests import people
from tests.web.stage import SIGN_UP, browser

STOCK_FORM = re.compile("This field is|Ensure this value|Enter a valid|Select a valid choice")
STOCK_MAIL = re.compile("Hello from|Thank you for using|You're receiving|You are receiving")
LINK = re.compile(r"https?://[^/\s]+(/account/confirm\S+)")

#: About no database: once is enough.
pytestmark = pytest.mark.sqlite

NOTHING_FILLED_IN = [
    ("account_signup", ["whether you are a client or", "Type your name.", "Choose a password."]),
    ("account_login", ["Type your e-mail address.", "Type your password."]),
    ("account_reset_password", ["Type your e-mail address."]),
]


@pytest.mark.parametrize(("name", "sentences"), NOTHING_FILLED_IN)
def test_an_empty_form_at_the_entrance_names_what_is_missing(db, name, sentences):
    shown = Client().post(reverse(name), {}).content.decode()
    assert not STOCK_FORM.search(shown)
    for sentence in sentences:
        assert sentence in shown


def test_no_address_at_all_is_told_apart_from_one_that_is_none(db):
    shown = Client().post(reverse("account_login"), {"login": "cleo", "password": "x"})
    assert "One looks like name@example.com." in shown.content.decode()


def test_a_wrong_password_is_told_without_saying_which_of_the_two_is_wrong(world):
    wrong = {"login": "cleo@people.example", "password": "not it"}
    shown = Client().post(reverse("account_login"), wrong).content.decode()
    assert "That e-mail and password do not fit together." in shown


def test_an_empty_request_says_each_thing_to_choose(world):
    address = reverse("compose", args=[world.gina.slug])
    shown = browser(world, "otto").post(address, {"submission_key": "k"}).content.decode()
    assert not STOCK_FORM.search(shown)
    for sentence in ("Choose the kind of work.", "Choose a budget.", "Say when it should start."):
        assert sentence in shown


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("settings", {"name": "n" * 81, "time_zone": "Moon/Sea"}),
        ("profile", {"name": "", "hourly_rate": "much", "country": "??", "bio": "b" * 3001}),
        ("client_account", {"name": "", "website": "https://e.example/" + "a" * 200}),
        ("client_account", {"name": "n" * 121, "website": "no address", "country": "??"}),
        ("door", {"door": "ajar"}),
        ("invite", {"email": "no address"}),
        ("invite", {"email": f"{'a' * 250}@people.example"}),
        (
            "door",
            {"door": "open", "least_spend": "1", "least_tenure": "x", "tenure_unit": "years"}
            | {"skills": "0", "countries": "??", "pause_until": "soon", "waiting": "burn"}
            | {"per_day": "0", "per_week": "many"},
        ),
        ("links", {"label": "", "last_day": "never", "most_uses": "501"}),
        ("blocks", {"client": "Acme"}),
        ("blocks", {"client": ""}),
    ],
)
def test_a_form_filled_in_wrongly_is_refused_in_our_words(world, name, wrong):
    refused = browser(world, "otto").post(reverse(name), wrong)
    assert refused.status_code == 422
    assert not STOCK_FORM.search(refused.content.decode())


def test_a_flag_without_a_reason_asks_for_one(world):
    address = reverse("flag", args=[world.reply.public_id])
    shown = browser(world, "cleo").post(address, {"note": ""}).content.decode()
    assert "Choose what is wrong with it." in shown
    assert not STOCK_FORM.search(shown)


def test_every_mail_to_a_stranger_speaks_for_the_product(world):
    client = Client()
    client.post(reverse("account_signup"), SIGN_UP)
    client.post(reverse("account_signup"), SIGN_UP | {"email": "cleo@people.example"})
    client.post(reverse("account_reset_password"), {"email": "cleo@people.example"})
    client.post(reverse("account_reset_password"), {"email": "nobody@people.example"})

    assert len({sent.subject for sent in mail.outbox}) == 4
    for sent in mail.outbox:
        body = str(sent.body)
        assert not STOCK_MAIL.search(body)
        assert "Threshold" in sent.subject
        assert sent.to[0] in body
        assert "It wasn't you?" in body
        assert "&#" not in body


def test_the_old_address_hears_that_another_took_its_place(world):
    client = Client()
    client.post(
        reverse("account_login"), {"login": "cleo@people.example", "password": people.PASSWORD}
    )
    new = {"action_add": "", "email": "new@people.example"}
    asked_again = client.post(reverse("account_email"), new)
    client.post(asked_again["Location"], {"password": people.PASSWORD})
    client.post(reverse("account_email"), new)
    found = LINK.search(str(mail.outbox[-1].body))
    assert found is not None
    assert "made a Threshold account" not in str(mail.outbox[-1].body)
    client.post(found[1])

    told = mail.outbox[-1]
    assert told.to == ["cleo@people.example"]
    assert "from cleo@people.example to new@people.example" in str(told.body)
    assert not STOCK_MAIL.search(str(told.body))


def test_a_changed_password_is_told_to_its_owner(world):
    client = browser(world, "cleo")
    new = {"oldpassword": people.PASSWORD}
    new |= dict.fromkeys(("password1", "password2"), "entirely other words")
    client.post(reverse("account_change_password"), new)
    [told] = mail.outbox
    assert told.to == ["cleo@people.example"]
    assert reverse("account_reset_password") in str(told.body)
    assert "None" not in str(told.body)

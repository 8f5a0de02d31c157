"""How often is too often: exactly the written number passes, the next gets 429 and a sentence."""

import time

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.limits import LIMITS
from accounts.models import FreelancerProfile
from messaging.models import Message
from tests import people
from tests.web.stage import LETTER, REQUEST, browser, form

pytestmark = pytest.mark.usefixtures("rate_limits")


@pytest.fixture(autouse=True)
def _clock_stands_still():
    """A window that ends half-way through a test would be a test that fails now and then."""
    with time_machine.travel(time.time(), tick=False):
        yield


WRONG = "wrong and wrong again"


def count(rate: str) -> int:
    return int(rate.split("/")[0])


def sign_in(client: Client, email: str, password: str = WRONG, **more):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **more)


def refused(answer) -> bool:
    """Over the limit, told so in words, and when to come back."""
    if answer.status_code != 429:
        return False
    assert 0 < int(answer["Retry-After"]) <= 86_400 * 2
    assert "Try again in" in answer.content.decode()
    return True


# What each limit counts: one attempt by cleo (or a visitor), from one network.


def try_sign_in(client, world, number):
    return sign_in(client, "cleo@people.example")


def try_sign_up(client, world, number):
    return client.post(reverse("account_signup"), {"email": "nora@people.example"})


def try_sending(client, world, number):
    return client.post(reverse("compose", args=[world.gina.slug]), REQUEST)


def try_message(client, world, number):
    address = reverse("writing", args=[world.conversation.public_id])
    return client.post(address, {"submission_key": str(number), "body": f"Line {number}"})


def try_draft(client, world, number):
    address = reverse("message_draft", args=[world.conversation.public_id])
    return client.post(address, {"body": f"Line {number}"})


def try_flagging(client, world, number):
    return client.post(reverse("flag", args=[world.reply.public_id]), {"reason": ""})


def try_refusals(client, world, number):
    FreelancerProfile.objects.filter(pk=world.gina.pk).update(door="closed")
    return client.get(reverse("compose", args=[world.gina.slug]))


def try_inviting(client, world, number):
    return client.post(reverse("invite"), {"email": f"guest-{number}@people.example"})


def try_search(client, world, number):
    return client.get(reverse("talent"), {"q": "maps"})


def try_checking(client, world, number):
    return client.post(reverse("checking", args=[world.waiting.public_id]))


ATTEMPTS = {
    "sign-in": ("", try_sign_in),
    "sign-up": ("", try_sign_up),
    "sending": ("cleo", try_sending),
    "message": ("cleo", try_message),
    "draft": ("cleo", try_draft),
    "flagging": ("cleo", try_flagging),
    "search": ("cleo", try_search),
    "checking": ("finn", try_checking),
    "inviting": ("cleo", try_inviting),
    "refusals": ("cleo", try_refusals),
}


def test_every_limit_is_tried_here():
    assert ATTEMPTS.keys() == LIMITS.keys()


@pytest.mark.parametrize("name", LIMITS)
def test_exactly_so_many_pass_and_after_the_window_the_way_is_free_again(world, name):
    who, attempt = ATTEMPTS[name]
    client, most = browser(world, who), count(LIMITS[name].person or LIMITS[name].client)

    answers = [attempt(client, world, number) for number in range(most + 1)]

    assert [answer.status_code for answer in answers[:-1]].count(429) == 0
    assert refused(answers[-1])
    with time_machine.travel(time.time() + int(answers[-1]["Retry-After"]) + 1, tick=False):
        assert attempt(client, world, most + 1).status_code != 429


def test_a_stranger_elsewhere_locks_nobody_out(world):
    while not refused(sign_in(Client(), "cleo@people.example", REMOTE_ADDR="198.51.100.7")):
        continue

    answer = sign_in(Client(), "cleo@people.example", people.PASSWORD, REMOTE_ADDR="203.0.113.9")

    assert answer.status_code == 303


def test_one_network_tries_many_accounts_only_so_often(world):
    most = count(LIMITS["sign-in"].network)

    tries = [sign_in(Client(), f"guess-{number}@people.example") for number in range(most + 1)]

    assert [answer.status_code for answer in tries[:-1]].count(429) == 0
    assert refused(tries[-1])


@pytest.mark.parametrize(
    "address", ["CLEO@People.Example", " cleo@people.example ", "Cleo@people.example"]
)
def test_another_spelling_is_the_same_account(world, address):
    for _ in range(count(LIMITS["sign-in"].person)):
        sign_in(Client(), "cleo@people.example")

    assert refused(sign_in(Client(), address))


def test_a_field_that_is_not_the_forms_does_not_hide_who_is_meant(world):
    reset = reverse("account_reset_password")
    for number in range(count(LIMITS["sign-up"].person)):
        Client().post(reset, {"email": "cleo@people.example", "login": f"x{number}"})

    assert refused(Client().post(reset, {"email": "cleo@people.example", "login": "new"}))


@pytest.mark.parametrize("number", range(3))
def test_a_forwarded_address_nobody_vouches_for_is_ignored(world, number):
    for spoofed in range(count(LIMITS["sign-in"].person)):
        sign_in(Client(), "cleo@people.example", HTTP_X_FORWARDED_FOR=f"203.0.113.{spoofed}")

    headers = ["203.0.113.200", "203.0.113.200, 127.0.0.1", "nonsense"]
    assert refused(sign_in(Client(), "cleo@people.example", HTTP_X_FORWARDED_FOR=headers[number]))


def test_behind_a_proxy_its_word_counts_and_what_the_visitor_put_before_it_does_not(
    world, settings
):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for spoofed in range(count(LIMITS["sign-in"].person)):
        forwarded = f"192.0.2.{spoofed}, 198.51.100.7"
        sign_in(Client(), "cleo@people.example", HTTP_X_FORWARDED_FOR=forwarded)

    spoof = "192.0.2.250, 198.51.100.7"
    assert refused(sign_in(Client(), "cleo@people.example", HTTP_X_FORWARDED_FOR=spoof))
    other = sign_in(Client(), "cleo@people.example", HTTP_X_FORWARDED_FOR="198.51.100.8")
    assert other.status_code != 429


@pytest.mark.parametrize(
    ("first", "second", "shared"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("198.51.100.7", "::ffff:198.51.100.7", True),
        ("::ffff:198.51.100.7", "::ffff:198.51.100.8", False),
    ],
)
def test_what_one_network_is(world, first, second, shared):
    while not refused(sign_in(Client(), "cleo@people.example", REMOTE_ADDR=first)):
        continue

    answer = sign_in(Client(), "cleo@people.example", REMOTE_ADDR=second)

    assert refused(answer) is shared


def test_the_same_person_is_counted_whatever_the_network(world):
    client = browser(world, "cleo")
    for number in range(count(LIMITS["search"].person)):
        client.get(reverse("talent"), REMOTE_ADDR=f"198.51.100.{number}")

    assert refused(client.get(reverse("talent"), REMOTE_ADDR="203.0.113.1"))
    assert client.head(reverse("talent"), REMOTE_ADDR="203.0.113.1").status_code == 429
    other = browser(world, "ida").get(reverse("talent"), REMOTE_ADDR="203.0.113.1")
    assert other.status_code == 200


def test_looking_through_requests_is_a_search_and_seeing_them_is_none(world):
    client = browser(world, "finn")
    for _ in range(count(LIMITS["search"].person)):
        client.get(reverse("requests"), {"q": "maps"})

    assert refused(client.get(reverse("requests"), {"q": "maps"}))
    assert client.get(reverse("requests")).status_code == 200


@pytest.mark.parametrize("name", ["compose", "thread", "reply"])
def test_the_text_stays_in_the_form(world, name):
    one = form(name)
    client = browser(world, one.who)
    browser(world, "finn").post(reverse("opening", args=[world.waiting.public_id]))
    limit = LIMITS["sending" if name == "compose" else "message"]
    for _ in range(count(limit.person)):
        one.send(client, world, {})
    before = Message.objects.count()

    answer = one.send(client, world, {**one.good, "body": LETTER})

    assert refused(answer)
    assert f"{LETTER}</textarea>" in answer.content.decode()
    assert Message.objects.count() == before


def test_another_address_of_the_same_act_is_no_way_round(world):
    """A reply to an answered request is a message like any other."""
    client = browser(world, "finn")
    thread = reverse("writing", args=[world.conversation.public_id])
    reply = reverse("reply", args=[world.answered.public_id])
    for number in range(count(LIMITS["message"].person)):
        client.post(thread, {"submission_key": str(number), "body": "Again."})

    assert refused(client.post(reply, {"submission_key": "one more", "body": "Again."}))


def test_the_password_asked_for_once_more_is_counted_too(world):
    client = browser(world, "cleo")
    answers = [
        client.post(reverse("account_reauthenticate"), {"password": f"guess {number}"})
        for number in range(11)
    ]

    assert refused(answers[-1])


AWAY = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:1/0",
        "OPTIONS": {"socket_timeout": 0.2, "socket_connect_timeout": 0.2},
    }
}


@pytest.mark.parametrize("name", LIMITS)
def test_without_the_counter_each_limit_does_what_is_written(world, settings, name):
    who, attempt = ATTEMPTS[name]
    client = browser(world, who)
    settings.CACHES = AWAY

    answer = attempt(client, world, 1)

    if LIMITS[name].open_without_store:
        assert answer.status_code in {200, 302, 303, 422}
    else:
        assert answer.status_code == 503
        assert answer["Retry-After"]
        assert "<h1>" in answer.content.decode()

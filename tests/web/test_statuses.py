"""Every refusal has its status and a sentence, and the text typed is still there."""

import re

import pytest
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import FreelancerProfile, User
from messaging.models import Block
from messaging.services.door import block_client
from messaging.services.moderation import place_hold
from tests import people
from tests.web.stage import LETTER, MESSAGE, REQUEST, browser, changed, complete, form, rows, write

ALERT = re.compile(r'class="refusal"[^>]*>.*?<p[^>]*>([^<]+)</p>', re.DOTALL)


def sentence(answer) -> str:
    """The one sentence why not, as it stands on the page."""
    [said] = ALERT.findall(answer.content.decode())
    return str(said)


def compose(world, who="cleo", whom=None, **more):
    freelancer = whom or world.gina
    data = REQUEST | {"skill": str(freelancer.skills.all()[0].pk)} | more
    return browser(world, who).post(reverse("compose", args=[freelancer.slug]), data)


def thread(world, who="cleo", **more):
    address = reverse("writing", args=[world.conversation.public_id])
    return browser(world, who).post(address, MESSAGE | more)


def kept(answer, text: str = LETTER) -> bool:
    return f"{text}</textarea>" in answer.content.decode()


def spend_every_slot(world):
    for number in range(5):
        write(world.otto, people.freelancer(f"Freelancer {number}"))


def test_422_for_what_is_not_filled_in(world):
    answer = compose(world, budget="", kind="no such kind")

    assert answer.status_code == 422
    assert answer.context["form"].errors.keys() == {"budget", "kind"}
    assert kept(answer)


@pytest.mark.parametrize("cause", ["closed", "blocked"])
def test_422_for_a_door_that_is_shut_whatever_shut_it(world, cause):
    if cause == "closed":
        world.gina.door = FreelancerProfile.Door.CLOSED
        world.gina.save(update_fields=["door"])
    else:
        block_client(freelancer=world.gina, client=world.cleo.client, clock=database_now)

    answer = compose(world)

    assert (answer.status_code, kept(answer)) == (422, True)
    assert sentence(answer) == "Gina isn&#x27;t taking new messages at the moment."


def test_422_on_hold_in_a_request_and_in_a_conversation(world):
    place_hold(
        client=world.cleo.client, moderator=world.mona, reason="A report.", clock=database_now
    )

    for answer in [compose(world), thread(world, body=LETTER)]:
        assert (answer.status_code, kept(answer)) == (422, True)
        assert "on hold" in sentence(answer)


def test_422_in_a_conversation_with_a_block(world):
    block_client(freelancer=world.finn, client=world.cleo.client, clock=database_now)

    theirs, own = thread(world, body=LETTER), thread(world, "finn", body=LETTER)

    assert (theirs.status_code, own.status_code) == (422, 422)
    assert kept(theirs)
    assert "blocked" not in sentence(theirs)
    assert "You have blocked this client" in sentence(own)


def test_429_when_the_slots_are_used_with_the_instant_of_the_next(world):
    spend_every_slot(world)

    answer = compose(world, "otto")

    assert (answer.status_code, kept(answer)) == (429, True)
    assert re.search(r"next one opens (tomorrow|on) ?.* at \d\d:\d\d", sentence(answer))


def test_409_for_a_key_that_sent_something_else(world):
    assert compose(world).status_code == 303
    again = compose(world)
    assert again.status_code == 303  # the same thing twice is one thing

    other = compose(world, body=f"{LETTER} And another thing.")

    assert (other.status_code, kept(other, f"{LETTER} And another thing.")) == (409, True)
    assert "press Send once more" in sentence(other)

    key = re.search(r'name="submission_key" value="(\w+)"', other.content.decode())
    assert key, "the form comes back with a key of its own"
    later = compose(world, body=f"{LETTER} And another thing.", submission_key=key[1])
    assert "waiting for an answer" in sentence(later)


def test_409_when_the_two_are_talking_already(world):
    answer = compose(world, whom=world.finn, submission_key="new")

    assert (answer.status_code, kept(answer)) == (409, True)
    assert "already in conversation" in sentence(answer)


def test_404_when_the_freelancer_has_left(world):
    world.gina.deactivated_at = database_now()
    world.gina.save(update_fields=["deactivated_at"])

    assert compose(world).status_code == 404


def test_a_request_is_not_sent_twice_while_it_waits(world):
    compose(world)

    answer = compose(world, submission_key="another")

    assert (answer.status_code, kept(answer)) == (422, True)
    assert "waiting for an answer" in sentence(answer)


@pytest.mark.parametrize("field", ["plan", "spend", "eligible", "now", "quota", "clock"])
def test_who_may_not_write_cannot_talk_their_way_in(world, now, field):
    people.member(people.client("Nils Imports", now), "Nils")
    nils = browser(world, "")
    nils.force_login(User.objects.get(email="nils@people.example"))
    one = form("compose")
    before = rows()

    answer = one.send(nils, world, complete(world, one) | {field: "1000000"})

    assert (answer.status_code, kept(answer)) == (422, True)
    assert "$1,000.01 more" in sentence(answer)
    assert changed(before) == set()


@pytest.mark.parametrize(
    ("status", "method", "address", "words"),
    [
        (400, "get", "/talent/?q=%00", "not text we can read"),
        (400, "get", "/talent/?q=a&q=b", "more than once"),
        (403, "get", "/requests/", "for freelancers"),
        (404, "get", "/talent/nobody/", "<h1>"),
        (413, "post", "/settings/", "2,000 characters"),
    ],
)
def test_the_others_say_a_sentence_too(world, status, method, address, words):
    data = {"name": "a" * 70_000} if status == 413 else {}
    before = rows()

    answer = getattr(browser(world, "cleo"), method)(address, data)

    assert answer.status_code == status
    assert words in answer.content.decode()
    assert len(re.findall(r"<h1", answer.content.decode())) == 1
    assert changed(before) == set()


def test_htmx_gets_the_same_statuses(world):
    address = reverse("compose", args=[world.gina.slug])

    answer = browser(world, "cleo").post(
        address, REQUEST | {"body": "short"}, headers={"hx-request": "true"}
    )

    assert (answer.status_code, kept(answer, "short")) == (422, True)


def test_a_block_twice_is_one_block_and_its_end_twice_one_end(world):
    finn, client = browser(world, "finn"), [world.ida.client.public_id]

    for name, in_force in [("block", 1), ("block", 1), ("unblock", 0), ("unblock", 0)]:
        assert finn.post(reverse(name, args=client)).status_code == 303
        assert Block.objects.filter(lifted_at=None).count() == in_force


def test_a_flag_twice_is_one_flag(world):
    finn, address = browser(world, "finn"), reverse("flag", args=[world.waiting.message.public_id])

    for _ in range(2):
        assert finn.post(address, {"reason": "spam"}).status_code == 303

    assert world.waiting.message.flags.count() == 1

"""What belongs to others is not found: not by its address, and not by the way it is not found."""

import re
import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.web.stage import MESSAGE, SECRET, World, browser, changed, rows

# name of the address, method, whose id, who may.
OBJECTS = {
    "request": ("get", lambda w: w.waiting.public_id, "finn"),
    "request answered": ("get", lambda w: w.answered.public_id, "finn"),
    "opening": ("post", lambda w: w.waiting.public_id, "finn"),
    "reply": ("post", lambda w: w.waiting.public_id, "finn"),
    "reply_draft": ("post", lambda w: w.waiting.public_id, "finn"),
    "answer": ("get", lambda w: w.waiting.public_id, "finn"),
    "accepting": ("post", lambda w: w.waiting.public_id, "finn"),
    "declining": ("post", lambda w: w.waiting.public_id, "finn"),
    "putting_off": ("post", lambda w: w.waiting.public_id, "finn"),
    "blocking": ("post", lambda w: w.waiting.public_id, "finn"),
    "unblocking": ("post", lambda w: w.waiting.public_id, "finn"),
    "checking": ("post", lambda w: w.waiting.public_id, "finn"),
    "conversation": ("get", lambda w: w.conversation.public_id, "cleo"),
    "writing": ("post", lambda w: w.conversation.public_id, "cleo"),
    "message_draft": ("post", lambda w: w.conversation.public_id, "cleo"),
    "flag": ("get", lambda w: w.reply.public_id, "cleo"),
    "flag posted": ("post", lambda w: w.reply.public_id, "cleo"),
    "flag of the own message": ("get", lambda w: w.waiting.message.public_id, "finn"),
    "sent_request": ("get", lambda w: w.answered.public_id, "cleo"),
    "withdrawal": ("get", lambda w: w.answered.public_id, "cleo"),
    "withdrawal posted": ("post", lambda w: w.answered.public_id, "cleo"),
}
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
POSTED = {**MESSAGE, "reason": "spam", "note": "", "wait": "week"}


def ask(world: World, who: str, what: str, public_id: uuid.UUID):
    """The answer, its body without the token that is new each time, and the queries it took."""
    method, _whose, _may = OBJECTS[what]
    client = browser(world, who)
    address = reverse(what.split(" ")[0], args=[public_id])
    client.get("/settings/")  # the first visit of a session writes its row
    with CaptureQueriesContext(connection) as queries:
        answer = getattr(client, method)(address, POSTED if method == "post" else None)
    return answer, TOKEN.sub(b"", answer.content), len(queries)


@pytest.mark.parametrize("what", OBJECTS)
def test_the_premise_its_own_people_find_it(world, what):
    _method, whose, may = OBJECTS[what]

    answer, _body, _queries = ask(world, may, what, whose(world))

    assert answer.status_code in {200, 302, 303, 409}


@pytest.mark.parametrize("who", ["otto", "wim", "gina", "ida"])
def test_a_strangers_answer_is_that_of_an_id_that_never_was(world, who):
    before = rows()

    for what, (_method, whose, _may) in OBJECTS.items():
        theirs, body, queries = ask(world, who, what, whose(world))
        random, random_body, random_queries = ask(world, who, what, uuid.uuid4())

        # 403 says "not your side of the site", and whoever stands on both sides never hears it.
        assert theirs.status_code in ({404} if who == "otto" else {403, 404}), what
        assert theirs.status_code == random.status_code, what
        assert body == random_body, what
        assert sorted(theirs.headers) == sorted(random.headers), what
        assert queries == random_queries, what
        assert SECRET.encode() not in body
    assert changed(before) == set()


def test_the_sender_cannot_flag_or_open_what_they_sent(world):
    client = browser(world, "cleo")
    sent, asked = world.answered.message.public_id, world.answered.public_id

    assert client.get(reverse("flag", args=[sent])).status_code == 404
    assert client.get(reverse("request", args=[asked])).status_code == 403
    assert client.post(reverse("opening", args=[asked])).status_code == 403


def test_a_sealed_letter_is_on_no_page_of_the_freelancer(world):
    """Nor is it on a page that a stranger asks for."""
    client = browser(world, "finn")
    pages = [
        reverse("requests"),
        reverse("request", args=[world.waiting.public_id]),
        reverse("client", args=[world.ida.client.public_id]),
        reverse("flag", args=[world.waiting.message.public_id]),
    ]

    for page in pages:
        assert SECRET.encode() not in client.get(page).content, page
    client.post(reverse("opening", args=[world.waiting.public_id]))
    assert SECRET.encode() in client.get(pages[1]).content


def test_a_waiting_request_has_no_conversation_to_look_into(world):
    address = reverse("conversation", args=[world.waiting.conversation.public_id])

    for who in ["finn", "ida", "otto"]:
        assert browser(world, who).get(address).status_code == 404


def test_who_left_the_client_account_has_left_its_conversations(world):
    client = browser(world, "cleo")
    address = reverse("conversation", args=[world.conversation.public_id])
    assert client.get(address).status_code == 200

    world.cleo.left_at = world.cleo.joined_at
    world.cleo.save(update_fields=["left_at"])

    assert client.get(address).status_code == 404
    thread = reverse("writing", args=[world.conversation.public_id])
    assert client.post(thread, MESSAGE).status_code == 404


IDS = [
    "-1", "0", "1", "2147483648", "9223372036854775808",
    "1" + "0" * 30, "1e9", "0x1", "1_0", "%201",
    "\u0664\u0660\u0665", "\uff14\uff10\uff15", "{7b0a0c5e-3f0e-4e2b-9d4e-0e6d3a0a1b2c}",
    "7B0A0C5E-3F0E-4E2B-9D4E-0E6D3A0A1B2C",
    "7b0a0c5e3f0e4e2b9d4e0e6d3a0a1b2c", "None", "..", "%2e%2e", "' OR 1=1--", "*",
]  # fmt: skip
PREFIXES = ["/requests/", "/conversations/", "/flags/", "/clients/", "/sent/"]


@pytest.mark.parametrize("public_id", IDS)
def test_what_is_no_id_is_not_found(world, public_id):
    before = rows()

    for prefix in PREFIXES:
        for who in ["otto", "finn"]:
            client = browser(world, who)
            assert client.get(f"{prefix}{public_id}/").status_code == 404
            assert client.post(f"{prefix}{public_id}/", POSTED).status_code in {404, 405}
    slug = f"/talent/{public_id}/"
    assert browser(world, "cleo").get(slug).status_code == 404
    assert browser(world, "cleo").post(f"{slug}message/", POSTED).status_code == 404
    assert changed(before) == set()


@pytest.mark.parametrize(
    "key", ["-1", "0", "1e9", "x:y:z", "WyIyMDI2Il0:1:x", "٤", " ", "a" * 5000]
)
def test_a_page_key_that_makes_no_sense_shows_the_first_page(world, key):
    client = browser(world, "finn")

    for address in ["/talent/", "/requests/", "/conversations/", "/door/blocks/", "/door/links/"]:
        for name in ["before", "after"]:
            assert client.get(address, {name: key}).status_code == 200

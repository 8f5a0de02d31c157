"""What is measured: each visit as the people of one database make it, and its goal."""

import itertools
import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from bench.browser import Browser
from bench.rows import Marketplace
from messaging.models import ContactRequest, Conversation

LETTER = "We are looking for somebody to draw a map of our town, to hang in its hall."
EMPTY, BARE = "an empty page", "session, person, one SELECT"
#: How many times an empty page each may take.
GOALS = {
    "inbox": 2.5,
    "requests": 2.5,
    "conversation": 3.0,
    "badge": 1.2,
    "first message": 3.0,
    "reply to a request": 2.5,
    "message in a conversation": 2.5,
}
Visit = Callable[[], float]


@dataclass(frozen=True)
class Visits:
    """Each visit gives the seconds that it took; `slots` are those a burst of senders may use."""

    named: dict[str, Visit]
    slots: list[tuple[int, int]]


def of(marketplace: Marketplace, rounds: int) -> Visits:
    """Enough first messages and replies for so many rounds, everybody signed in."""
    finn = Browser(marketplace.person_of(1))
    cleo = Browser(1)
    thread = Conversation.objects.get(pk=1)
    slots = marketplace.slots()
    return Visits(
        {
            BARE: lambda: finn.get("/bench/bare/"),
            EMPTY: lambda: finn.get("/bench/empty/"),
            "inbox": lambda: finn.get(reverse("conversations")),
            "requests": lambda: finn.get(reverse("requests")),
            "conversation": lambda: finn.get(reverse("conversation", args=[thread.public_id])),
            "badge": lambda: finn.get(reverse("live")),
            "first message": _first_messages(slots[:rounds]),
            "reply to a request": _replies(marketplace, rounds),
            "message in a conversation": lambda: cleo.post(
                reverse("writing", args=[thread.public_id]), _words()
            ),
        },
        slots[rounds:],
    )


def first_message(sender: Browser, freelancer: int) -> float:
    """Send one through every rule."""
    about = {"skill": "1", "kind": "advice", "budget": "open", "start": "now"}
    return sender.post(reverse("compose", args=[f"freelancer-{freelancer}"]), _words() | about)


def plain_inserts(sender: Browser, client: int, freelancer: int) -> float:
    """What a first message cannot go without."""
    return sender.post(reverse("inserts", args=[client, freelancer]), _words(), 204)


def _words() -> dict[str, str]:
    return {"submission_key": uuid.uuid4().hex, "body": LETTER}


def _first_messages(slots: list[tuple[int, int]]) -> Visit:
    senders = {client: Browser(client) for client, _ in slots}
    left = iter(slots)

    def visit() -> float:
        client, freelancer = next(left)
        return first_message(senders[client], freelancer)

    return visit


def _replies(marketplace: Marketplace, rounds: int) -> Visit:
    """Each to another request that waits, by all freelancers with a past but the first."""
    waiting = ContactRequest.objects.filter(state="waiting", freelancer__gt=1)
    newest = waiting.order_by("-sent_at").values_list("freelancer", "public_id")
    found = list(itertools.islice(newest, rounds))
    browsers = {one: Browser(marketplace.person_of(one)) for one in {one for one, _ in found}}
    left = iter(found)

    def visit() -> float:
        freelancer, public_id = next(left)
        return browsers[freelancer].post(reverse("reply", args=[public_id]), _words())

    return visit

"""What a crew is asked to do: services as a person's click calls them, ready to travel."""

import time
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from accounts.models import FreelancerProfile, Membership
from messaging.models import Conversation, Message
from messaging.services.outcomes import NotAMember, Refused
from tests.messaging import letters
from tests.races.crew import Deed

BREATH = 0.001  # seconds between two tries: without it nobody else gets SQLite's one lock
ENOUGH = 30  # seconds after which a writer whom nobody stopped gives up


def send(member: Membership, freelancer: FreelancerProfile, key: str = "") -> Deed:
    """A first message; gives the request's id."""
    return partial(_send, member, freelancer, key or uuid.uuid4().hex)


def _send(member: Membership, freelancer: FreelancerProfile, key: str) -> int:
    return letters.send(member, freelancer, key=key).pk


def answer(freelancer: FreelancerProfile, conversation: Conversation, key: str = "") -> Deed:
    """A freelancer's message; gives its id."""
    return partial(_answer, freelancer, conversation, key or uuid.uuid4().hex)


def _answer(freelancer: FreelancerProfile, conversation: Conversation, key: str) -> int:
    return letters.reply(freelancer, conversation, "Gladly, tell me more.", key).pk


def keep_writing(member: Membership, conversation: Conversation) -> str:
    """Write until refused; gives the reason."""
    end = time.monotonic() + ENOUGH
    while time.monotonic() < end:
        try:
            letters.write(member, conversation, "Is next week still fine?")
        except Refused as refused:
            return refused.refusal.value
        except NotAMember:
            return "no member"
        time.sleep(BREATH)
    return "never refused"


def keep_sending(pairs: Sequence[tuple[Membership, FreelancerProfile]]) -> str:
    """Send a first message to one after the other until refused; gives the reason, if any."""
    for member, freelancer in pairs:
        try:
            _send(member, freelancer, uuid.uuid4().hex)
        except Refused as refused:
            return refused.refusal.value
        time.sleep(BREATH)
    return "never refused"


def change_then_count(change: Deed, messages: int, pause: float, scope: dict[str, Any]) -> int:
    """Make the change `pause` seconds after there were so many messages; gives how many there are
    on its return."""
    end = time.monotonic() + ENOUGH
    while _messages(scope) < messages and time.monotonic() < end:
        time.sleep(BREATH)
    time.sleep(pause)
    change()
    return _messages(scope)


def _messages(scope: dict[str, Any]) -> int:
    return Message.objects.filter(**scope).count()

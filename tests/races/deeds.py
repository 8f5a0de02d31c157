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


def send(member: Membership, freelancer: FreelancerProfile, key: str = "", code: str = "") -> Deed:
    """A first message; gives the request's id. `code` is that of an open-door link."""
    return partial(_send, member, freelancer, key or uuid.uuid4().hex, code)


def _send(member: Membership, freelancer: FreelancerProfile, key: str, code: str = "") -> int:
    return letters.send(member, freelancer, key=key, code=code).pk


def answer(freelancer: FreelancerProfile, conversation: Conversation, key: str = "") -> Deed:
    """A freelancer's message; gives its id."""
    return partial(_answer, freelancer, conversation, key or uuid.uuid4().hex)


def _answer(freelancer: FreelancerProfile, conversation: Conversation, key: str) -> int:
    return letters.reply(freelancer, conversation, "Gladly, tell me more.", key).pk


def write_for(
    person: Membership | FreelancerProfile, conversation: Conversation, seconds: float
) -> int:
    """Write one message after the other for so long; gives how many."""
    end, written = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        body = f"Word {written} of {uuid.uuid4().hex}."
        if isinstance(person, Membership):
            letters.write(person, conversation, body)
        else:
            letters.reply(person, conversation, body)
        written += 1
    return written


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


def keep_answering(freelancer: FreelancerProfile, conversation: Conversation) -> str:
    """The freelancer writes until refused; gives the reason."""
    end = time.monotonic() + ENOUGH
    while time.monotonic() < end:
        try:
            _answer(freelancer, conversation, uuid.uuid4().hex)
        except Refused as refused:
            return refused.refusal.value
        time.sleep(BREATH)
    return "never refused"


def keep_sending(pairs: Sequence[tuple[Membership, FreelancerProfile]], code: str = "") -> str:
    """Send a first message to one after the other until refused; gives the reason, if any."""
    for member, freelancer in pairs:
        try:
            _send(member, freelancer, uuid.uuid4().hex, code)
        except Refused as refused:
            return refused.refusal.value
        time.sleep(BREATH)
    return "never refused"


def later(seconds: float, deed: Deed) -> Deed:
    """The deed, so many seconds after the others begin."""
    return partial(_later, seconds, deed)


def _later(seconds: float, deed: Deed) -> Any:
    time.sleep(seconds)
    return deed()


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

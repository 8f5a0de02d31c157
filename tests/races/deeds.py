"""What a crew is asked to do: services as a person's click calls them, ready to travel."""

import time
import uuid
from collections.abc import Sequence
from functools import partial
from typing import Any

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership
from messaging.models import ContactRequest, Conversation, Message
from messaging.services import conversations, requests
from messaging.services.outcomes import NotAMember, Refused
from tests.races.crew import Deed

LETTER = requests.RequestContent(
    skill=None,
    kind=ContactRequest.Kind.NEW_PROJECT,
    budget=ContactRequest.Budget.TO_2K,
    start=ContactRequest.Start.MONTH,
    body="We are looking for somebody to draw a map of our town.",
)
BREATH = 0.001  # seconds between two tries: without it nobody else gets SQLite's one lock
ENOUGH = 2000  # tries after which a writer that nobody stopped gives up


def send(member: Membership, freelancer: FreelancerProfile, key: str = "") -> Deed:
    """A first message; gives the request's id."""
    return partial(_send, member, freelancer, key or uuid.uuid4().hex)


def _send(member: Membership, freelancer: FreelancerProfile, key: str) -> int:
    request = requests.send_request(
        member=member,
        freelancer=freelancer,
        content=LETTER,
        submission_key=key,
        clock=database_now,
    )
    return request.pk


def write(member: Membership, conversation: Conversation) -> Message:
    """One message in a conversation, as a member of the client account."""
    return conversations.write_as_client(
        member=member,
        conversation=conversation,
        body="Is next week still fine?",
        submission_key=uuid.uuid4().hex,
        clock=database_now,
    )


def reply(freelancer: FreelancerProfile, conversation: Conversation) -> Message:
    return conversations.write_as_freelancer(
        freelancer=freelancer,
        conversation=conversation,
        body="Thank you, let us talk.",
        submission_key=uuid.uuid4().hex,
        clock=database_now,
    )


def keep_writing(member: Membership, conversation: Conversation) -> str:
    """Write until refused; gives the reason."""
    for _ in range(ENOUGH):
        try:
            write(member, conversation)
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


def change_then_count(change: Deed, seconds: float, scope: dict[str, Any]) -> int:
    """Make the change a little later; gives how many messages were there once it had returned."""
    time.sleep(seconds)
    change()
    return Message.objects.filter(**scope).count()

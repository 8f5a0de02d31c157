"""Sending in one line, for tests that are about something else."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from django.apps import apps

from accounts.clock import database_now
from accounts.models import ClientAccount, FreelancerProfile, Membership
from messaging.models import ContactRequest, Conversation, Message
from messaging.services import conversations, requests
from tests import people

Failure = TypeVar("Failure", bound=Exception)

LETTER = requests.RequestContent(
    skill=None,
    kind=ContactRequest.Kind.NEW_PROJECT,
    budget=ContactRequest.Budget.TO_2K,
    start=ContactRequest.Start.MONTH,
    body="We are looking for somebody to draw a map of our town.",
)


def send(
    member: Membership,
    freelancer: FreelancerProfile,
    *,
    now: datetime | None = None,
    key: str = "",
    content: requests.RequestContent = LETTER,
    code: str = "",
) -> ContactRequest:
    """A first message, at `now` or by the site's own clock; no key: one of its own. `code` is that
    of an open-door link."""
    return requests.send_request(
        member=member,
        freelancer=freelancer,
        content=content,
        submission_key=key or uuid.uuid4().hex,
        clock=people.at(now) if now else database_now,
        code=code,
    )


def write(
    member: Membership,
    conversation: Conversation,
    body: str,
    key: str = "",
    *,
    now: datetime | None = None,
) -> Message:
    """The client's side of a conversation."""
    return conversations.write_as_client(
        member=member,
        conversation=conversation,
        body=body,
        submission_key=key or uuid.uuid4().hex,
        clock=people.at(now) if now else database_now,
    )


def reply(
    freelancer: FreelancerProfile,
    conversation: Conversation,
    body: str,
    key: str = "",
    *,
    now: datetime | None = None,
) -> Message:
    """The freelancer's side of it."""
    return conversations.write_as_freelancer(
        freelancer=freelancer,
        conversation=conversation,
        body=body,
        submission_key=key or uuid.uuid4().hex,
        clock=people.at(now) if now else database_now,
    )


def start(
    freelancer: FreelancerProfile,
    client: ClientAccount,
    body: str,
    key: str = "",
    *,
    now: datetime | None = None,
) -> Message:
    """The freelancer writes first."""
    return conversations.start_conversation(
        freelancer=freelancer,
        client=client,
        body=body,
        submission_key=key or uuid.uuid4().hex,
        clock=people.at(now) if now else database_now,
    )


def writes_nothing(act: Callable[[], Any], refusal: type[Failure]) -> Failure:
    """Have `act` fail with `refusal`; not one row of any table was added, changed or removed."""
    before = every_row()
    try:
        act()
    except refusal as error:
        assert every_row() == before
        return error
    raise AssertionError(f"{refusal.__name__} was not raised")


def every_row() -> dict[str, list[dict[str, Any]]]:
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for model in apps.get_models()
    }

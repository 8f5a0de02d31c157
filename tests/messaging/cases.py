"""Flagged messages, made the way people make them: a request is sent, and reported."""

import uuid
from datetime import datetime, timedelta

from django.urls import reverse

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership
from messaging.models import Conversation, Flag, Message
from messaging.services.flags import flag_message
from messaging.services.requests import RequestContent, send_request, write_message
from tests import people

BODY = "We need a cover for a book of maps, and we would like you to draw it for us."


def request_from(member: Membership, freelancer: FreelancerProfile, body: str = BODY) -> Message:
    content = RequestContent(skill=None, kind="advice", budget="open", start="now", body=body)
    return send_request(
        member=member,
        freelancer=freelancer,
        content=content,
        submission_key=uuid.uuid4().hex,
        clock=database_now,
    ).message


def flagged(
    member: Membership,
    freelancer: FreelancerProfile,
    *,
    reason: str = Flag.Reason.SPAM,
    body: str = BODY,
    at: datetime | None = None,
) -> Flag:
    """A request from the member that the freelancer reported, at `at` or now."""
    return flag_message(
        reporter=freelancer.user,
        message=request_from(member, freelancer, body),
        reason=reason,
        note="",
        clock=people.at(at) if at else database_now,
    )


def many_flags(count: int, now: datetime) -> list[Flag]:
    """Each of another client, to another freelancer, one minute apart, the oldest first."""
    flags = []
    for number in range(count):
        account = people.eligible_client(now, f"Client {number}")
        member = people.member(account, f"Member {number}")
        profile = people.freelancer(f"Freelancer {number}")
        raised_at = now - timedelta(minutes=count - number)
        flags.append(flagged(member, profile, at=raised_at))
    return flags


def thread(conversation: Conversation, member: Membership, count: int, now: datetime) -> None:
    """Further messages of the client's, numbered from 1."""
    for number in range(1, count + 1):
        write_message(
            conversation=conversation,
            author_id=member.user_id,
            sender_client_id=member.client_id,
            body=f"Line {number}.",
            submission_key=uuid.uuid4().hex,
            now=now,
        )


def address(flag: Flag, act: str = "change", *more: int) -> str:
    """Of the case, or of an act on it: upholding, dismissal, hold, release."""
    return reverse(f"admin:messaging_flag_{act}", args=[flag.pk, *more])


def instant(name: str, at: datetime) -> dict[str, str]:
    """What is typed into a date and a time field, to the second."""
    return {f"{name}_0": f"{at:%Y-%m-%d}", f"{name}_1": f"{at:%H:%M:%S}"}


QUEUE = "/admin/messaging/flag/"

"""Answering and taking back in one line, each at an instant of its own."""

from datetime import datetime, timedelta

from accounts.models import FreelancerProfile, Membership
from messaging.models import Act, ContactRequest
from messaging.services import answers
from tests import people

#: For how much longer "not now" says so.
LATER = timedelta(days=5)


def accept(
    request: ContactRequest, at: datetime, finn: FreelancerProfile | None = None
) -> ContactRequest:
    return answers.accept_request(
        request=request, freelancer=finn or request.freelancer, clock=people.at(at)
    )


def decline(
    request: ContactRequest, at: datetime, line: str = "", finn: FreelancerProfile | None = None
) -> ContactRequest:
    return answers.decline_request(
        request=request, freelancer=finn or request.freelancer, line=line, clock=people.at(at)
    )


def put_off(
    request: ContactRequest, at: datetime, finn: FreelancerProfile | None = None
) -> ContactRequest:
    return answers.put_off_request(
        request=request,
        freelancer=finn or request.freelancer,
        until=at + LATER,
        clock=people.at(at),
    )


def undo(
    request: ContactRequest, at: datetime, finn: FreelancerProfile | None = None
) -> ContactRequest:
    return answers.undo_answer(
        request=request, freelancer=finn or request.freelancer, clock=people.at(at)
    )


def withdraw(request: ContactRequest, member: Membership, at: datetime) -> ContactRequest:
    return answers.withdraw_request(request=request, member=member, clock=people.at(at))


def fresh(request: ContactRequest) -> ContactRequest:
    """The row as it is now."""
    return ContactRequest.objects.select_related("conversation").get(pk=request.pk)


def steps(request: ContactRequest) -> list[tuple[str, str, str]]:
    """Its log."""
    lines = Act.objects.filter(request=request).order_by("id")
    return list(lines.values_list("kind", "old", "new"))

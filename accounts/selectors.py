"""Members and invitations as their pages find them."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404

from accounts.models import ClientAccount, FreelancerProfile, Invitation, Membership, User
from accounts.prepared import CLIENT, FREELANCER, Prepared

#: More of either than an account's page shows.
MOST_SHOWN = 100


def members(client: ClientAccount) -> QuerySet[Membership]:
    """Who writes for the account, those who came first on top."""
    present = client.memberships.filter(left_at=None).select_related("user")
    return present.order_by("joined_at", "pk")[:MOST_SHOWN]


def writers(client_id: int) -> dict[int, str]:
    """The ids of all who write for the account now, each with their role. One query."""
    return dict(_writers(client=client_id))


@Prepared
def _writers() -> QuerySet[Membership, Any]:
    present = Membership.objects.filter(client=CLIENT, left_at=None)
    return present.values_list("user_id", "role")


def user_of(freelancer_id: int) -> int:
    """The id of the person whose profile it is. One query."""
    [(user_id,)] = _users(freelancer=freelancer_id)
    return int(user_id)


@Prepared
def _users() -> QuerySet[FreelancerProfile, Any]:
    return FreelancerProfile.objects.filter(pk=FREELANCER).values_list("user_id")


def unanswered(client: ClientAccount) -> QuerySet[Invitation]:
    """The account's invitations that nobody took up or back, also those whose time is over."""
    asked = client.invitations.filter(accepted_at=None, revoked_at=None)
    return asked.select_related("invited_by").order_by("-made_at", "-pk")[:MOST_SHOWN]


def own_member(client: ClientAccount, pk: int) -> Membership:
    """Somebody who writes for this account now. Raises Http404."""
    return get_object_or_404(client.memberships.select_related("user"), pk=pk, left_at=None)


def own_invitation(client: ClientAccount, code: str) -> Invitation:
    """One of the account's own invitations, whatever became of it. Raises Http404."""
    return get_object_or_404(client.invitations, code=code)


def invitation(code: str) -> Invitation | None:
    """The invitation with this code, whatever became of it."""
    return Invitation.objects.select_related("client", "invited_by").filter(code=code).first()


def open_invitation(code: str, now: datetime) -> Invitation | None:
    """The invitation with this code, if it still lets somebody in."""
    asked = invitation(code)
    return asked if asked is not None and asked.is_open(now) else None


def is_theirs(user: User, email: str) -> bool:
    """Whether the person has shown that mail to this address reaches them."""
    return bool(EmailAddress.objects.filter(user=user, email=email, verified=True).exists())


def invitations_of(user: User, now: datetime) -> list[Invitation]:
    """The invitations that wait for this person: those to an address they have confirmed."""
    own = EmailAddress.objects.filter(user=user, verified=True).values("email")
    asked = Invitation.objects.filter(email__in=own, accepted_at=None, revoked_at=None)
    found = asked.filter(expires_at__gt=now).select_related("client", "invited_by")
    return list(found.order_by("-made_at")[:MOST_SHOWN])

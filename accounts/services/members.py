"""Who writes for a client account, and who owns it. Each takes the account's row exclusively, as
every send does: no message of a member's is taken after the removal has committed.

Who owns the account no more has no open invitation to it either: it would be a way back in.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.clock import Clock
from accounts.locks import lock_client
from accounts.models import ClientAccount, Membership, Notification, User
from accounts.notify import tell
from accounts.services.outcomes import LastOwner, NotAnOwner

OWNER = Membership.Role.OWNER


def remove_member(*, owner: Membership, member: Membership, clock: Clock) -> None:
    """Somebody writes for the account no more. Removing who has left already changes nothing.

    Raises NotAnOwner or LastOwner.
    """
    with transaction.atomic(durable=True):
        client = lock_owned(owner)
        present = client.memberships.filter(pk=member.pk, left_at=None).first()
        if present is not None:
            _end(present, removed_by=owner.user, now=clock())


def leave(*, member: Membership, clock: Clock) -> None:
    """The member goes by themselves. Leaving twice is leaving once. Raises LastOwner."""
    with transaction.atomic(durable=True):
        client = lock_client(member.client_id)
        present = client.memberships.filter(pk=member.pk, left_at=None).first()
        if present is not None:
            _end(present, removed_by=None, now=clock())


def set_role(*, owner: Membership, member: Membership, role: Membership.Role, clock: Clock) -> None:
    """Make a member an owner, or an owner a member; who has left stays what they were.

    Raises NotAnOwner or LastOwner.
    """
    with transaction.atomic(durable=True):
        client = lock_owned(owner)
        present = client.memberships.filter(pk=member.pk, left_at=None).first()
        if present is None or present.role == role:
            return
        if present.role == OWNER:
            _give_up(present, clock())
        present.role = role
        present.save(update_fields=["role"])


def lock_owned(owner: Membership) -> ClientAccount:
    """The account, exclusively, for one of its owners. Raises NotAnOwner."""
    client = lock_client(owner.client_id)
    if not _owners(client).filter(pk=owner.pk).exists():
        raise NotAnOwner
    return client


def _end(member: Membership, *, removed_by: User | None, now: datetime) -> None:
    if member.role == OWNER:
        _give_up(member, now)
    member.left_at, member.removed_by = now, removed_by
    member.save(update_fields=["left_at", "removed_by"])
    _hand_over(member, now)


def _hand_over(member: Membership, now: datetime) -> None:
    """What they would have been told of the account is no business of theirs now. An answer to what
    they wrote is the owners', as if it had come later."""
    of_theirs = Notification.objects.filter(recipient=member.user_id, client=member.client_id)
    ahead = of_theirs.filter(due_at__gt=now)
    owners = list(_owners(member.client).values_list("user_id", flat=True))
    for answer in ahead.filter(kind=Notification.Kind.ANSWER):
        tell(
            owners,
            Notification.Kind.ANSWER,
            detail=answer.detail,
            subject=answer.subject,
            at=answer.at,
            due_at=answer.due_at,
            public_id=answer.public_id,
            client_id=answer.client_id,
            freelancer_id=answer.freelancer_id,
        )
    ahead.delete()


def _give_up(member: Membership, now: datetime) -> None:
    """An owner stops being one, and takes along the invitations they sent. Raises LastOwner; an
    owner who may not sign in does not count as another, for they can do nothing."""
    if not _owners(member.client).exclude(pk=member.pk).exists():
        raise LastOwner
    take_back_invitations(member, now)


def take_back_invitations(member: Membership, now: datetime) -> None:
    """Nobody joins by what this person sent. Call under the account's lock."""
    sent = member.client.invitations.filter(invited_by=member.user_id)
    sent.filter(accepted_at=None, revoked_at=None).update(revoked_at=now)


def _owners(client: ClientAccount) -> QuerySet[Membership]:
    return client.memberships.filter(role=OWNER, left_at=None, user__is_active=True)

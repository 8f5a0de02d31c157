"""Invitations to write for a client account, and joining it. Under the account's lock."""

from datetime import timedelta

from django.db import IntegrityError, transaction

from accounts.clock import Clock
from accounts.locks import lock_client
from accounts.models import Invitation, Membership, User
from accounts.selectors import is_theirs
from accounts.services.members import lock_owned
from accounts.services.outcomes import AlreadyMember, InvitationOver, NotInvited

OPEN_FOR = timedelta(days=14)


def invite(*, owner: Membership, email: str, clock: Clock) -> Invitation:
    """Ask whoever reads mail at `email` (in lower case) to write for the account.

    The address has one invitation; inviting it again renews that one. Raises NotAnOwner, or
    AlreadyMember when the person writes for this account.
    """
    with transaction.atomic(durable=True):
        client = lock_owned(owner)
        now = clock()
        if client.memberships.filter(left_at=None, user__email=email).exists():
            raise AlreadyMember
        told = {"invited_by": owner.user, "expires_at": now + OPEN_FOR}
        invitation, _ = Invitation.objects.update_or_create(
            client=client,
            email=email,
            accepted_at=None,
            revoked_at=None,
            defaults=told,
            create_defaults=told | {"made_at": now},
        )
    return invitation


def revoke_invitation(*, owner: Membership, invitation: Invitation, clock: Clock) -> None:
    """From the commit on nobody joins by it. A second time changes nothing. Raises NotAnOwner, or
    InvitationOver when somebody has joined by it."""
    with transaction.atomic(durable=True):
        client = lock_owned(owner)
        asked = client.invitations.get(pk=invitation.pk)
        if asked.accepted_at is not None:
            raise InvitationOver
        if asked.revoked_at is None:
            asked.revoked_at = clock()
            asked.save(update_fields=["revoked_at"])


def join(*, user: User, invitation: Invitation, clock: Clock) -> Membership:
    """The invited person writes for the account from now on.

    Raises InvitationOver, NotInvited or AlreadyMember.
    """
    with transaction.atomic(durable=True):
        client = lock_client(invitation.client_id)
        now = clock()
        asked = client.invitations.get(pk=invitation.pk)
        if not asked.is_open(now):
            raise InvitationOver
        if not is_theirs(user, asked.email):
            raise NotInvited
        try:
            # Two accounts may be joined at once, each under its own lock: the index takes one.
            with transaction.atomic():
                joined = Membership.objects.create(client=client, user=user, joined_at=now)
        except IntegrityError as error:
            raise AlreadyMember from error
        asked.accepted_at = now
        asked.save(update_fields=["accepted_at"])
    return joined

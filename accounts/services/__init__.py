"""Making people and accounts, and who writes for which account."""

from accounts.services.invitations import invite, join, revoke_invitation
from accounts.services.joining import (
    open_client_account,
    open_freelancer_profile,
    save_profile,
    welcome,
)
from accounts.services.members import leave, remove_member, set_role
from accounts.services.outcomes import (
    AlreadyMember,
    InvitationOver,
    LastOwner,
    NotAnOwner,
    NotInvited,
)

__all__ = [
    "AlreadyMember",
    "InvitationOver",
    "LastOwner",
    "NotAnOwner",
    "NotInvited",
    "invite",
    "join",
    "leave",
    "open_client_account",
    "open_freelancer_profile",
    "remove_member",
    "revoke_invitation",
    "save_profile",
    "set_role",
    "welcome",
]

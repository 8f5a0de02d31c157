"""Users, client accounts and their members, freelancer profiles, relationships."""

from accounts.models.client import (
    ClientAccount,
    Invitation,
    Membership,
    PlanChange,
    Relationship,
    StateChange,
)
from accounts.models.freelancer import FreelancerProfile, Skill
from accounts.models.notification import MailChoice, MailTime, Notification
from accounts.models.user import User

__all__ = [
    "ClientAccount",
    "FreelancerProfile",
    "Invitation",
    "MailChoice",
    "MailTime",
    "Membership",
    "Notification",
    "PlanChange",
    "Relationship",
    "Skill",
    "StateChange",
    "User",
]

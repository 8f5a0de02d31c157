"""Users, client accounts and their members, freelancer profiles, relationships."""

from accounts.models.client import (
    ClientAccount,
    Membership,
    PlanChange,
    Relationship,
    StateChange,
)
from accounts.models.freelancer import FreelancerProfile, Skill
from accounts.models.user import User

__all__ = [
    "ClientAccount",
    "FreelancerProfile",
    "Membership",
    "PlanChange",
    "Relationship",
    "Skill",
    "StateChange",
    "User",
]

"""People, client accounts, freelancers and relationships at the desk."""

from accounts.admin.clients import ClientAccountAdmin
from accounts.admin.freelancers import FreelancerProfileAdmin, RelationshipAdmin, SkillAdmin
from accounts.admin.people import UserAdmin

__all__ = [
    "ClientAccountAdmin",
    "FreelancerProfileAdmin",
    "RelationshipAdmin",
    "SkillAdmin",
    "UserAdmin",
]

"""People, client accounts, freelancers, relationships and the outbox at the desk."""

from accounts.admin.clients import ClientAccountAdmin
from accounts.admin.freelancers import FreelancerProfileAdmin, RelationshipAdmin, SkillAdmin
from accounts.admin.notifications import NotificationAdmin
from accounts.admin.people import UserAdmin

__all__ = [
    "ClientAccountAdmin",
    "FreelancerProfileAdmin",
    "NotificationAdmin",
    "RelationshipAdmin",
    "SkillAdmin",
    "UserAdmin",
]

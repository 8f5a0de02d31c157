"""What a person has typed and not sent yet."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import ClientAccount, FreelancerProfile, Skill
from messaging.models.conversation import Conversation
from messaging.models.request import ContactRequest

#: Longer than anything that can be sent, so that a text to shorten is kept whole.
MOST = 10_000
PLACES = ("freelancer", "conversation", "client")


def _exactly_one() -> Q:
    """Of the places a draft can be for, one is named."""
    found = Q()
    for place in PLACES:
        found |= Q(**{f"{each}__isnull": each != place for each in PLACES})
    return found


class Draft(models.Model):
    """The owner's own: no fellow member and nobody on the other side reads it.

    It is for a freelancer (a first message), a conversation (also a reply that will open it), or a
    client (a freelancer's first message). The choices are those of a first message; "" is none.
    """

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    freelancer = models.ForeignKey(FreelancerProfile, models.CASCADE, null=True, related_name="+")
    conversation = models.ForeignKey(Conversation, models.CASCADE, null=True, related_name="+")
    client = models.ForeignKey(ClientAccount, models.CASCADE, null=True, related_name="+")
    skill = models.ForeignKey(Skill, models.SET_NULL, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=ContactRequest.Kind.choices, blank=True)
    budget = models.CharField(max_length=20, choices=ContactRequest.Budget.choices, blank=True)
    start = models.CharField(max_length=20, choices=ContactRequest.Start.choices, blank=True)
    body = models.TextField(blank=True)
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=_exactly_one(), name="draft_has_one_place"),
            *(
                models.UniqueConstraint(fields=["owner", place], name=f"one_draft_per_{place}")
                for place in PLACES
            ),
        ]

    def __str__(self) -> str:
        return f"Draft of person {self.owner_id}"

    def typed(self) -> dict[str, Any]:
        """The form's fields as they were left."""
        return {
            "skill": self.skill_id,
            "kind": self.kind,
            "budget": self.budget,
            "start": self.start,
            "body": self.body,
        }

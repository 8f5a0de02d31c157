"""Open-door links: a freelancer's invitation to write that passes their own door."""

import secrets
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import FreelancerProfile


def new_code() -> str:
    """128 random bits, so that nobody finds a link by trying."""
    return secrets.token_urlsafe(16)


class OpenDoorLink(models.Model):
    """Its bearer's client account passes a closed, paused or selective door, and nothing else.

    It counts a use only where it was needed: the receipts that name it. It ends when it is revoked,
    at `expires_at`, or when `most_uses` are used up.
    """

    freelancer = models.ForeignKey(FreelancerProfile, models.PROTECT, related_name="links")
    code = models.CharField(max_length=32, unique=True, default=new_code, editable=False)
    label = models.CharField(_("what it is for"), max_length=60, blank=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    most_uses = models.PositiveSmallIntegerField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(most_uses=None) | models.Q(most_uses__gte=1),
                name="link_has_a_use",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at=None) | models.Q(expires_at__gt=models.F("made_at")),
                name="link_ends_after_it_was_made",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["freelancer", "-made_at", "-id"], name="links_of_freelancer")
        ]

    def __str__(self) -> str:
        return self.label or f"Link of {self.freelancer}"

    def opens(self, *, uses: int, now: datetime) -> bool:
        """Whether it still passes the door, after so many uses."""
        spent = self.most_uses is not None and uses >= self.most_uses
        over = self.expires_at is not None and self.expires_at <= now
        return self.revoked_at is None and not spent and not over

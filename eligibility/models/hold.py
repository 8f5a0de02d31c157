"""Holds: a client with an active one is not in good standing."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import ClientAccount


class Hold(models.Model):
    """Active from `at` until `released_at`. The client can read its reason."""

    client = models.ForeignKey(ClientAccount, models.CASCADE, related_name="holds")
    external_id = models.CharField(
        _("the marketplace's own id"), max_length=64, null=True, blank=True, unique=True
    )
    reason = models.CharField(_("reason, as the client reads it"), max_length=300)
    at = models.DateTimeField(_("placed"))
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    placed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    released_at = models.DateTimeField(_("released"), null=True, blank=True)
    release_recorded_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["client", "at"], name="hold_of_client")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client"],
                condition=models.Q(released_at=None),
                name="one_open_hold_per_client",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="hold_has_a_reason"),
            models.CheckConstraint(
                condition=models.Q(released_at=None, release_recorded_at=None)
                | models.Q(released_at__isnull=False, release_recorded_at__isnull=False),
                name="hold_release_is_dated_twice",
            ),
        ]

    def __str__(self) -> str:
        return f"Hold on {self.client}"

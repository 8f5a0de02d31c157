"""The log: every act is a row nobody can edit."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.models import ClientAccount, FreelancerProfile
from eligibility.models import Hold
from messaging.models.request import ContactRequest
from messaging.models.safety import Flag


class Act(AppendOnly):
    """What a client's member or a freelancer did, written in the same transaction. Nobody is the
    actor of what time does: an expiry."""

    class Kind(models.TextChoices):
        REQUEST_SENT = "request_sent", _("Request sent")
        REQUEST_ACCEPTED = "request_accepted", _("Request accepted")
        REQUEST_DECLINED = "request_declined", _("Request declined")
        REQUEST_PUT_OFF = "request_put_off", _("Request put off")
        ANSWER_UNDONE = "answer_undone", _("Answer undone")
        REQUEST_WITHDRAWN = "request_withdrawn", _("Request withdrawn")
        REQUEST_EXPIRED = "request_expired", _("Request expired")
        REQUEST_REVOKED = "request_revoked", _("Receipt did not hold")
        CONVERSATION_STARTED = "conversation_started", _("Conversation started")
        FREELANCER_BLOCKED = "freelancer_blocked", _("Freelancer blocked")
        FREELANCER_UNBLOCKED = "freelancer_unblocked", _("Freelancer unblocked")
        LINK_MADE = "link_made", _("Open-door link made")
        LINK_REVOKED = "link_revoked", _("Open-door link revoked")
        CLIENT_BLOCKED = "client_blocked", _("Client blocked")
        CLIENT_UNBLOCKED = "client_unblocked", _("Client unblocked")
        DOOR_CHANGED = "door_changed", _("Door changed")
        FLAG_RAISED = "flag_raised", _("Flag raised")

    at = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    client = models.ForeignKey(ClientAccount, models.PROTECT, null=True, related_name="+")
    freelancer = models.ForeignKey(FreelancerProfile, models.PROTECT, null=True, related_name="+")
    request = models.ForeignKey(ContactRequest, models.PROTECT, null=True, related_name="acts")
    old = models.CharField(max_length=200, blank=True)
    new = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M}"


class ModerationAction(AppendOnly):
    """What a moderator decided, and why."""

    class Kind(models.TextChoices):
        FLAG_UPHELD = "flag_upheld", _("Flag upheld")
        FLAG_DISMISSED = "flag_dismissed", _("Flag dismissed")
        HOLD_PLACED = "hold_placed", _("Hold placed")
        HOLD_RELEASED = "hold_released", _("Hold released")

    at = models.DateTimeField()
    moderator = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    flag = models.ForeignKey(Flag, models.PROTECT, null=True, related_name="actions")
    client = models.ForeignKey(ClientAccount, models.PROTECT, related_name="+")
    hold = models.ForeignKey(Hold, models.PROTECT, null=True, related_name="actions")
    old = models.CharField(max_length=40, blank=True)
    new = models.CharField(max_length=40, blank=True)
    reason = models.CharField(max_length=500)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["client", "-at"], name="actions_on_client")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~models.Q(reason=""), name="moderation_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M}"

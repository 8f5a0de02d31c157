"""Blocks, flags, and the note that somebody was trying doors."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.models import ClientAccount, FreelancerProfile
from messaging.models.conversation import Message, Side


class Block(models.Model):
    """One side's block of the other, in force until it is lifted. A client account is blocked, and
    blocks, as a whole; `side` is who placed it."""

    client = models.ForeignKey(ClientAccount, models.PROTECT, related_name="blocks")
    freelancer = models.ForeignKey(FreelancerProfile, models.PROTECT, related_name="blocks")
    side = models.CharField(max_length=10, choices=Side.choices, default=Side.FREELANCER)
    placed_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["freelancer", "client", "side"],
                condition=models.Q(lifted_at=None),
                name="one_block_per_pair_and_side",
            ),
            models.CheckConstraint(
                condition=models.Q(side__in=["client", "freelancer"]), name="block_side_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(lifted_at=None) | models.Q(lifted_at__gte=models.F("placed_at")),
                name="block_lifted_after_placed",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["freelancer", "side", "-placed_at", "-id"],
                condition=models.Q(lifted_at=None),
                name="blocks_by_freelancer",
            ),
            models.Index(
                fields=["client", "side", "-placed_at", "-id"],
                condition=models.Q(lifted_at=None),
                name="blocks_by_client",
            ),
        ]

    def __str__(self) -> str:
        blocker, blocked = self.freelancer, self.client
        if self.side == Side.CLIENT:
            return f"{blocked} blocked {blocker}"
        return f"{blocker} blocked {blocked}"


class Flag(models.Model):
    """A person's report of one message they received, with its text as it was then."""

    class Reason(models.TextChoices):
        SCAM = "scam", _("Scam or fraud")
        HARASSMENT = "harassment", _("Harassment")
        OFF_PLATFORM = "off_platform", _("Asks to pay outside the marketplace")
        SPAM = "spam", _("Spam")
        OTHER = "other", _("Something else")

    class Outcome(models.TextChoices):
        UPHELD = "upheld", _("Upheld")
        DISMISSED = "dismissed", _("Dismissed")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(Message, models.PROTECT, related_name="flags")
    reporter = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="flags")
    reason = models.CharField(max_length=12, choices=Reason.choices)
    note = models.CharField(_("note"), max_length=500, blank=True)
    text = models.TextField(_("text as it was when flagged"))
    raised_at = models.DateTimeField()
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decision_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["reporter", "message"], name="one_flag_per_person_and_message"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    reason__in=["scam", "harassment", "off_platform", "spam", "other"]
                ),
                name="flag_reason_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="", decided_at=None, decided_by=None, decision_reason="")
                | (
                    models.Q(
                        outcome__in=["upheld", "dismissed"],
                        decided_at__isnull=False,
                        decided_by__isnull=False,
                    )
                    & ~models.Q(decision_reason="")
                ),
                name="flag_decided_whole_or_not_at_all",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["raised_at", "id"], condition=models.Q(outcome=""), name="flags_undecided"
            ),
            models.Index(
                fields=["decided_at"], condition=models.Q(outcome="upheld"), name="flags_upheld"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} ({self.get_outcome_display() or 'open'})"


class DoorTrial(AppendOnly):
    """A client account met more closed doors within an hour than it may: one row an hour, for
    moderators. `refusals` is the limit that was passed."""

    client = models.ForeignKey(ClientAccount, models.PROTECT, related_name="door_trials")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    hour = models.DateTimeField(_("hour (UTC)"))
    at = models.DateTimeField(_("limit passed"))
    refusals = models.PositiveSmallIntegerField(_("refusals"))

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["client", "hour"], name="one_door_trial_an_hour"),
        ]
        indexes: ClassVar = [models.Index(fields=["-at", "-id"], name="door_trials_newest_first")]

    def __str__(self) -> str:
        return f"{self.client} at {self.at:%Y-%m-%d %H:%M}"

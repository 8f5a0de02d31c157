"""A client's first message, why it was let through, and the slot it used."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.models import ClientAccount, FreelancerProfile, Skill
from eligibility.models import Policy
from messaging.models.conversation import Conversation, Message


class ContactRequest(models.Model):
    """A new connection, until it is answered: facts and choices, and one message under seal."""

    class Kind(models.TextChoices):
        NEW_PROJECT = "new_project", _("A new project")
        ONGOING = "ongoing", _("Ongoing work")
        ADVICE = "advice", _("Advice")
        OTHER = "other", _("Something else")

    class Budget(models.TextChoices):
        UNDER_500 = "under_500", _("Under $500")
        TO_2K = "500_2k", _("$500–2k")
        TO_10K = "2k_10k", _("$2k–10k")
        OVER_10K = "over_10k", _("Over $10k")
        OPEN = "open", _("Not decided yet")

    class Start(models.TextChoices):
        NOW = "now", _("Right away")
        MONTH = "month", _("Within a month")
        LATER = "later", _("In one to three months")
        OPEN = "open", _("Flexible")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for an answer")
        ACCEPTED = "accepted", _("Accepted")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(ClientAccount, models.PROTECT, related_name="requests")
    freelancer = models.ForeignKey(FreelancerProfile, models.PROTECT, related_name="requests")
    conversation = models.ForeignKey(Conversation, models.PROTECT, related_name="requests")
    message = models.OneToOneField(Message, models.PROTECT, related_name="request")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    skill = models.ForeignKey(Skill, models.PROTECT, null=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    budget = models.CharField(max_length=10, choices=Budget.choices)
    start = models.CharField(max_length=8, choices=Start.choices)
    sent_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client", "freelancer"],
                condition=models.Q(state="waiting"),
                name="one_waiting_request_per_pair",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", answered_at=None)
                | models.Q(state="accepted", answered_at__isnull=False),
                name="request_answered_exactly_when_not_waiting",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["new_project", "ongoing", "advice", "other"],
                    budget__in=["under_500", "500_2k", "2k_10k", "over_10k", "open"],
                    start__in=["now", "month", "later", "open"],
                ),
                name="request_choices_are_known",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["freelancer", "-sent_at", "-id"],
                condition=models.Q(state="waiting"),
                name="requests_waiting_for",
            ),
            models.Index(
                fields=["freelancer"],
                condition=models.Q(state="waiting", opened_at=None),
                name="requests_unopened",
            ),
            models.Index(fields=["client", "-sent_at", "-id"], name="requests_sent_by"),
        ]

    def __str__(self) -> str:
        return f"Request of {self.client} to {self.freelancer}"

    @property
    def skill_name(self) -> str:
        return self.skill.name if self.skill else str(_("Something else"))


class Receipt(AppendOnly):
    """Why a request was let through: every criterion as it stood at `evaluated_at`.

    `results` is `eligibility.receipts.content`; `basis` says whether the gate or a relationship
    opened the way.
    """

    class Basis(models.TextChoices):
        GATE = "gate", _("Met every criterion of the gate")
        RELATIONSHIP = "relationship", _("Already known to the freelancer")

    request = models.OneToOneField(ContactRequest, models.PROTECT, related_name="receipt")
    policy = models.ForeignKey(Policy, models.PROTECT, to_field="version", related_name="+")
    plan = models.CharField(max_length=16)
    basis = models.CharField(max_length=12, choices=Basis.choices)
    evaluated_at = models.DateTimeField()
    results = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(basis__in=["gate", "relationship"]),
                name="receipt_basis_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"Receipt of request {self.request_id}"


class QuotaEntry(AppendOnly):
    """One line of the client's attention ledger: a slot used (1) or a credit returned (-1)."""

    class Kind(models.TextChoices):
        USED = "used", _("Used")
        RETURNED = "returned", _("Returned")

    client = models.ForeignKey(ClientAccount, models.PROTECT, related_name="quota_entries")
    request = models.ForeignKey(ContactRequest, models.PROTECT, related_name="quota_entries")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    slots = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "quota entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "kind"], name="one_slot_per_request"),
            models.CheckConstraint(
                condition=models.Q(kind="used", slots=1) | models.Q(kind="returned", slots=-1),
                name="slots_match_their_kind",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["client", "-at", "-id"], name="quota_of_client")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} by {self.client} at {self.at:%Y-%m-%d %H:%M}"

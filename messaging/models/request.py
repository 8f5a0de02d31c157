"""A client's first message, why it was let through, and the slot it used."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.append_only import AppendOnly
from accounts.models import ClientAccount, FreelancerProfile, Skill
from eligibility.models import Policy
from messaging.models.conversation import Conversation, Message
from messaging.models.link import OpenDoorLink


class ContactRequest(models.Model):
    """A new connection, until it is answered: facts and choices, and one message under seal.

    Instants say how it stands. It waits until `ended_at`, or until `expires_at` if nothing ends it
    before. An answer is told to the client from `told_at` on; until then it can be undone, and the
    client still reads "waiting". `declined_at` outlives a withdrawal: the cool-off counts from it.
    """

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
        DECLINED = "declined", _("Declined")
        PUT_OFF = "put_off", _("Not now")
        EXPIRED = "expired", _("Expired")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    #: The freelancer's answers, as against what ends a request by itself or by the client.
    ANSWERS: ClassVar = (State.ACCEPTED, State.DECLINED, State.PUT_OFF)

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
    expires_at = models.DateTimeField()
    through_door = models.BooleanField(default=True)
    opened_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    ended_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    declined_at = models.DateTimeField(null=True)
    put_off_until = models.DateTimeField(null=True)
    line = models.CharField(max_length=280, blank=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client", "freelancer"],
                condition=models.Q(state="waiting"),
                name="one_waiting_request_per_pair",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", ended_at=None, told_at=None)
                | models.Q(
                    state__in=["accepted", "declined", "put_off", "expired", "withdrawn"],
                    ended_at__isnull=False,
                    told_at__isnull=False,
                ),
                name="request_ended_exactly_when_not_waiting",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at=None)
                | models.Q(ended_at__gte=models.F("sent_at"), told_at__gte=models.F("ended_at")),
                name="request_ends_after_it_was_sent",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["declined", "withdrawn"], declined_at__isnull=False)
                | (models.Q(declined_at=None) & ~models.Q(state="declined")),
                name="decline_is_dated",
            ),
            models.CheckConstraint(
                condition=models.Q(state="put_off", put_off_until__isnull=False)
                | (~models.Q(state="put_off") & models.Q(put_off_until=None)),
                name="put_off_exactly_until_an_instant",
            ),
            models.CheckConstraint(
                condition=models.Q(line="") | models.Q(state="declined"),
                name="only_a_decline_has_a_line",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at=None) | models.Q(state="withdrawn"),
                name="only_a_withdrawn_request_is_revoked",
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
                fields=["freelancer", "state", "-sent_at", "-id"], name="requests_by_state"
            ),
            models.Index(
                fields=["freelancer", "-sent_at", "-id"],
                condition=models.Q(state__in=["waiting", "expired"]),
                name="requests_unanswered",
            ),
            models.Index(fields=["freelancer", "-sent_at", "-id"], name="requests_newest_first"),
            models.Index(
                fields=["freelancer"],
                condition=models.Q(state="waiting", opened_at=None),
                name="requests_unopened",
            ),
            models.Index(
                fields=["freelancer", "-sent_at"],
                condition=models.Q(through_door=True),
                name="requests_through_the_door",
            ),
            models.Index(fields=["client", "freelancer", "-sent_at"], name="requests_of_pair"),
            models.Index(
                fields=["client", "told_at"],
                condition=models.Q(state__in=["accepted", "declined", "put_off"]),
                name="answers_to_client",
            ),
            models.Index(
                fields=["told_at"],
                condition=models.Q(state__in=["accepted", "declined", "put_off"]),
                name="answers_told",
            ),
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state="waiting"),
                name="requests_to_expire",
            ),
            models.Index(fields=["client", "-sent_at", "-id"], name="requests_sent_by"),
        ]

    def __str__(self) -> str:
        return f"Request of {self.client} to {self.freelancer}"

    @property
    def skill_name(self) -> str:
        return self.skill.name if self.skill else str(_("Something else"))

    @property
    def asks(self) -> list[str]:
        """What it is about, in words: skill, kind of work, budget and start."""
        # Not `get_kind_display` and its like: each call translates and hashes all the choices.
        chosen = (self.Kind(self.kind), self.Budget(self.budget), self.Start(self.start))
        words = [str(choice.label) for choice in chosen]
        return [self.skill.name, *words] if self.skill else words

    def state_at(self, now: datetime) -> str:
        """How it stands: overdue reads expired, whether or not that was written down yet."""
        if self.state == self.State.WAITING and self.expires_at <= now:
            return self.State.EXPIRED
        return self.state

    def told_state(self, now: datetime) -> str:
        """How it stands for the client, who hears of an answer at `told_at`."""
        if self.told_at is not None and now < self.told_at:
            return self.State.WAITING
        return self.state_at(now)

    def can_undo(self, now: datetime) -> bool:
        """Whether the answer can still be taken back."""
        return self.state in self.ANSWERS and self.told_at is not None and now < self.told_at


class Receipt(AppendOnly):
    """Why a request was let through: every criterion as it stood at `evaluated_at`.

    `results` is `eligibility.receipts.content`; `basis` says whether the gate or a relationship
    opened the way. `hired` and `country` are what else the freelancer's bar looks at, `door` the
    door's own terms as they stood (`door.door_content`), `link` the open-door link that was needed.
    """

    class Basis(models.TextChoices):
        GATE = "gate", _("Met what the gate asks of their plan")
        RELATIONSHIP = "relationship", _("Already known to the freelancer")

    request = models.OneToOneField(ContactRequest, models.PROTECT, related_name="receipt")
    policy = models.ForeignKey(Policy, models.PROTECT, to_field="version", related_name="+")
    plan = models.CharField(max_length=16)
    basis = models.CharField(max_length=12, choices=Basis.choices)
    evaluated_at = models.DateTimeField()
    results = models.JSONField()
    hired = models.PositiveIntegerField(default=0)
    country = models.CharField(max_length=2, blank=True)
    door = models.JSONField(default=dict)
    link = models.ForeignKey(OpenDoorLink, models.PROTECT, null=True, related_name="receipts")

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

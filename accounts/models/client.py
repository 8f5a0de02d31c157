"""The client account (an organisation), who writes for it, and the dated facts about it."""

import secrets
import uuid
from datetime import UTC, datetime
from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Lower, Now
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import countries
from accounts.text import check_name

#: Earlier than anything that happens here.
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


class ClientAccount(models.Model):
    """Billing, holds, quota, declines and blocks belong to it, never to one of its members."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("company or name"), max_length=120, validators=[check_name])
    country = models.CharField(_("country"), max_length=2, choices=countries.choices, blank=True)
    website = models.URLField(_("website"), blank=True)
    external_id = models.CharField(
        _("the marketplace's own id"), max_length=64, null=True, blank=True, unique=True
    )
    joined_at = models.DateTimeField(_("joined"), default=timezone.now)
    shows_reading = models.BooleanField(
        _("let the other side see when messages are read"), default=False, db_default=False
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~models.Q(external_id=""), name="client_external_id_not_empty"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("client", args=[self.public_id])


class Plan(models.TextChoices):
    MARKETPLACE = "marketplace", _("Marketplace")
    PLUS = "plus", _("Plus")
    BASIC = "basic", _("Basic")


class DatedFact(models.Model):
    """Something that happened at `at` and that we learned at `recorded_at`; both UTC instants."""

    at = models.DateTimeField(_("from"))
    recorded_at = models.DateTimeField(_("recorded"), db_default=Now(), editable=False)

    class Meta:
        abstract = True


class PlanChange(DatedFact):
    """From `at` on the account has this plan; the latest one known is in force."""

    client = models.ForeignKey(ClientAccount, models.CASCADE, related_name="plan_changes")
    plan = models.CharField(max_length=16, choices=Plan.choices)
    anchor_day = models.PositiveSmallIntegerField(
        _("billing cycles start on day"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text=_("1 to 31; 29 to 31 mean the last day of a shorter month."),
    )

    class Meta:
        indexes: ClassVar = [models.Index(fields=["client", "at"], name="plan_in_force")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(plan__in=Plan.values), name="plan_is_known"),
            models.CheckConstraint(
                condition=models.Q(anchor_day__gte=1, anchor_day__lte=31),
                name="plan_anchor_day_in_month",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.get_plan_display()} from {self.at:%Y-%m-%d}"


class StateChange(DatedFact):
    """From `at` on the account is active or not. An account without any is active."""

    client = models.ForeignKey(ClientAccount, models.CASCADE, related_name="state_changes")
    active = models.BooleanField()
    reason = models.CharField(max_length=200)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["client", "at"], name="state_in_force")]

    def __str__(self) -> str:
        return f"{self.client}: {'active' if self.active else 'inactive'} from {self.at:%Y-%m-%d}"


class Membership(models.Model):
    """A user who writes for a client account, from `joined_at` until `left_at`."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        MEMBER = "member", _("Member")

    client = models.ForeignKey(ClientAccount, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.MEMBER)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # When the gate was last looked at for the member, and what it said; none: nobody looked yet.
    gate_judged_at = models.DateTimeField(default=NEVER, editable=False)
    gate_passed = models.BooleanField(null=True, editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["gate_judged_at"],
                condition=models.Q(left_at=None),
                name="members_to_tell_of_the_gate",
            )
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(left_at=None),
                name="one_client_account_per_user",
                violation_error_message=_("This person is a member of a client account already."),
            ),
            models.CheckConstraint(
                condition=models.Q(left_at=None) | models.Q(left_at__gte=models.F("joined_at")),
                name="member_leaves_after_joining",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=["owner", "member"]), name="member_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} of {self.client}"


def new_invitation_code() -> str:
    """128 random bits: whoever has the mail has the link, nobody finds it by trying."""
    return secrets.token_urlsafe(16)


class Invitation(models.Model):
    """An owner asks somebody, by e-mail, to write for the account. Open until it is taken up, taken
    back or over; one open invitation per account and address."""

    client = models.ForeignKey(ClientAccount, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"))
    code = models.CharField(max_length=32, unique=True, default=new_invitation_code, editable=False)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client", "email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_address",
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="invited_email_is_lower_case"
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(revoked_at=None),
                name="invitation_taken_up_or_back",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["email"],
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitations_of_address",
            )
        ]

    def __str__(self) -> str:
        return f"{self.email} to {self.client}"

    def get_absolute_url(self) -> str:
        return reverse("invitation", args=[self.code])

    def is_open(self, now: datetime) -> bool:
        """Whether the person it was sent to may still join by it."""
        return self.accepted_at is None and self.revoked_at is None and now < self.expires_at


class Relationship(DatedFact):
    """A dated fact between a client account and a freelancer, kept by the marketplace."""

    class Kind(models.TextChoices):
        CONTRACT = "contract", _("Contract")
        PROPOSAL = "proposal", _("Proposal")
        INVITATION_ACCEPTED = "invitation_accepted", _("Invitation accepted")
        INVITATION_DECLINED = "invitation_declined", _("Invitation declined")

    #: The kinds that make a client known to the freelancer (product rule: quota, new connection).
    KNOWN: ClassVar = [Kind.CONTRACT, Kind.PROPOSAL, Kind.INVITATION_ACCEPTED]

    client = models.ForeignKey(ClientAccount, models.CASCADE, related_name="relationships")
    freelancer = models.ForeignKey(
        "accounts.FreelancerProfile", models.CASCADE, related_name="relationships"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    external_id = models.CharField(
        _("the marketplace's own id"), max_length=64, null=True, blank=True, unique=True
    )

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["client", "freelancer", "kind", "at"], name="relationship_of_pair")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=["contract", "proposal", "invitation_accepted", "invitation_declined"]
                ),
                name="relationship_kind_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.client} and {self.freelancer}"

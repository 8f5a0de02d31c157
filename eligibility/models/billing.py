"""Billing facts as the marketplace's ledger tells them. Money is US cents; instants are UTC."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import ClientAccount


class LedgerEvent(models.Model):
    """One event of the ledger: what happened at `at` and was learned at `recorded_at`."""

    event_id = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.event_id


class Amount(models.Model):
    """US cents at the rate of settlement, the only figure the gate adds up; beside them the amount
    as it was paid, in minor units of its own currency."""

    amount_cents = models.BigIntegerField(_("US cents"))
    amount = models.BigIntegerField(_("amount in its own currency, minor units"))
    currency = models.CharField(max_length=3, default="USD")

    class Meta:
        abstract = True


class Payment(Amount, LedgerEvent):
    """A settled payment to a freelancer; `at` is its settlement. Nothing else is spend."""

    client = models.ForeignKey(ClientAccount, models.CASCADE, related_name="payments")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["client", "at"], name="payment_of_client")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0, amount__gt=0), name="payment_is_positive"
            ),
        ]


class Reversal(LedgerEvent):
    """Takes something back from a payment, and counts at that payment's own instant.

    `payment_event_id` is the payment the record names, empty when it names none; `payment` stays
    null until that payment is known, and until then the reversal counts for nothing.
    """

    client = models.ForeignKey(ClientAccount, models.CASCADE, related_name="%(class)ss")
    payment_event_id = models.CharField(max_length=64, blank=True)
    payment = models.ForeignKey(Payment, models.CASCADE, null=True, related_name="%(class)ss")

    class Meta:
        abstract = True


class Refund(Amount, Reversal):
    """Money given back. One that names no payment counts at its own instant."""

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["client", "at"],
                condition=models.Q(payment_event_id=""),
                name="refund_of_no_payment",
            ),
            models.Index(
                fields=["client", "payment_event_id"],
                condition=models.Q(payment=None),
                name="refund_awaits_payment",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(amount_cents__gt=0, amount__gt=0), name="refund_is_positive"
            ),
            models.CheckConstraint(
                condition=models.Q(payment=None) | ~models.Q(payment_event_id=""),
                name="refund_names_its_payment",
            ),
        ]


class Dispute(Reversal):
    """One step of a dispute. The latest known step says whether the payment is out."""

    class Step(models.TextChoices):
        OPENED = "opened", _("Opened")
        WON = "won", _("Won")
        LOST = "lost", _("Lost")

    step = models.CharField(max_length=6, choices=Step.choices)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["client", "payment_event_id"],
                condition=models.Q(payment=None),
                name="dispute_awaits_payment",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(step__in=["opened", "won", "lost"]), name="dispute_step_is_known"
            ),
            models.CheckConstraint(
                condition=~models.Q(payment_event_id=""), name="dispute_names_its_payment"
            ),
        ]


class BillingMethod(models.Model):
    """A card or account the client pays with. It counts from `verified_at` until it is removed
    or expires; `expires_at` is the first instant at which it is no longer valid."""

    client = models.ForeignKey(ClientAccount, models.CASCADE, related_name="billing_methods")
    external_id = models.CharField(max_length=64, unique=True)
    label = models.CharField(_("shown as"), max_length=60)
    verified_at = models.DateTimeField()
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    removal_recorded_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["client", "verified_at"], name="billing_method_of_client")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(removed_at=None, removal_recorded_at=None)
                | models.Q(removed_at__isnull=False, removal_recorded_at__isnull=False),
                name="method_removal_is_dated_twice",
            ),
        ]

    def __str__(self) -> str:
        return self.label

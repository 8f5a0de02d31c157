"""The marketplace's published criteria, as immutable versions."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now

from accounts.append_only import AppendOnly
from eligibility.rules import PlanTerms, PolicyTerms, Quota

#: Ten years: a longer window is a slip of the pen.
LONGEST_WINDOW = 120  # months


class Policy(AppendOnly):
    """One version of the gate; the one with the latest start that is not after now is in force.

    `plans` maps a plan's name to
    `{"may_start": bool, "criteria": [names], "quota": {"slots": int, "window": "day" | "cycle",
    "returns": int}}`; `returns` is how many slots a billing cycle gives back at most, 0 if it is
    left out.
    """

    version = models.PositiveIntegerField(unique=True)
    starts_at = models.DateTimeField(unique=True)
    recorded_at = models.DateTimeField(db_default=Now(), editable=False)
    spend_over_cents = models.BigIntegerField()
    spend_window_months = models.PositiveSmallIntegerField(
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_WINDOW)]
    )
    tenure_over_days = models.PositiveSmallIntegerField()
    first_payment_over_days = models.PositiveSmallIntegerField()
    plans = models.JSONField()

    class Meta:
        verbose_name_plural = "policies"
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(
                    spend_over_cents__gte=0,
                    spend_window_months__gte=1,
                    spend_window_months__lte=LONGEST_WINDOW,
                    version__gte=1,
                ),
                name="policy_numbers_make_sense",
            ),
        ]

    def __str__(self) -> str:
        return f"Policy {self.version}"

    def terms(self) -> PolicyTerms:
        """The numbers as the rules take them."""
        return PolicyTerms(
            version=self.version,
            spend_over_cents=self.spend_over_cents,
            spend_window_months=self.spend_window_months,
            tenure_over_days=self.tenure_over_days,
            first_payment_over_days=self.first_payment_over_days,
            plans={
                name: PlanTerms(
                    may_start=plan["may_start"],
                    criteria=frozenset(plan["criteria"]),
                    quota=Quota(**plan["quota"]),
                )
                for name, plan in self.plans.items()
            },
        )

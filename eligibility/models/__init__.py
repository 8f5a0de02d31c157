"""Billing facts, holds and policy versions. Every fact has `at` and `recorded_at`."""

from eligibility.models.billing import BillingMethod, Dispute, Payment, Refund
from eligibility.models.hold import Hold
from eligibility.models.policy import Policy

__all__ = ["BillingMethod", "Dispute", "Hold", "Payment", "Policy", "Refund"]

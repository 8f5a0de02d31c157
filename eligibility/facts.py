"""What is known about a client's billing at one instant. Pure: no Django, no clock.

All instants are UTC; all money is US cents. Facts are "as known": a payment carries what had been
refunded of it and whether a dispute held it, so that the rules only compare and add.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodFact:
    """A verified billing method, not removed; `expires_at` is its first invalid instant."""

    verified_at: datetime
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentFact:
    """A settled payment and what was taken back from it."""

    settled_at: datetime
    amount_cents: int
    refunded_cents: int = 0
    disputed: bool = False

    @property
    def net_cents(self) -> int:
        """What is left of it. A dispute takes it all out; nothing takes out more than it was."""
        if self.disputed:
            return 0
        return max(self.amount_cents - self.refunded_cents, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundFact:
    """A refund whose record names no payment: it counts at its own instant."""

    at: datetime
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BillingFacts:
    """Everything the gate looks at."""

    joined_at: datetime
    plan: str
    anchor_day: int = 1
    active: bool = True
    methods: tuple[MethodFact, ...] = ()
    payments: tuple[PaymentFact, ...] = ()
    refunds: tuple[RefundFact, ...] = ()
    holds: tuple[str, ...] = ()  # the reasons of the active ones

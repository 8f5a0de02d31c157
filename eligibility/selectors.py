"""Reads the facts the gate judges: six queries for one client, whatever its history."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import (
    BigIntegerField,
    Case,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from accounts.models import ClientAccount, PlanChange, StateChange
from accounts.models.client import Plan
from eligibility.facts import BillingFacts, MethodFact, PaymentFact, RefundFact
from eligibility.models import BillingMethod, Dispute, Hold, Payment, Policy, Refund
from eligibility.rules import PolicyTerms, Verdict, evaluate, window_reach

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


class Net(TypedDict):
    refunded: int
    step: str


def policy_at(at: datetime) -> PolicyTerms:
    """The policy in force at `at`."""
    return Policy.objects.filter(starts_at__lte=at).latest("starts_at").terms()


def verdict_at(client_id: int, at: datetime, known_at: datetime | None = None) -> Verdict:
    """The gate's verdict on a client at `at`, from what had been recorded by `known_at`."""
    policy = policy_at(at)
    facts = facts_at(client_id, at, known_at or at, months=policy.spend_window_months)
    return evaluate(facts, policy, at)


def facts_at(client_id: int, at: datetime, known_at: datetime, *, months: int) -> BillingFacts:
    """What had happened by `at` and was recorded by `known_at`.

    Of the payments and refunds, those that a spend window of `months` can still hold, and the
    earliest payment that still counts.
    Raises ClientAccount.DoesNotExist.
    """
    known = Q(at__lte=at, recorded_at__lte=known_at)
    reach = window_reach(at, months)
    joined_at, plan, anchor_day, active = _account(client_id, known)
    return BillingFacts(
        joined_at=joined_at,
        plan=plan,
        anchor_day=anchor_day,
        active=active,
        methods=_methods(client_id, at, known_at),
        payments=_payments(client_id, known, reach),
        refunds=_unlinked_refunds(client_id, known, reach),
        holds=_active_holds(client_id, at, known_at),
    )


def _account(client_id: int, known: Q) -> tuple[datetime, str, int, bool]:
    plans = _latest(PlanChange.objects.filter(known, client=OuterRef("pk")))
    states = _latest(StateChange.objects.filter(known, client=OuterRef("pk")))
    joined_at, plan, anchor_day, active = (
        ClientAccount.objects.filter(pk=client_id)
        .annotate(
            plan=Subquery(plans.values("plan")),
            anchor_day=Subquery(plans.values("anchor_day")),
            active=Subquery(states.values("active")),
        )
        .values_list("joined_at", "plan", "anchor_day", "active")
        .get()
    )
    return joined_at, plan or Plan.MARKETPLACE.value, anchor_day or 1, active is not False


def _latest(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by("-at", "-id")[:1]


def _methods(client_id: int, at: datetime, known_at: datetime) -> tuple[MethodFact, ...]:
    removed = Q(removed_at__lte=at, removal_recorded_at__lte=known_at)
    rows = BillingMethod.objects.filter(
        ~removed, client=client_id, verified_at__lte=at, recorded_at__lte=known_at
    ).values_list("verified_at", "expires_at")
    return tuple(MethodFact(verified_at=verified, expires_at=ends) for verified, ends in rows)


def net_payments(known: Q) -> "QuerySet[WithAnnotations[Payment, Net]]":
    """Payments with `refunded` (cents) and `step`, the latest step of a dispute, as known.

    At one instant a loss outweighs a win, and a win the opening.
    """
    refunded = (
        Refund.objects.filter(known, payment=OuterRef("pk"))
        .order_by()
        .values("payment")
        .annotate(cents=Sum("amount_cents", output_field=BigIntegerField()))
    )
    weight = Case(
        When(step=Dispute.Step.LOST, then=Value(2)),
        When(step=Dispute.Step.WON, then=Value(1)),
        default=Value(0),
    )
    steps = Dispute.objects.filter(known, payment=OuterRef("pk")).order_by("-at", weight.desc())
    return Payment.objects.filter(known).annotate(
        refunded=Coalesce(Subquery(refunded.values("cents")), 0),
        step=Coalesce(Subquery(steps.values("step")[:1]), Value(Dispute.Step.WON.value)),
    )


def _payments(client_id: int, known: Q, after: datetime) -> tuple[PaymentFact, ...]:
    payments = net_payments(known).filter(client=client_id)
    counting = payments.filter(step=Dispute.Step.WON, refunded__lt=F("amount_cents"))
    earliest = counting.order_by("at", "id").values("pk")[:1]
    rows = payments.filter(Q(at__gt=after) | Q(pk=Subquery(earliest)))
    return tuple(
        PaymentFact(
            settled_at=at,
            amount_cents=cents,
            refunded_cents=refunded,
            disputed=step != Dispute.Step.WON,
        )
        for at, cents, refunded, step in rows.values_list("at", "amount_cents", "refunded", "step")
    )


def _unlinked_refunds(client_id: int, known: Q, after: datetime) -> tuple[RefundFact, ...]:
    rows = Refund.objects.filter(known, client=client_id, payment_event_id="", at__gt=after)
    return tuple(
        RefundFact(at=at, amount_cents=cents)
        for at, cents in rows.values_list("at", "amount_cents")
    )


def _active_holds(client_id: int, at: datetime, known_at: datetime) -> tuple[str, ...]:
    released = Q(released_at__lte=at, release_recorded_at__lte=known_at)
    rows = Hold.objects.filter(~released, client=client_id, at__lte=at, recorded_at__lte=known_at)
    return tuple(rows.order_by("at").values_list("reason", flat=True))


def against_standing(client_id: int, at: datetime) -> list[str]:
    """What stands against the client, as it may read it: its holds, then an inactive account."""
    state = StateChange.objects.filter(client=client_id, at__lte=at, recorded_at__lte=at)
    latest = _latest(state).first()
    inactive = [latest.reason] if latest and not latest.active else []
    return [*_active_holds(client_id, at, at), *inactive]

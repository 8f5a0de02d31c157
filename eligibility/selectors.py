"""Reads the facts the gate judges: six queries for one client, whatever its history."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict

from django.db.models import (
    BigIntegerField,
    Case,
    DateTimeField,
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
from accounts.prepared import AT, CLIENT, Blank, Prepared
from eligibility.facts import BillingFacts, MethodFact, PaymentFact, RefundFact
from eligibility.models import BillingMethod, Dispute, Hold, Payment, Policy, Refund
from eligibility.rules import PolicyTerms, Quota, Verdict, evaluate, window_reach

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations


KNOWN_AT, AFTER = Blank("known_at", DateTimeField()), Blank("after", DateTimeField())
KNOWN = Q(at__lte=AT, recorded_at__lte=KNOWN_AT)


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


def terms_at(client_id: int, at: datetime) -> tuple[Quota, int]:
    """What the client's plan gives at `at`, and the anchor day of its cycle: those of the verdict,
    without judging. Two queries."""
    _, plan, anchor_day, _ = _account(client_id, at, at)
    return policy_at(at).plans[plan].quota, anchor_day


def facts_at(client_id: int, at: datetime, known_at: datetime, *, months: int) -> BillingFacts:
    """What had happened by `at` and was recorded by `known_at`.

    Of the payments and refunds, those that a spend window of `months` can still hold, and the
    earliest payment that still counts.
    Raises ClientAccount.DoesNotExist.
    """
    asked = {"client": client_id, "at": at, "known_at": known_at}
    reach = window_reach(at, months)
    joined_at, plan, anchor_day, active = _account(client_id, at, known_at)
    return BillingFacts(
        joined_at=joined_at,
        plan=plan,
        anchor_day=anchor_day,
        active=active,
        methods=tuple(
            MethodFact(verified_at=verified, expires_at=ends)
            for verified, ends in _methods(**asked)
        ),
        payments=tuple(
            PaymentFact(
                settled_at=at,
                amount_cents=cents,
                refunded_cents=refunded,
                disputed=step != Dispute.Step.WON,
            )
            for at, cents, refunded, step in _payments(**asked, after=reach)
        ),
        refunds=tuple(
            RefundFact(at=at, amount_cents=cents)
            for at, cents in _unlinked_refunds(**asked, after=reach)
        ),
        holds=_active_holds(client_id, at, known_at),
    )


def _account(client_id: int, at: datetime, known_at: datetime) -> tuple[datetime, str, int, bool]:
    for row in _accounts(client=client_id, at=at, known_at=known_at):
        joined_at, plan, anchor_day, active = row
        return joined_at, plan or Plan.MARKETPLACE.value, anchor_day or 1, active is not False
    raise ClientAccount.DoesNotExist


@Prepared
def _accounts() -> QuerySet[ClientAccount, Any]:
    plans = _latest(PlanChange.objects.filter(KNOWN, client=OuterRef("pk")))
    states = _latest(StateChange.objects.filter(KNOWN, client=OuterRef("pk")))
    found = ClientAccount.objects.filter(pk=CLIENT).annotate(
        plan=Subquery(plans.values("plan")),
        anchor_day=Subquery(plans.values("anchor_day")),
        active=Subquery(states.values("active")),
    )
    return found.values_list("joined_at", "plan", "anchor_day", "active")


def _latest(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.order_by("-at", "-id")[:1]


@Prepared
def _methods() -> QuerySet[BillingMethod, Any]:
    removed = Q(removed_at__lte=AT, removal_recorded_at__lte=KNOWN_AT)
    return BillingMethod.objects.filter(
        ~removed, client=CLIENT, verified_at__lte=AT, recorded_at__lte=KNOWN_AT
    ).values_list("verified_at", "expires_at")


def _net_payments() -> "QuerySet[WithAnnotations[Payment, Net]]":
    """Payments with `refunded` (cents) and `step`, the latest step of a dispute, as known.

    At one instant a loss outweighs a win, and a win the opening.
    """
    refunded = (
        Refund.objects.filter(KNOWN, payment=OuterRef("pk"))
        .order_by()
        .values("payment")
        .annotate(cents=Sum("amount_cents", output_field=BigIntegerField()))
    )
    weight = Case(
        When(step=Dispute.Step.LOST, then=Value(2)),
        When(step=Dispute.Step.WON, then=Value(1)),
        default=Value(0),
    )
    steps = Dispute.objects.filter(KNOWN, payment=OuterRef("pk")).order_by("-at", weight.desc())
    return Payment.objects.filter(KNOWN).annotate(
        refunded=Coalesce(Subquery(refunded.values("cents")), 0),
        step=Coalesce(Subquery(steps.values("step")[:1]), Value(Dispute.Step.WON.value)),
    )


@Prepared
def _payments() -> QuerySet[Payment, Any]:
    payments = _net_payments().filter(client=CLIENT)
    counting = payments.filter(step=Dispute.Step.WON, refunded__lt=F("amount_cents"))
    earliest = counting.order_by("at", "id").values("pk")[:1]
    rows = payments.filter(Q(at__gt=AFTER) | Q(pk=Subquery(earliest)))
    return rows.values_list("at", "amount_cents", "refunded", "step")


@Prepared
def _unlinked_refunds() -> QuerySet[Refund, Any]:
    rows = Refund.objects.filter(KNOWN, client=CLIENT, payment_event_id="", at__gt=AFTER)
    return rows.values_list("at", "amount_cents")


def _active_holds(client_id: int, at: datetime, known_at: datetime) -> tuple[str, ...]:
    return tuple(reason for (reason,) in _holds(client=client_id, at=at, known_at=known_at))


@Prepared
def _holds() -> QuerySet[Hold, Any]:
    released = Q(released_at__lte=AT, release_recorded_at__lte=KNOWN_AT)
    return Hold.objects.filter(~released, KNOWN, client=CLIENT).order_by("at").values_list("reason")


def against_standing(client_id: int, at: datetime) -> list[str]:
    """What stands against the client, as it may read it: its holds, then an inactive account. Two
    queries; nothing is good standing."""
    state = StateChange.objects.filter(client=client_id, at__lte=at, recorded_at__lte=at)
    latest = _latest(state).first()
    inactive = [latest.reason] if latest and not latest.active else []
    return [*_active_holds(client_id, at, at), *inactive]

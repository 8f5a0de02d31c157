"""One good client as facts, the published figures, and a way from facts to rows."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts.models import ClientAccount
from eligibility.facts import BillingFacts, MethodFact, PaymentFact
from eligibility.rules import Criterion, CriterionResult, PlanTerms, PolicyTerms, Quota
from tests import people

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TICK = timedelta(microseconds=1)
QUARTER = timedelta(days=90)

EVERYTHING = frozenset(str(each) for each in Criterion)
POLICY_1 = PolicyTerms(
    version=1,
    spend_over_cents=100_000,
    spend_window_months=12,
    tenure_over_days=90,
    first_payment_over_days=90,
    plans={
        "marketplace": PlanTerms(
            may_start=True, criteria=EVERYTHING, quota=Quota(slots=5, window="day")
        ),
        "plus": PlanTerms(
            may_start=True,
            criteria=frozenset({"billing_method", "good_standing"}),
            quota=Quota(slots=40, window="cycle", returns=10),
        ),
        "basic": PlanTerms(
            may_start=False, criteria=EVERYTHING, quota=Quota(slots=0, window="day")
        ),
    },
)


def paid(cents: int, settled_at: datetime = NOW - timedelta(days=120), **taken: Any) -> PaymentFact:
    return PaymentFact(settled_at=settled_at, amount_cents=cents, **taken)


GOOD = BillingFacts(
    joined_at=datetime(2020, 1, 1, tzinfo=UTC),
    plan="marketplace",
    methods=(MethodFact(verified_at=datetime(2020, 1, 1, tzinfo=UTC)),),
    payments=(paid(150_000),),
)


def good(**changes: Any) -> BillingFacts:
    """A client who meets every criterion, but for what is changed."""
    return replace(GOOD, **changes)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def stored(facts: BillingFacts) -> ClientAccount:
    """A client account with the rows that `facts` tell of, each recorded when it happened."""
    account = ClientAccount.objects.create(name="Stored", joined_at=facts.joined_at)
    people.put_on_plan(account, facts.plan, facts.joined_at, anchor_day=facts.anchor_day)
    if not facts.active:
        people.set_active(account, False, facts.joined_at)
    for reason in facts.holds:
        people.hold(account, facts.joined_at, reason=reason)
    for method in facts.methods:
        people.card(account, method.verified_at, expires_at=method.expires_at)
    for each in facts.payments:
        payment = people.pay(account, each.amount_cents, each.settled_at)
        if each.refunded_cents:
            people.refund(payment, each.refunded_cents, each.settled_at)
        if each.disputed:
            people.dispute(payment, "opened", each.settled_at)
    for refund in facts.refunds:
        people.refund_of_nothing(account, refund.amount_cents, refund.at)
    return account


THRESHOLDS: dict[Criterion, int | timedelta] = {
    Criterion.BILLING_METHOD: 1,
    Criterion.SPEND: 100_000,
    Criterion.TENURE: QUARTER,
    Criterion.FIRST_PAYMENT: QUARTER,
    Criterion.GOOD_STANDING: 0,
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """`missing` None: the criterion is met. `also`: what else these facts leave unmet."""

    name: str
    facts: BillingFacts
    observed: int | timedelta | None
    criterion: Criterion = Criterion.SPEND
    now: datetime = NOW
    missing: int | timedelta | None = None
    met_at: datetime | None = None
    lapses_at: datetime | None = None
    also: tuple[Criterion, ...] = ()

    @property
    def expected(self) -> CriterionResult:
        return CriterionResult(
            criterion=self.criterion,
            required=True,
            met=self.missing is None,
            observed=self.observed,
            threshold=THRESHOLDS[self.criterion],
            missing=self.missing,
            met_at=self.met_at,
            lapses_at=self.lapses_at,
        )

    @property
    def unmet(self) -> set[Criterion]:
        return {*self.also} | ({self.criterion} if self.missing is not None else set())

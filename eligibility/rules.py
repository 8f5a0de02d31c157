"""The gate: from facts, a policy and an instant to a verdict. Pure: no Django, no clock.

"Over" and "more than" are strict, as published: 1,000.00 fails and 1,000.01 passes, 90 days
exactly fail and a moment more passes. Every criterion is reported, not the first that fails.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from itertools import accumulate

from dateutil.relativedelta import relativedelta

from eligibility.facts import BillingFacts

#: Instants are kept to the microsecond, so this is the least there is of "more than".
MOMENT = timedelta(microseconds=1)
#: From this day of the month on, months of different length make a window's edge jump.
_FIRST_CLAMPED_DAY = 28


class Criterion(StrEnum):
    BILLING_METHOD = "billing_method"
    SPEND = "spend"
    TENURE = "tenure"
    FIRST_PAYMENT = "first_payment"
    GOOD_STANDING = "good_standing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many new connections a plan has. `window`: "day" (the last 24 hours) or "cycle"."""

    slots: int
    window: str
    returns: int = 0  # slots one billing cycle gives back at most


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanTerms:
    may_start: bool
    criteria: frozenset[str]
    quota: Quota


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTerms:
    """One version of the gate."""

    version: int
    spend_over_cents: int
    spend_window_months: int
    tenure_over_days: int
    first_payment_over_days: int
    plans: Mapping[str, PlanTerms]


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionResult:
    """One criterion at one instant.

    `observed`, `threshold` and `missing` share a unit: US cents for spend, elapsed time for tenure
    and first payment (observed None: no payment counts), a count for billing methods and for what
    stands against good standing. `met_at` is when it will be met by itself, `lapses_at` the next
    instant at which it will be false by itself.
    """

    criterion: Criterion
    required: bool
    met: bool
    observed: int | timedelta | None
    threshold: int | timedelta
    missing: int | timedelta | None = None
    met_at: datetime | None = None
    lapses_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Every criterion at `at`, under one policy version and plan."""

    at: datetime
    policy_version: int
    plan: str
    anchor_day: int
    may_start: bool
    quota: Quota
    results: tuple[CriterionResult, ...]

    @property
    def unmet(self) -> tuple[CriterionResult, ...]:
        """The criteria this plan asks for that are not met."""
        return tuple(result for result in self.results if result.required and not result.met)

    @property
    def in_good_standing(self) -> bool:
        return self.result(Criterion.GOOD_STANDING).met

    def result(self, criterion: Criterion) -> CriterionResult:
        return next(result for result in self.results if result.criterion == criterion)


class Eligible(Evaluation):
    """May start conversations."""


class Ineligible(Evaluation):
    """May not: something in `unmet`, or a plan that may not start conversations."""


Verdict = Eligible | Ineligible


def evaluate(facts: BillingFacts, policy: PolicyTerms, now: datetime) -> Verdict:
    """Judge `facts`, as known at `now`, under `policy`."""
    plan = policy.plans[facts.plan]
    results = tuple(
        _asked(result, plan)
        for result in (
            _billing_method(facts, now),
            _spend(facts, policy, now),
            _tenure(facts, policy, now),
            _first_payment(facts, policy, now),
            _good_standing(facts),
        )
    )
    passes = plan.may_start and all(result.met for result in results if result.required)
    verdict = Eligible if passes else Ineligible
    return verdict(
        at=now,
        policy_version=policy.version,
        plan=facts.plan,
        anchor_day=facts.anchor_day,
        may_start=plan.may_start,
        quota=plan.quota,
        results=results,
    )


def window_start(now: datetime, months: int) -> datetime:
    """The instant just outside the window: UTC calendar months back, clamped (29 Feb to 28 Feb)."""
    return now.astimezone(UTC) - relativedelta(months=months)


def window_reach(now: datetime, months: int) -> datetime:
    """The instant that no window from `now` on reaches behind.

    It is not the start of the present one: 29 Feb at midnight looks further back than 28 Feb at
    noon, and what left the window in between comes back.
    """
    return datetime.combine(window_start(now, months).date(), time.min, UTC)


def _billing_method(facts: BillingFacts, now: datetime) -> CriterionResult:
    valid = [
        method
        for method in facts.methods
        if method.verified_at <= now and (method.expires_at is None or now < method.expires_at)
    ]
    ends = [method.expires_at for method in valid if method.expires_at is not None]
    return CriterionResult(
        criterion=Criterion.BILLING_METHOD,
        required=True,
        met=bool(valid),
        observed=len(valid),
        threshold=1,
        missing=None if valid else 1,
        lapses_at=max(ends) if valid and len(ends) == len(valid) else None,
    )


def _spend(facts: BillingFacts, policy: PolicyTerms, now: datetime) -> CriterionResult:
    months, over = policy.spend_window_months, policy.spend_over_cents
    entries = [(payment.settled_at, payment.net_cents) for payment in facts.payments]
    entries += [(refund.at, -refund.amount_cents) for refund in facts.refunds]
    spend = Spend([entry for entry in entries if entry[0] <= now], months)
    observed = spend.at(now)
    met = observed > over
    return CriterionResult(
        criterion=Criterion.SPEND,
        required=True,
        met=met,
        observed=observed,
        threshold=over,
        missing=None if met else over - observed + 1,
        lapses_at=spend.first_at_most(over, after=now) if met else None,
    )


class Spend:
    """Dated amounts, and what a moving window of calendar months holds of them."""

    def __init__(self, entries: list[tuple[datetime, int]], months: int) -> None:
        ordered = sorted(entries)
        self._instants = [instant for instant, _ in ordered]
        self._sums = [0, *accumulate(cents for _, cents in ordered)]
        self._months = months

    def at(self, now: datetime) -> int:
        """US cents in (now less the months, now], for a `now` not before the last entry."""
        outside = bisect_right(self._instants, window_start(now, self._months))
        return self._sums[-1] - self._sums[outside]

    def first_at_most(self, cents: int, *, after: datetime) -> datetime | None:
        """The first instant later than `after` at which the window holds no more than `cents`."""
        edges = {edge for instant in self._instants for edge in self._edges(instant)}
        later = sorted(edge for edge in edges if edge > after)
        return next((edge for edge in later if self.at(edge) <= cents), None)

    def _edges(self, instant: datetime) -> Iterator[datetime]:
        """Every instant at which `instant` may leave the window, or come back into it.

        Near a month's end several days map to one (29 Feb and 28 Feb both look back to 28 Feb), so
        the window's start jumps at midnights there.
        """
        leaves = instant + relativedelta(months=self._months)
        yield leaves
        if instant.day < _FIRST_CLAMPED_DAY:
            return
        midnight = datetime.combine(leaves.date(), time.min, leaves.tzinfo)
        for days in range(1, 5):
            yield leaves + timedelta(days=days)
            yield midnight + timedelta(days=days)


def _tenure(facts: BillingFacts, policy: PolicyTerms, now: datetime) -> CriterionResult:
    threshold = timedelta(days=policy.tenure_over_days)
    return _older_than(Criterion.TENURE, facts.joined_at, threshold, now)


def _first_payment(facts: BillingFacts, policy: PolicyTerms, now: datetime) -> CriterionResult:
    threshold = timedelta(days=policy.first_payment_over_days)
    kept = [p.settled_at for p in facts.payments if p.net_cents > 0 and p.settled_at <= now]
    if kept:
        return _older_than(Criterion.FIRST_PAYMENT, min(kept), threshold, now)
    return CriterionResult(
        criterion=Criterion.FIRST_PAYMENT,
        required=True,
        met=False,
        observed=None,
        threshold=threshold,
        missing=threshold + MOMENT,
    )


def _older_than(
    criterion: Criterion, since: datetime, threshold: timedelta, now: datetime
) -> CriterionResult:
    age = now - since
    met = age > threshold
    return CriterionResult(
        criterion=criterion,
        required=True,
        met=met,
        observed=age,
        threshold=threshold,
        missing=None if met else threshold - age + MOMENT,
        met_at=None if met else since + threshold + MOMENT,
    )


def _good_standing(facts: BillingFacts) -> CriterionResult:
    against = len(facts.holds) + (not facts.active)
    return CriterionResult(
        criterion=Criterion.GOOD_STANDING,
        required=True,
        met=not against,
        observed=against,
        threshold=0,
        missing=against or None,
    )


def _asked(result: CriterionResult, plan: PlanTerms) -> CriterionResult:
    return replace(result, required=result.criterion in plan.criteria)

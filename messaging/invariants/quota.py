"""Slots: how many were used, and by whom."""

from collections.abc import Iterable, Iterator

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from eligibility.models import Policy
from messaging.invariants.invariant import Invariant, ids, number_of
from messaging.models import ContactRequest, QuotaEntry, Receipt
from messaging.slots import DAY


def _slots_over_the_daily_limit() -> Iterator[object]:
    for policy in Policy.objects.all():
        for plan, terms in policy.terms().plans.items():
            if terms.quota.window == "day":
                yield from ids(_one_too_many(policy, plan, terms.quota.slots))


def _one_too_many(policy: Policy, plan: str, slots: int) -> QuerySet[QuotaEntry]:
    """The uses under this policy and plan that as many others of the client's lie within the 24
    hours before as there are slots."""
    used = QuotaEntry.objects.filter(kind=QuotaEntry.Kind.USED)
    within = used.filter(client=OuterRef("client"), at__gt=OuterRef("at") - DAY)
    before = within.filter(Q(at__lt=OuterRef("at")) | Q(at=OuterRef("at"), pk__lt=OuterRef("pk")))
    under = used.filter(request__receipt__policy=policy, request__receipt__plan=plan)
    return under.annotate(before=number_of(before, "client")).filter(before__gte=slots)


def _slots_not_matching_receipts() -> Iterable[object]:
    used = QuotaEntry.objects.filter(request=OuterRef("pk"), kind=QuotaEntry.Kind.USED)
    exact = used.filter(at=OuterRef("sent_at"), client=OuterRef("client"))
    by_gate = Q(receipt__basis=Receipt.Basis.GATE)
    wrong = (by_gate & ~Exists(exact)) | (~by_gate & Exists(used))
    return ids(ContactRequest.objects.filter(wrong))


def _credits_without_reason() -> Iterable[object]:
    used = QuotaEntry.objects.filter(request=OuterRef("request"), kind=QuotaEntry.Kind.USED)
    answered = Q(request__state__in=ContactRequest.ANSWERS, request__told_at=F("at"))
    returned = QuotaEntry.objects.filter(kind=QuotaEntry.Kind.RETURNED)
    return ids(returned.filter(~Exists(used) | ~answered))


INVARIANTS = (
    Invariant("No 24 hours hold more slots than the plan has.", _slots_over_the_daily_limit),
    Invariant("Exactly the requests let in by the gate used a slot.", _slots_not_matching_receipts),
    Invariant("A credit returns for an answer that was told, once.", _credits_without_reason),
)

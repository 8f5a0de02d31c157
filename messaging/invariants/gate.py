"""The gate and what receipts say of it."""

from collections.abc import Iterable, Iterator

from django.db.models import Exists, OuterRef, Q

from eligibility import receipts
from eligibility.models import Hold
from eligibility.rules import Criterion, Eligible
from eligibility.selectors import verdict_at
from messaging.invariants.invariant import Invariant, ids
from messaging.models import ContactRequest, Message, Receipt

JUDGED_AGAIN = 200  # the newest receipts, at six queries each


def _requests_without_receipt() -> Iterable[object]:
    return ids(ContactRequest.objects.filter(receipt=None))


def _receipts_of_unmet_criteria() -> Iterable[object]:
    """A receipt has one result per criterion; a relationship asks for good standing only."""
    last = len(Criterion) - 1
    incomplete = Q(**{f"results__{last}__isnull": True}) | Q(
        **{f"results__{last + 1}__isnull": False}
    )
    unmet, nothing_asked = Q(), Q()
    for number in range(len(Criterion)):
        row = f"results__{number}"
        failed = Q(**{f"{row}__met": False})
        standing = Q(**{f"{row}__criterion": Criterion.GOOD_STANDING.value})
        unmet |= Q(basis=Receipt.Basis.GATE) & Q(**{f"{row}__required": True}) & failed
        unmet |= Q(basis=Receipt.Basis.RELATIONSHIP) & standing & failed
        nothing_asked &= Q(**{f"{row}__required": False})
    by_gate = Q(basis=Receipt.Basis.GATE)
    return ids(Receipt.objects.filter(incomplete | unmet | (by_gate & nothing_asked)))


def _messages_while_on_hold() -> Iterable[object]:
    sent = Message.objects.filter(
        sender_client=OuterRef("client"), sent_at__gt=OuterRef("recorded_at")
    ).filter(sent_at__gt=OuterRef("at"))
    still = sent.filter(sent_at__lt=OuterRef("released_at"))
    open_hold = Q(released_at=None)
    return ids(Hold.objects.filter((open_hold & Exists(sent)) | (~open_hold & Exists(still))))


def _receipts_judged_otherwise() -> Iterator[object]:
    """Facts are dated twice, so the verdict of a past instant can be had again."""
    newest = Receipt.objects.select_related("request").order_by("-pk")[:JUDGED_AGAIN]
    for receipt in newest:
        verdict = verdict_at(receipt.request.client_id, receipt.evaluated_at)
        let_through = receipt.basis == Receipt.Basis.RELATIONSHIP or isinstance(verdict, Eligible)
        same = receipts.content(verdict) == receipt.results
        if not (let_through and same and verdict.policy_version == receipt.policy_id):
            yield receipt.pk


INVARIANTS = (
    Invariant("Every request has a receipt.", _requests_without_receipt),
    Invariant("A receipt shows every criterion asked for as met.", _receipts_of_unmet_criteria),
    Invariant("A client on hold sends nothing.", _messages_while_on_hold),
    Invariant("A receipt is what the facts of its instant give.", _receipts_judged_otherwise),
)

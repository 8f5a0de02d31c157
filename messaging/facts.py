"""What a freelancer sees of who is asking: facts and bands, never free text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from accounts.models import ClientAccount, Relationship
from eligibility import receipts
from eligibility.rules import Criterion, CriterionResult, Evaluation
from messaging.models import ContactRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFacts:
    """One client account as others may know it. `spend_cents`: the gate's spend, told as a band."""

    client: ClientAccount
    verified_billing: bool
    spend_cents: int
    hired: int


@dataclass(frozen=True, slots=True)
class Card:
    """A sealed request."""

    request: ContactRequest
    facts: ClientFacts
    results: list[CriterionResult]


def cards(requests: Sequence[ContactRequest], now: datetime) -> list[Card]:
    """The facts as the receipts hold them. One query however many requests."""
    hired = _hired([request.client_id for request in requests], now)
    return [
        Card(
            request,
            _facts(request.client, results, hired.get(request.client_id, 0)),
            results,
        )
        for request in requests
        for results in [receipts.results(request.receipt.results)]
    ]


def facts_of(client: ClientAccount, verdict: Evaluation) -> ClientFacts:
    """The facts as they are at the verdict's instant. One query."""
    hired = _hired([client.pk], verdict.at)
    return _facts(client, verdict.results, hired.get(client.pk, 0))


def _facts(client: ClientAccount, results: Sequence[CriterionResult], hired: int) -> ClientFacts:
    by_criterion = {result.criterion: result for result in results}
    spend = by_criterion[Criterion.SPEND].observed
    return ClientFacts(
        client=client,
        verified_billing=by_criterion[Criterion.BILLING_METHOD].met,
        spend_cents=spend if isinstance(spend, int) else 0,
        hired=hired,
    )


def _hired(client_ids: list[int], now: datetime) -> dict[int, int]:
    """How many freelancers each client has had a contract with."""
    contracts = Relationship.objects.filter(
        client__in=client_ids, kind=Relationship.Kind.CONTRACT, at__lte=now
    )
    counted = contracts.values("client").annotate(n=Count("freelancer", distinct=True))
    return dict(counted.values_list("client", "n"))

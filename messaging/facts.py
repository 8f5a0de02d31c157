"""What a freelancer sees of who is asking: facts and bands, never free text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import countries, dates
from accounts.models import ClientAccount, Relationship
from eligibility import receipts
from eligibility.rules import Criterion, CriterionResult, Evaluation
from messaging import wording
from messaging.models import ContactRequest, Flag


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a client's requests, from five answers up, in steps of five and in three
    bands: between two steps five people answered, and no band can say what one of them did.

    `answered` is a multiple of five; `share` is "few", "half" or "most" of them accepted.
    `upheld`: how many people's flags were upheld within the last 90 days.
    """

    answered: int
    share: str
    upheld: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFacts:
    """One client account as others may know it. `spend_cents`: the gate's spend, told as a band."""

    client: ClientAccount
    verified_billing: bool
    spend_cents: int
    hired: int
    record: Record | None = None

    @property
    def words(self) -> list[str]:
        """All but the record, as short as they stand on one line."""
        since = dates.month(timezone.localtime(self.client.joined_at))
        words = [
            countries.by_code().get(self.client.country, ""),
            _("member since {since}").format(since=since),
            _("billing verified") if self.verified_billing else _("billing not verified"),
            _("{band} paid in 12 months").format(band=wording.spend_band(self.spend_cents)),
            ngettext("{n} person hired", "{n} people hired", self.hired).format(n=self.hired)
            if self.hired
            else "",
        ]
        return [each for each in words if each]


@dataclass(frozen=True, slots=True)
class Card:
    """A sealed request."""

    request: ContactRequest
    facts: ClientFacts
    results: list[CriterionResult]


def cards(requests: Sequence[ContactRequest], now: datetime) -> list[Card]:
    """The facts as the receipts hold them. At most three queries however many requests."""
    ids = [request.client_id for request in requests]
    hired, record = _hired(ids, now), records(ids, now)
    return [
        Card(
            request,
            _facts(
                request.client,
                results,
                hired.get(request.client_id, 0),
                record.get(request.client_id),
            ),
            results,
        )
        for request in requests
        for results in [receipts.results(request.receipt.results)]
    ]


def facts_of(client: ClientAccount, verdict: Evaluation) -> ClientFacts:
    """The facts as they are at the verdict's instant. At most three queries."""
    hired, record = _hired([client.pk], verdict.at), records([client.pk], verdict.at)
    return _facts(client, verdict.results, hired.get(client.pk, 0), record.get(client.pk))


def _facts(
    client: ClientAccount,
    results: Sequence[CriterionResult],
    hired: int,
    record: Record | None,
) -> ClientFacts:
    by_criterion = {result.criterion: result for result in results}
    spend = by_criterion[Criterion.SPEND].observed
    return ClientFacts(
        client=client,
        verified_billing=by_criterion[Criterion.BILLING_METHOD].met,
        spend_cents=spend if isinstance(spend, int) else 0,
        hired=hired,
        record=record,
    )


def _hired(client_ids: list[int], now: datetime) -> dict[int, int]:
    """How many freelancers each client has had a contract with."""
    contracts = Relationship.objects.filter(
        client__in=client_ids, kind=Relationship.Kind.CONTRACT, at__lte=now
    )
    counted = contracts.values("client").annotate(n=Count("freelancer", distinct=True))
    return dict(counted.values_list("client", "n"))


STEP = 5
FLAGS_COUNT_FOR = timedelta(days=90)
_OUTCOMES = (ContactRequest.State.ACCEPTED, ContactRequest.State.DECLINED)


def records(client_ids: list[int], now: datetime) -> dict[int, Record]:
    """The record of each client that has one, counted from the year before this one. One query,
    and one more when any has."""
    since = now.replace(
        year=now.year - 1, month=1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    told = ContactRequest.objects.filter(
        client__in=client_ids, state__in=_OUTCOMES, told_at__gte=since, told_at__lte=now
    )
    outcomes: dict[int, list[bool]] = {}
    for client, state in told.order_by("told_at", "id").values_list("client", "state"):
        outcomes.setdefault(client, []).append(state == ContactRequest.State.ACCEPTED)
    counted = {client: of[: len(of) - len(of) % STEP] for client, of in outcomes.items()}
    known = {client: of for client, of in counted.items() if of}
    upheld = _upheld(list(known), now)
    return {
        client: Record(len(of), _share(sum(of), len(of)), upheld.get(client, 0))
        for client, of in known.items()
    }


def _share(accepted: int, answered: int) -> str:
    if 3 * accepted <= answered:
        return "few"
    return "most" if 3 * accepted >= 2 * answered else "half"


def _upheld(client_ids: list[int], now: datetime) -> dict[int, int]:
    flags = Flag.objects.filter(
        outcome=Flag.Outcome.UPHELD,
        decided_at__gt=now - FLAGS_COUNT_FOR,
        message__sender_client__in=client_ids,
    )
    counted = (
        flags.order_by()
        .values("message__sender_client")
        .annotate(n=Count("reporter", distinct=True))
    )
    return dict(counted.values_list("message__sender_client", "n"))

"""What a client account sent, and the lines of its ledger."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import ClientAccount, Membership, Relationship
from eligibility.rules import Evaluation
from messaging.models import ContactRequest, QuotaEntry
from messaging.quota import due_credits

State = ContactRequest.State


def sent_requests(member: Membership, now: datetime, state: str = "") -> QuerySet[ContactRequest]:
    """What the client account sent and to whom; all of it, or what reads `state` to the client."""
    sent = member.client.requests.select_related(
        "freelancer", "skill", "member", "message", "conversation"
    )
    return sent.filter(_told_as(state, now)) if state else sent


def _told_as(state: str, now: datetime) -> Q:
    """The rows of which `told_state(now)` is `state`."""
    match state:
        case State.WAITING:
            return Q(state=State.WAITING, expires_at__gt=now) | Q(told_at__gt=now)
        case State.EXPIRED:
            written = Q(state=State.EXPIRED, told_at__lte=now)
            return written | Q(state=State.WAITING, expires_at__lte=now)
        case _:
            return Q(state=state, told_at__lte=now)


def known_among(client: ClientAccount, freelancer_ids: Iterable[int], now: datetime) -> set[int]:
    """Which of these freelancers the client account has a relationship with. One query."""
    facts = Relationship.objects.filter(
        client=client, freelancer__in=set(freelancer_ids), kind__in=Relationship.KNOWN
    )
    known = facts.filter(at__lte=now, recorded_at__lte=now)
    return set(known.values_list("freelancer_id", flat=True))


def used_slot(request: ContactRequest) -> bool:
    """Whether the request took one of the client's places, as between strangers it does."""
    return request.quota_entries.filter(kind=QuotaEntry.Kind.USED).exists()


def ledger(client: ClientAccount) -> QuerySet[QuotaEntry]:
    """Every slot used or returned, with the request it was for."""
    return client.quota_entries.select_related("request__freelancer")


def due_lines(client: ClientAccount, terms: Evaluation) -> list[QuotaEntry]:
    """The lines that are due at `terms.at` and not written yet, each with its request, the newest
    first. At most three queries; none where the plan gives nothing back."""
    due = due_credits(client.pk, terms.quota, anchor_day=terms.anchor_day, now=terms.at)
    requests = ContactRequest.objects.select_related("freelancer")
    found = requests.in_bulk([line.request_id for line in due])
    for line in due:
        line.request = found[line.request_id]
    return due[::-1]


def given_back(lines: Sequence[QuotaEntry]) -> dict[int, datetime]:
    """Of the requests of `lines`: when the place that each had used was given back. One query."""
    rows = QuotaEntry.objects.filter(
        request__in={line.request_id for line in lines}, kind=QuotaEntry.Kind.RETURNED
    )
    return dict(rows.values_list("request_id", "at"))

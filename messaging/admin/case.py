"""A flag's case as a moderator reads it: a fixed number of queries, whatever its history."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import Count, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from accounts.clock import database_now
from accounts.models import ClientAccount, FreelancerProfile, Membership, User
from accounts.models.client import Plan
from eligibility import receipts
from eligibility.models import Hold
from eligibility.rules import CriterionResult, Verdict
from eligibility.selectors import verdict_at
from messaging import wording
from messaging.models import (
    ContactRequest,
    DoorTrial,
    Flag,
    Message,
    ModerationAction,
    Receipt,
)
from messaging.models.conversation import Side

NEIGHBOURS = 10  # messages shown before the reported one, and after it
LAST_ACTIONS = 5
TRIALS_COUNT_FOR = timedelta(days=90)

#: The most serious first.
SEVERITY = [
    Flag.Reason.SCAM,
    Flag.Reason.HARASSMENT,
    Flag.Reason.OFF_PLATFORM,
    Flag.Reason.SPAM,
    Flag.Reason.OTHER,
]


@dataclass(frozen=True, slots=True)
class Record:
    """How many flags there are of one kind, and what came of them."""

    total: int
    upheld: int
    dismissed: int

    @property
    def undecided(self) -> int:
        return self.total - self.upheld - self.dismissed


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One criterion of a receipt, in words. `state`: "met", "unmet" or "free" (not asked for)."""

    title: str
    observed: str
    threshold: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that is laid before the moderator. `trials`: in how many hours of the last 90 days
    the client's account asked after more shut doors than it may."""

    flag: Flag
    now: datetime
    client: ClientAccount
    freelancer: FreelancerProfile
    accused: str
    thread: list[Message]
    earlier: int
    later: int
    request: ContactRequest | None
    receipt: Receipt | None
    lines: list[Line]
    plan: str
    standing: str
    hold: Hold | None
    against: Record
    reporter: Record
    actions: list[ModerationAction]
    trials: int

    @property
    def message_is_clients(self) -> bool:
        return self.flag.message.side == Side.CLIENT


def severity() -> models.Case:
    """A flag's place among the reasons, 0 the most serious."""
    ranks = [When(reason=reason, then=Value(rank)) for rank, reason in enumerate(SEVERITY)]
    return models.Case(*ranks, default=Value(len(SEVERITY)))


def queue() -> QuerySet[Any]:
    """All flags, the most serious (`severity` 0) and oldest first."""
    flags = Flag.objects.select_related(
        "message__conversation__client", "message__conversation__freelancer", "decided_by"
    )
    ranked = flags.annotate(severity=severity())
    return ranked.order_by("severity", "raised_at", "pk")


def not_mine(person: User) -> Q:
    """Of flags: those whose conversation the person is no party to, neither as its freelancer nor
    as a member of its client. Whoever is a party must not judge, nor read who reported them."""
    return ~Q(message__conversation__client__in=accounts_of(person)) & ~Q(
        message__conversation__freelancer__user=person
    )


def actions_not_mine(person: User) -> Q:
    """The same of moderators' actions. A hold belongs to the flag that it was placed for."""
    mine = Flag.objects.exclude(not_mine(person))
    return (
        ~Q(client__in=accounts_of(person))
        & ~Q(flag__in=mine)
        & ~Q(hold__in=Hold.objects.filter(actions__flag__in=mine))
    )


def is_party(person: User, flag: Flag) -> bool:
    """Whether this is the person's own case."""
    return not Flag.objects.filter(not_mine(person), pk=flag.pk).exists()


def accounts_of(person: User) -> QuerySet[Any, Any]:
    """The client account that the person writes for now, by its id."""
    return Membership.objects.filter(user=person, left_at=None).values("client")


def next_undecided(flag: Flag, moderator: User) -> Flag | None:
    """What the moderator may look at after this one; after the last, the first that is still
    undecided."""
    waiting = queue().filter(not_mine(moderator), outcome="").exclude(pk=flag.pk)
    rank = SEVERITY.index(Flag.Reason(flag.reason))
    after = Q(severity__gt=rank) | Q(severity=rank, raised_at__gt=flag.raised_at)
    return waiting.filter(after).first() or waiting.first()


def lay_out(flag: Flag, moderator: User) -> Case:
    """Read the case as it stands now. What came of the moderator's own cases is left out."""
    now = database_now()
    message = flag.message
    conversation = message.conversation
    client, freelancer = conversation.client, conversation.freelancer
    request = _request_behind(message)
    receipt: Receipt | None = getattr(request, "receipt", None)
    thread = _around(message)
    verdict = verdict_at(client.pk, now)
    written_by_accused = (
        Q(message__sender_client=client)
        if message.side == Side.CLIENT
        else Q(message__sender_client=None, message__conversation__freelancer=freelancer)
    )
    return Case(
        flag=flag,
        now=now,
        client=client,
        freelancer=freelancer,
        accused=str(client if message.side == Side.CLIENT else freelancer),
        thread=thread,
        earlier=thread[0].seq - 1,
        later=conversation.last_seq - thread[-1].seq,
        request=request,
        receipt=receipt,
        lines=[_line(result) for result in receipts.results(receipt.results)] if receipt else [],
        plan=str(Plan(verdict.plan).label),
        standing=_standing(verdict),
        hold=Hold.objects.filter(client=client, released_at=None)
        .select_related("placed_by")
        .first(),
        against=_record(Flag.objects.filter(written_by_accused).exclude(pk=flag.pk)),
        reporter=_record(Flag.objects.filter(reporter=flag.reporter_id).exclude(pk=flag.pk)),
        actions=list(
            ModerationAction.objects.filter(actions_not_mine(moderator), client=client)
            .select_related("moderator")
            .order_by("-at", "-pk")[:LAST_ACTIONS]
        ),
        trials=DoorTrial.objects.filter(client=client, at__gt=now - TRIALS_COUNT_FOR).count(),
    )


def _standing(verdict: Verdict) -> str:
    """Whether the gate would let the client through now."""
    if not verdict.may_start:
        return _("This plan does not start conversations")
    if verdict.unmet:
        parts = "; ".join(wording.missing(result) for result in verdict.unmet)
        return _("Does not pass the gate: {parts}").format(parts=parts)
    return _("Passes the gate")


def _around(message: Message) -> list[Message]:
    """The message with its neighbours, oldest first."""
    near = Message.objects.filter(
        conversation=message.conversation_id,
        seq__range=(message.seq - NEIGHBOURS, message.seq + NEIGHBOURS),
    )
    return list(near.order_by("seq"))


def _request_behind(message: Message) -> ContactRequest | None:
    """The request that began it; a freelancer may have begun it without one."""
    return (
        ContactRequest.objects.filter(
            conversation=message.conversation_id, message__seq__lte=message.seq
        )
        .select_related("receipt", "skill", "member")
        .order_by("-message__seq")
        .first()
    )


def _line(result: CriterionResult) -> Line:
    state = "met" if result.met else "unmet"
    return Line(
        title=str(wording.TITLES[result.criterion]),
        observed=wording.observed(result),
        threshold=wording.threshold(result),
        state=state if result.required else "free",
    )


def _record(flags: QuerySet[Flag]) -> Record:
    counts: dict[str, Any] = flags.aggregate(
        total=Count("pk"),
        upheld=Count("pk", filter=Q(outcome=Flag.Outcome.UPHELD)),
        dismissed=Count("pk", filter=Q(outcome=Flag.Outcome.DISMISSED)),
    )
    return Record(**counts)

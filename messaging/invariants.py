"""What must hold of the stored rows at any moment: after every test, fault and restore.

Each check is one query, so it sees one instant of a site at work; the last one judges again what
was let through, for a bounded number of receipts. A check gives the ids of the rows that break it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import Count, Exists, F, Max, Min, Model, OuterRef, Q, QuerySet, Window
from django.db.models.functions import Lag

from accounts.clock import database_now
from accounts.models import Membership
from eligibility import receipts
from eligibility.models import Hold, Payment, Policy, Refund
from eligibility.rules import Criterion, Eligible
from eligibility.selectors import verdict_at
from messaging.models import (
    Act,
    Block,
    ContactRequest,
    Conversation,
    Flag,
    Message,
    ModerationAction,
    QuotaEntry,
    Receipt,
)
from messaging.policy import DAY

SHOWN = 20  # ids that one broken invariant names at most
JUDGED_AGAIN = 200  # the newest receipts, at six queries each

State = ContactRequest.State


@dataclass(frozen=True, slots=True)
class Invariant:
    """`broken` gives ids of the rows that break `sentence`; nothing when it holds."""

    sentence: str
    broken: Callable[[], Iterable[object]]


@dataclass(frozen=True, slots=True)
class Violation:
    """A sentence that does not hold, and the first rows that show it."""

    sentence: str
    rows: tuple[object, ...]


def violations() -> Iterator[Violation]:
    """Every invariant that does not hold now."""
    for invariant in INVARIANTS:
        rows = tuple(islice(invariant.broken(), SHOWN))
        if rows:
            yield Violation(invariant.sentence, rows)


def _ids(rows: QuerySet[Model]) -> Iterable[object]:
    return rows.order_by().values_list("pk", flat=True)[:SHOWN].iterator()


# Gate and receipts


def _requests_without_receipt() -> Iterable[object]:
    return _ids(ContactRequest.objects.filter(receipt=None))


def _receipts_of_unmet_criteria() -> Iterator[object]:
    rows = Receipt.objects.values_list("pk", "basis", "results")
    for pk, basis, results in rows.iterator(chunk_size=2000):
        asked = [row for row in results if row["required"]]
        if basis == Receipt.Basis.RELATIONSHIP:
            asked = [row for row in results if row["criterion"] == Criterion.GOOD_STANDING]
        if not asked or not all(row["met"] for row in asked):
            yield pk


def _messages_while_on_hold() -> Iterable[object]:
    sent = Message.objects.filter(
        sender_client=OuterRef("client"), sent_at__gt=OuterRef("recorded_at")
    ).filter(sent_at__gt=OuterRef("at"))
    still = sent.filter(sent_at__lt=OuterRef("released_at"))
    open_hold = Q(released_at=None)
    return _ids(Hold.objects.filter((open_hold & Exists(sent)) | (~open_hold & Exists(still))))


def _receipts_judged_otherwise() -> Iterator[object]:
    """Facts are dated twice, so the verdict of a past instant can be had again."""
    newest = Receipt.objects.select_related("request").order_by("-pk")[:JUDGED_AGAIN]
    for receipt in newest:
        verdict = verdict_at(receipt.request.client_id, receipt.evaluated_at)
        let_through = receipt.basis == Receipt.Basis.RELATIONSHIP or isinstance(verdict, Eligible)
        same = receipts.content(verdict) == receipt.results
        if not (let_through and same and verdict.policy_version == receipt.policy_id):
            yield receipt.pk


# Quota


def _slots_over_the_daily_limit() -> Iterator[object]:
    """Under one policy and plan, the use `slots` places earlier is at least 24 hours older."""
    for policy in Policy.objects.all():
        for plan, terms in policy.terms().plans.items():
            if terms.quota.window == "day":
                yield from _ids(_too_close(policy, plan, terms.quota.slots))


def _too_close(policy: Policy, plan: str, slots: int) -> QuerySet[QuotaEntry]:
    uses = QuotaEntry.objects.filter(
        kind=QuotaEntry.Kind.USED, request__receipt__policy=policy, request__receipt__plan=plan
    )
    if slots == 0:
        return uses
    earlier = Window(Lag("at", offset=slots), partition_by="client", order_by=["at", "id"])
    return uses.annotate(earlier=earlier).filter(earlier__gt=F("at") - DAY)


def _slots_not_matching_receipts() -> Iterable[object]:
    used = QuotaEntry.objects.filter(request=OuterRef("pk"), kind=QuotaEntry.Kind.USED)
    exact = used.filter(at=OuterRef("sent_at"), client=OuterRef("client"))
    by_gate = Q(receipt__basis=Receipt.Basis.GATE)
    wrong = (by_gate & ~Exists(exact)) | (~by_gate & Exists(used))
    return _ids(ContactRequest.objects.filter(wrong))


def _credits_without_reason() -> Iterable[object]:
    used = QuotaEntry.objects.filter(request=OuterRef("request"), kind=QuotaEntry.Kind.USED)
    accepted = Q(request__state=State.ACCEPTED, request__answered_at=F("at"))
    returned = QuotaEntry.objects.filter(kind=QuotaEntry.Kind.RETURNED)
    return _ids(returned.filter(~Exists(used) | ~accepted))


# Pairs and states


def _pairs_with_two_conversations() -> Iterable[object]:
    return _twice(Conversation.objects.all(), "client", "freelancer")


def _pairs_with_two_waiting_requests() -> Iterable[object]:
    return _twice(ContactRequest.objects.filter(state=State.WAITING), "client", "freelancer")


def _twice(rows: QuerySet[Model], *columns: str) -> Iterator[object]:
    groups = rows.order_by().values(*columns).annotate(rows=Count("pk")).filter(rows__gt=1)
    yield from groups.values_list(*columns)[:SHOWN].iterator()


def _requests_without_their_acts() -> Iterable[object]:
    def acts(kind: Act.Kind) -> Count:
        return Count("acts", filter=Q(acts__kind=kind))

    counted = ContactRequest.objects.annotate(
        sent=acts(Act.Kind.REQUEST_SENT), accepted=acts(Act.Kind.REQUEST_ACCEPTED)
    )
    right = Q(sent=1) & (Q(state=State.WAITING, accepted=0) | Q(state=State.ACCEPTED, accepted=1))
    return _ids(counted.filter(~right))


def _waiting_requests_with_more_messages() -> Iterable[object]:
    later = Message.objects.filter(
        conversation=OuterRef("conversation"), seq__gt=OuterRef("message__seq")
    )
    waiting = ContactRequest.objects.filter(state=State.WAITING)
    opened = Q(conversation__accepted_at__isnull=False)
    return _ids(waiting.filter(Exists(later) | opened))


def _accepted_requests_without_conversation() -> Iterable[object]:
    accepted = ContactRequest.objects.filter(state=State.ACCEPTED)
    return _ids(accepted.filter(conversation__accepted_at=None))


def _requests_of_another_pair() -> Iterable[object]:
    same = Q(
        conversation__client=F("client"),
        conversation__freelancer=F("freelancer"),
        message__conversation=F("conversation"),
        message__sender_client=F("client"),
    )
    return _ids(ContactRequest.objects.exclude(same))


# Consent and delivery


def _messages_while_blocked() -> Iterable[object]:
    sent = Message.objects.filter(
        conversation__client=OuterRef("client"),
        conversation__freelancer=OuterRef("freelancer"),
        sender_client=OuterRef("client"),
        sent_at__gt=OuterRef("placed_at"),
    )
    still = sent.filter(sent_at__lt=OuterRef("lifted_at"))
    in_force = Q(lifted_at=None)
    return _ids(Block.objects.filter((in_force & Exists(sent)) | (~in_force & Exists(still))))


def _keys_used_twice() -> Iterator[object]:
    by_clients = Message.objects.exclude(sender_client=None)
    yield from _twice(by_clients, "sender_client", "submission_key")
    yield from _twice(Message.objects.filter(sender_client=None), "author", "submission_key")


def _threads_with_gaps() -> Iterable[object]:
    counted = Conversation.objects.annotate(
        messages=Count("thread"), first=Min("thread__seq"), last=Max("thread__seq")
    )
    whole = Q(first=1, messages=F("last_seq"), last=F("last_seq"))
    return _ids(counted.exclude(whole | Q(messages=0, last_seq=0)))


def _messages_of_strangers() -> Iterable[object]:
    by_client = Q(sender_client=F("conversation__client"))
    by_freelancer = Q(sender_client=None, author=F("conversation__freelancer__user"))
    return _ids(Message.objects.exclude(by_client | by_freelancer))


def _read_beyond_the_end() -> Iterable[object]:
    beyond = Q(client_read_seq__gt=F("last_seq")) | Q(freelancer_read_seq__gt=F("last_seq"))
    return _ids(Conversation.objects.filter(beyond))


# Moderation, money and time


def _flags_by_people_who_did_not_receive() -> Iterable[object]:
    member = Membership.objects.filter(
        client=OuterRef("message__conversation__client"), user=OuterRef("reporter")
    )
    from_client = Q(message__sender_client__isnull=False)
    to_freelancer = Q(reporter=F("message__conversation__freelancer__user"))
    received = (from_client & to_freelancer) | (~from_client & Exists(member))
    return _ids(Flag.objects.exclude(received))


def _flags_not_decided_once() -> Iterable[object]:
    kinds = [ModerationAction.Kind.FLAG_UPHELD, ModerationAction.Kind.FLAG_DISMISSED]
    counted = Flag.objects.annotate(decisions=Count("actions", filter=Q(actions__kind__in=kinds)))
    return _ids(counted.exclude(Q(outcome="", decisions=0) | (~Q(outcome="") & Q(decisions=1))))


def _money_that_is_not_positive() -> Iterator[object]:
    for model in (Payment, Refund):
        yield from _ids(model._default_manager.exclude(amount_cents__gt=0, amount__gt=0))


def _instants_after_now() -> Iterator[object]:
    now = database_now()
    yield from _later(now, Message, "sent_at")
    yield from _later(now, ContactRequest, "sent_at")
    yield from _later(now, Receipt, "evaluated_at")
    yield from _later(now, QuotaEntry, "at")
    yield from _later(now, Act, "at")
    yield from _later(now, ModerationAction, "at")
    yield from _later(now, Block, "placed_at")
    yield from _later(now, Flag, "raised_at")


def _later(now: datetime, model: type[Model], field: str) -> Iterator[object]:
    for pk in _ids(model._default_manager.filter(**{f"{field}__gt": now})):
        yield f"{model._meta.verbose_name} {pk}"


INVARIANTS = (
    Invariant("Every request has a receipt.", _requests_without_receipt),
    Invariant("A receipt shows every criterion asked for as met.", _receipts_of_unmet_criteria),
    Invariant("A client on hold sends nothing.", _messages_while_on_hold),
    Invariant("A receipt is what the facts of its instant give.", _receipts_judged_otherwise),
    Invariant("No 24 hours hold more slots than the plan has.", _slots_over_the_daily_limit),
    Invariant("Exactly the requests let in by the gate used a slot.", _slots_not_matching_receipts),
    Invariant("A credit returns for an accepted request that used one.", _credits_without_reason),
    Invariant("A pair has one conversation.", _pairs_with_two_conversations),
    Invariant("A pair has one waiting request.", _pairs_with_two_waiting_requests),
    Invariant("Each step of a request has one line in the log.", _requests_without_their_acts),
    Invariant("After a waiting request nothing is written.", _waiting_requests_with_more_messages),
    Invariant("Accepting opens the conversation.", _accepted_requests_without_conversation),
    Invariant("A request and its message belong to one pair.", _requests_of_another_pair),
    Invariant("Nothing arrives while a block is in force.", _messages_while_blocked),
    Invariant("One submission key is one message.", _keys_used_twice),
    Invariant("A conversation's messages count 1 to n.", _threads_with_gaps),
    Invariant("Only a conversation's two sides write in it.", _messages_of_strangers),
    Invariant("Nobody has read what is not written.", _read_beyond_the_end),
    Invariant("A flag is by somebody who received it.", _flags_by_people_who_did_not_receive),
    Invariant("A flag is decided once, with one action.", _flags_not_decided_once),
    Invariant("Money is positive cents.", _money_that_is_not_positive),
    Invariant("Nothing happened in the future.", _instants_after_now),
)

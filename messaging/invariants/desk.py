"""Flags and their decisions, money and time."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Count, Exists, F, Model, OuterRef, Q

from accounts.clock import database_now
from accounts.models import Membership, Notification
from eligibility.models import Payment, Refund
from messaging.invariants.invariant import Invariant, ids
from messaging.models import (
    Act,
    Block,
    ContactRequest,
    Flag,
    Message,
    ModerationAction,
    OpenDoorLink,
    QuotaEntry,
    Receipt,
)


def _flags_by_people_who_did_not_receive() -> Iterable[object]:
    member = Membership.objects.filter(
        client=OuterRef("message__conversation__client"), user=OuterRef("reporter")
    )
    from_client = Q(message__sender_client__isnull=False)
    to_freelancer = Q(reporter=F("message__conversation__freelancer__user"))
    received = (from_client & to_freelancer) | (~from_client & Exists(member))
    return ids(Flag.objects.exclude(received))


def _flags_not_decided_once() -> Iterable[object]:
    kinds = [ModerationAction.Kind.FLAG_UPHELD, ModerationAction.Kind.FLAG_DISMISSED]
    counted = Flag.objects.annotate(decisions=Count("actions", filter=Q(actions__kind__in=kinds)))
    return ids(counted.exclude(Q(outcome="", decisions=0) | (~Q(outcome="") & Q(decisions=1))))


def _money_that_is_not_positive() -> Iterator[object]:
    for model in (Payment, Refund):
        yield from ids(model._default_manager.exclude(amount_cents__gt=0, amount__gt=0))


def _instants_after_now() -> Iterator[object]:
    now = database_now()
    yield from _later(now, Message, "sent_at")
    yield from _later(now, ContactRequest, "sent_at")
    yield from _later(now, ContactRequest, "ended_at")
    yield from _later(now, Receipt, "evaluated_at")
    yield from _later(now, QuotaEntry, "at")
    yield from _later(now, Act, "at")
    yield from _later(now, ModerationAction, "at")
    yield from _later(now, Block, "placed_at")
    yield from _later(now, OpenDoorLink, "made_at")
    yield from _later(now, Flag, "raised_at")
    yield from _later(now, Notification, "at")


def _later(now: datetime, model: type[Model], field: str) -> Iterator[object]:
    for pk in ids(model._default_manager.filter(**{f"{field}__gt": now})):
        yield f"{model._meta.verbose_name} {pk}"


INVARIANTS = (
    Invariant("A flag is by somebody who received it.", _flags_by_people_who_did_not_receive),
    Invariant("A flag is decided once, with one action.", _flags_not_decided_once),
    Invariant("Money is positive cents.", _money_that_is_not_positive),
    Invariant("Nothing happened in the future.", _instants_after_now),
)

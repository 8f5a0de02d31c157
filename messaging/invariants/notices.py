"""What people are told: nothing without its cause, and each cause to each of them once."""

from collections.abc import Iterable, Iterator

from django.conf import settings
from django.db.models import Exists, F, Model, OuterRef, Q, QuerySet, Subquery

from accounts.clock import database_now
from accounts.models import Notification
from eligibility.models import Hold
from messaging.invariants.invariant import Invariant, ids, twice
from messaging.models import ContactRequest, Flag, Message

Kind = Notification.Kind
_PAIR = {"client": OuterRef("client"), "freelancer": OuterRef("freelancer")}


def _notices_without_cause() -> Iterator[object]:
    """Of what nobody sent, received, reported or was held for."""
    own = Q(freelancer__user=OuterRef("recipient"))
    requests = ContactRequest.objects.filter(pk=OuterRef("subject"), **_PAIR)
    messages = Message.objects.filter(
        pk=OuterRef("subject"),
        conversation__client=OuterRef("client"),
        conversation__freelancer=OuterRef("freelancer"),
        sent_at=OuterRef("at"),
    ).exclude(author=OuterRef("recipient"))
    flags = Flag.objects.filter(
        pk=OuterRef("subject"), reporter=OuterRef("recipient"), outcome=OuterRef("detail")
    )
    yield from _without(requests.filter(own), Kind.REQUEST, Kind.EXPIRING)
    yield from _without(requests.exclude(own), Kind.ANSWER)
    yield from _without(messages, Kind.MESSAGE)
    yield from _without(flags, Kind.DECISION)
    held = Hold.objects.filter(pk=OuterRef("subject"), client=OuterRef("client"))
    yield from _without(held, Kind.STANDING)
    yield from ids(Notification.objects.filter(kind__in=[Kind.PLACES, Kind.GATE], client=None))


def _without(cause: QuerySet[Model], *kinds: str) -> Iterator[object]:
    return ids(Notification.objects.filter(~Exists(cause), kind__in=kinds))


def _requests_told_to_nobody() -> Iterable[object]:
    """Of those sent since people are told, whose rows are kept still. A parked one is kept longer,
    and says nothing of the others of its time."""
    rows = Notification.objects.filter(kind=Kind.REQUEST, parked_at=None)
    first = rows.order_by("at").values("at")[:1]
    kept = database_now() - settings.NOTICES_KEPT
    told = Notification.objects.filter(
        kind=Kind.REQUEST, subject=OuterRef("pk"), recipient=OuterRef("freelancer__user")
    )
    since = {"sent_at__gte": Subquery(first), "sent_at__gt": kept}
    return ids(ContactRequest.objects.filter(~Exists(told), **since))


def _answers_that_are_none() -> Iterator[object]:
    """What was undone, withdrawn or answered otherwise is not told; what was told stands, unless
    its receipt did not hold."""
    stands = ContactRequest.objects.filter(
        Q(state=OuterRef("detail"), told_at__lte=OuterRef("due_at")) | ~Q(revoked_at=None),
        pk=OuterRef("subject"),
    )
    return ids(Notification.objects.filter(~Exists(stands), kind=Kind.ANSWER))


def _told_twice() -> Iterator[object]:
    return twice(Notification.objects.all(), "recipient", "kind", "subject", "detail")


def _mailed_before_it_was_told() -> Iterable[object]:
    return ids(Notification.objects.filter(mailed_at__lt=F("due_at")))


INVARIANTS = (
    Invariant("A notice has its cause.", _notices_without_cause),
    Invariant("A request is told to its freelancer.", _requests_told_to_nobody),
    Invariant("An answer is told as it stands.", _answers_that_are_none),
    Invariant("Each cause is told to each person once.", _told_twice),
    Invariant("No mail comes before its news.", _mailed_before_it_was_told),
)

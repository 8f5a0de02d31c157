"""The freelancer's door and its links: what came in, against what receipts say of the door."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Count, F, IntegerField, OuterRef, Q
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from messaging.door import WEEK
from messaging.invariants.invariant import Invariant, ids, number_of
from messaging.models import ContactRequest, OpenDoorLink, Receipt
from messaging.slots import DAY

_BY_LINK = Q(door__way="link", link__isnull=False)
_KNOWN = Q(
    door__way="known", door__known_clients_pass=True, link=None, basis=Receipt.Basis.RELATIONSHIP
)
_BY_DOOR = Q(door__way="door", link=None)


def _ways_that_were_not_open() -> Iterable[object]:
    """Who is known passes where the door lets the known pass, a link needs to be one, and what came
    through the door counts as that. Receipts from before the door was kept name no way."""
    known = _KNOWN & Q(request__through_door=False)
    by_link = _BY_LINK & Q(request__through_door=False)
    by_door = _BY_DOOR & Q(request__through_door=True)
    named = Receipt.objects.filter(door__has_key="way")
    return ids(named.exclude(known | by_link | by_door))


def _let_in_by_a_shut_door() -> Iterator[object]:
    """A receipt's door that was closed or paused was passed by who is known, or by a link."""
    through = Receipt.objects.filter(_BY_DOOR)
    yield from ids(through.filter(door__state="closed"))
    paused = through.exclude(door__paused_until=None)
    rows = paused.values_list("pk", "evaluated_at", "door")
    for pk, at, door in rows.iterator(chunk_size=2000):
        if datetime.fromisoformat(door["paused_until"]) > at:
            yield pk


def _more_let_in_than_the_door_said() -> Iterator[object]:
    """The door's own limits stand in each receipt: so many before it within the span are fewer."""
    for name, span in (("intake_day", DAY), ("intake_week", WEEK)):
        let_in = ContactRequest.objects.filter(through_door=True)
        within = let_in.filter(
            freelancer=OuterRef("freelancer"), sent_at__gt=OuterRef("sent_at") - span
        )
        before = within.filter(
            Q(sent_at__lt=OuterRef("sent_at"))
            | Q(sent_at=OuterRef("sent_at"), pk__lt=OuterRef("pk"))
        )
        most = Cast(KeyTextTransform(name, "receipt__door"), IntegerField())
        # Said apart, because SQLite makes a number of JSON's own null.
        counting = let_in.filter(receipt__door__state="selective").exclude(
            **{f"receipt__door__{name}": None}
        )
        counted = counting.annotate(most=most, before=number_of(before, "freelancer"))
        yield from ids(counted.filter(before__gte=F("most")))


def _links_used_too_often() -> Iterable[object]:
    used = OpenDoorLink.objects.exclude(most_uses=None).annotate(uses=Count("receipts"))
    return ids(used.filter(uses__gt=F("most_uses")))


def _links_used_after_their_end() -> Iterable[object]:
    by_link = Receipt.objects.exclude(link=None)
    over = Q(evaluated_at__gte=F("link__expires_at")) | Q(evaluated_at__gt=F("link__revoked_at"))
    early = Q(evaluated_at__lt=F("link__made_at"))
    other = ~Q(request__freelancer=F("link__freelancer"))
    return ids(by_link.filter(over | early | other))


INVARIANTS = (
    Invariant("A request came by the way its receipt names.", _ways_that_were_not_open),
    Invariant("A shut door is passed by who is known or holds a link.", _let_in_by_a_shut_door),
    Invariant("A door lets in no more than it said.", _more_let_in_than_the_door_said),
    Invariant("A link is used no more often than it allows.", _links_used_too_often),
    Invariant("A link opens nothing after its end.", _links_used_after_their_end),
)

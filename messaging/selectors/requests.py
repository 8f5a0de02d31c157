"""Requests as their freelancer and their client find them."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404

from accounts.keyset import PAGE
from accounts.models import ClientAccount, FreelancerProfile
from messaging.models import Block, ContactRequest, Conversation, Message
from messaging.models.conversation import Side
from messaging.pair import EXPIRES_AFTER
from messaging.selectors.words import found_among, lies_further, says

State = ContactRequest.State

#: A badge says "99+" beyond this, so nothing ever counts a whole table.
BADGE_MOST = 100


class Shelf(StrEnum):
    """Where a freelancer's requests lie, each on one shelf or, of blocked clients, on two."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    PUT_OFF = "put_off"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    BLOCKED = "blocked"


def _block() -> Exists:
    """Of requests: whether the freelancer blocks the client now."""
    return Exists(
        Block.objects.filter(
            client=OuterRef("client"),
            freelancer=OuterRef("freelancer"),
            side=Side.FREELANCER,
            lifted_at=None,
        )
    )


def knocking(freelancer: FreelancerProfile, now: datetime) -> QuerySet[ContactRequest]:
    """Requests that wait for an answer, without those of clients who were blocked since."""
    return freelancer.requests.filter(~_block(), state=State.WAITING, expires_at__gt=now)


def unopened(freelancer: FreelancerProfile, now: datetime) -> int:
    """Requests whose seal is unbroken, counted up to BADGE_MOST."""
    return knocking(freelancer, now).filter(opened_at=None)[:BADGE_MOST].count()


def waiting_count(freelancer: FreelancerProfile, now: datetime) -> int:
    """Counted up to BADGE_MOST."""
    return knocking(freelancer, now)[:BADGE_MOST].count()


def on_shelf(
    freelancer: FreelancerProfile, shelf: Shelf, now: datetime, words: str = "", further: int = 0
) -> QuerySet[ContactRequest]:
    """One shelf of the freelancer's requests: who asks and for what. No letter is read.

    `words` are looked for in the client's name, the skill, and what was written in the
    conversation, never in a letter that is still sealed: among the newest REACH requests of the
    shelf, or `further` times as many further back. Two queries, when called.
    """
    found = _shelf(freelancer, shelf, now)
    if words:
        found = found.filter(pk__in=found_among(found, words, _mentions, "sent_at", further))
    return _for_cards(found)


def goes_further(
    freelancer: FreelancerProfile, shelf: Shelf, now: datetime, further: int = 0
) -> bool:
    """Whether older requests lie on the shelf than a search looked through. One query."""
    return lies_further(_shelf(freelancer, shelf, now), "sent_at", further)


def _shelf(freelancer: FreelancerProfile, shelf: Shelf, now: datetime) -> QuerySet[ContactRequest]:
    match shelf:
        case Shelf.WAITING:
            return knocking(freelancer, now)
        case Shelf.EXPIRED:
            unanswered = freelancer.requests.filter(state__in=[State.WAITING, State.EXPIRED])
            # The same as `expires_at <= now`, said so that the index is entered there.
            return unanswered.filter(sent_at__lte=now - EXPIRES_AFTER)
        case Shelf.BLOCKED:
            return freelancer.requests.filter(_block())
        case _:
            return freelancer.requests.filter(state=shelf.value)


def _mentions(text: str) -> Q:
    # A conversation can hold an old letter that was read and a new one that is sealed.
    said = Message.objects.filter(was_read(), says(text), conversation=OuterRef("conversation"))
    names = Q(client__name__icontains=text) | Q(skill__name__icontains=text)
    return names | Q(Exists(said), opened_at__isnull=False)


def was_read() -> Q:
    """Of messages: all but the letters that their freelancer has not opened."""
    return Q(request=None) | Q(request__opened_at__isnull=False)


def _for_cards(rows: QuerySet[ContactRequest]) -> QuerySet[ContactRequest]:
    return _addressed(rows.select_related("client", "skill", "receipt"))


def _addressed(rows: QuerySet[ContactRequest]) -> QuerySet[ContactRequest]:
    """With `message_public_id` and `conversation_public_id`, for the addresses of the two."""
    # Not joined: with two tables more PostgreSQL takes six times as long to plan what it reads at
    # once.
    letter = Message.objects.filter(pk=OuterRef("message")).values("public_id")
    talk = Conversation.objects.filter(pk=OuterRef("conversation")).values("public_id")
    return rows.annotate(message_public_id=Subquery(letter), conversation_public_id=Subquery(talk))


def chosen(freelancer: FreelancerProfile, public_ids: list[UUID]) -> QuerySet[ContactRequest]:
    """Those of the freelancer's own requests that are named, newest first; no letter is read."""
    own = freelancer.requests.filter(public_id__in=public_ids).select_related("message")
    return _for_cards(own).defer("message__body").order_by("-sent_at", "-id")


def count_up_to(most: int, rows: QuerySet[ContactRequest]) -> int:
    """How many rows there are, counted up to `most`."""
    return rows[:most].count()


def newest_ids(most: int, rows: QuerySet[ContactRequest]) -> list[UUID]:
    """What names the newest rows, at most so many."""
    return list(rows.order_by("-sent_at", "-id").values_list("public_id", flat=True)[:most])


def newer(
    freelancer: FreelancerProfile, shown: Sequence[ContactRequest], now: datetime
) -> list[UUID]:
    """Which requests wait that a list does not show, newer than the oldest of those it shows; at
    most a page of them. One query."""
    rows = knocking(freelancer, now).exclude(pk__in=[one.pk for one in shown])
    if shown:
        rows = rows.filter(sent_at__gt=min(one.sent_at for one in shown))
    return newest_ids(PAGE, rows)


def undoable(freelancer: FreelancerProfile, now: datetime) -> QuerySet[ContactRequest]:
    """The answers that can still be taken back, the latest first."""
    answered = freelancer.requests.filter(state__in=ContactRequest.ANSWERS, told_at__gt=now)
    return _addressed(answered.select_related("client")).order_by("-told_at", "-id")


def blocked_among(freelancer: FreelancerProfile, client_ids: list[int]) -> set[int]:
    """Which of these client accounts the freelancer blocks. One query."""
    placed = freelancer.blocks.filter(client__in=client_ids, side=Side.FREELANCER, lifted_at=None)
    return set(placed.values_list("client_id", flat=True))


def request_of(freelancer: FreelancerProfile, public_id: UUID) -> ContactRequest:
    """One of this freelancer's requests; its letter is read when asked for. Raises Http404."""
    rows = freelancer.requests.select_related(
        "client", "skill", "receipt__link", "conversation", "member"
    )
    return get_object_or_404(_addressed(rows), public_id=public_id)


def pair_request(
    client: ClientAccount, freelancer: FreelancerProfile, now: datetime
) -> ContactRequest | None:
    """The request that waits between the two, as the freelancer sees it."""
    pair = ContactRequest.objects.filter(client=client, freelancer=freelancer)
    return pair.filter(state=State.WAITING, expires_at__gt=now).first()


def latest_receipts(freelancer: FreelancerProfile, count: int) -> QuerySet[ContactRequest]:
    """The last `count` requests that came, with their receipts, newest first."""
    rows = freelancer.requests.select_related("client", "skill", "receipt")
    return rows.order_by("-sent_at", "-id")[:count]

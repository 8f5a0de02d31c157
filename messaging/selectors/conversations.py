"""Conversations and their messages. A client finds one from the instant it is told of it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from accounts.models import ClientAccount, FreelancerProfile, Membership
from messaging.models import ContactRequest, Conversation, Message
from messaging.models.conversation import Side
from messaging.selectors.requests import BADGE_MOST, was_read
from messaging.selectors.words import found_among, lies_further, looked_for, says


def unread(member: Membership | None, freelancer: FreelancerProfile | None, now: datetime) -> int:
    """Conversations with something new for the reader, counted up to BADGE_MOST."""
    mine = Q(pk__in=[])
    if member is not None:
        mine |= Q(client=member.client_id, last_seq__gt=F("client_read_seq"), accepted_at__lte=now)
    if freelancer is not None:
        mine |= Q(freelancer=freelancer, last_seq__gt=F("freelancer_read_seq"))
    return Conversation.objects.filter(mine, accepted_at__isnull=False)[:BADGE_MOST].count()


def conversations(
    *,
    client: ClientAccount | None = None,
    freelancer: FreelancerProfile | None = None,
    now: datetime,
) -> QuerySet[Conversation]:
    """One side's accepted conversations, each with its last message and its unread count."""
    mine = Q(freelancer=freelancer)
    if client is not None:
        mine = Q(client=client, accepted_at__lte=now)
    mark = "client_read_seq" if client is not None else "freelancer_read_seq"
    theirs = Message.objects.filter(
        conversation=OuterRef("pk"),
        seq__gt=OuterRef(mark),
        sender_client__isnull=client is not None,
    )
    last = Message.objects.filter(conversation=OuterRef("pk"), seq=OuterRef("last_seq"))
    return (
        Conversation.objects.filter(mine, accepted_at__isnull=False)
        .select_related("client", "freelancer")
        .annotate(
            unread=Coalesce(
                Subquery(
                    theirs.order_by().values("conversation").annotate(n=Count("pk")).values("n")
                ),
                0,
            ),
            last_body=Subquery(last.values("body")),
            last_author=Subquery(last.values("author")),
        )
    )


def mentioning(
    rows: QuerySet[Conversation], words: str, side: Side, further: int = 0
) -> QuerySet[Conversation]:
    """Those of one side's conversations that mention the words, in the other side's name or in what
    was written, each with the id of the newest message that says any of them (`found`). Letters
    that a freelancer never opened are not looked through for them; a client's search finds its own
    letters, opened or not, as it must not tell which. Two queries, when called."""
    other = "client" if side is Side.FREELANCER else "freelancer"
    readable = was_read() if side is Side.FREELANCER else Q()
    thread = Message.objects.filter(readable, conversation=OuterRef("pk"))

    def mentions(text: str) -> Q:
        return Q(**{f"{other}__name__icontains": text}) | Q(Exists(thread.filter(says(text))))

    any_of = Q(pk__in=[])
    for text in looked_for(words):
        any_of |= says(text)
    newest = thread.filter(any_of).order_by("-seq").values("pk")[:1]
    found = found_among(rows, words, mentions, "last_at", further)
    return rows.filter(pk__in=found).annotate(found=Subquery(newest))


def mentioned_further(rows: QuerySet[Conversation], further: int = 0) -> bool:
    """Whether there are older conversations than a search looked through. One query."""
    return lies_further(rows, "last_at", further)


def found_lines(rows: Sequence[Conversation]) -> dict[int, Message]:
    """For conversations that a search found: the message in which it found each, by conversation.
    One query."""
    ids = [getattr(row, "found", None) for row in rows]
    found = Message.objects.filter(pk__in=[pk for pk in ids if pk is not None])
    return {message.conversation_id: message for message in found}


def conversation_of(
    member: Membership | None,
    freelancer: FreelancerProfile | None,
    public_id: UUID,
    now: datetime,
) -> tuple[Conversation, Side]:
    """An accepted conversation of the reader, and the side they are on. Raises Http404."""
    mine = Q(pk__in=[])
    if member is not None:
        mine |= Q(client=member.client_id, accepted_at__lte=now)
    if freelancer is not None:
        mine |= Q(freelancer=freelancer)
    rows = Conversation.objects.select_related("client", "freelancer")
    conversation = get_object_or_404(
        rows.filter(accepted_at__isnull=False), mine, public_id=public_id
    )
    is_freelancer = freelancer is not None and conversation.freelancer_id == freelancer.pk
    return conversation, Side.FREELANCER if is_freelancer else Side.CLIENT


def untold_answer(conversation: Conversation, now: datetime) -> ContactRequest | None:
    """The request by whose acceptance the conversation is open, while the client is not told of it.
    No query once it is told."""
    if conversation.accepted_at is None or conversation.accepted_at <= now:
        return None
    accepted = conversation.requests.filter(state=ContactRequest.State.ACCEPTED, told_at__gt=now)
    return accepted.first()


def thread(conversation: Conversation) -> QuerySet[Message]:
    return conversation.thread.select_related("author", "request__skill")


def received_message(
    member: Membership | None, freelancer: FreelancerProfile | None, public_id: UUID
) -> Message:
    """A message somebody else sent to the reader. Raises Http404."""
    mine = Q(pk__in=[])
    if member is not None:
        mine |= Q(conversation__client=member.client_id, sender_client=None)
    if freelancer is not None:
        mine |= Q(conversation__freelancer=freelancer, sender_client__isnull=False)
    rows = Message.objects.select_related("conversation__client", "conversation__freelancer")
    return get_object_or_404(rows.select_related("request"), mine, public_id=public_id)


def conversation_between(client: ClientAccount, freelancer: FreelancerProfile) -> Conversation:
    return Conversation.objects.get(client=client, freelancer=freelancer)


def accepted_conversation(
    client: ClientAccount, freelancer: FreelancerProfile
) -> Conversation | None:
    pair = Conversation.objects.filter(client=client, freelancer=freelancer)
    return pair.filter(accepted_at__isnull=False).first()

"""Reads with joins. What a send is judged by is read whole, the same queries whatever comes out."""

from datetime import datetime
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.shortcuts import get_object_or_404

from accounts.models import ClientAccount, FreelancerProfile, Membership, Relationship, Skill
from accounts.text import fold
from eligibility.selectors import verdict_at
from messaging.models import Block, ContactRequest, Conversation, Message, QuotaEntry
from messaging.models.conversation import Side
from messaging.policy import Pair, SendContext
from messaging.quota import quota_at


def send_context(
    client: ClientAccount, freelancer: FreelancerProfile, now: datetime
) -> SendContext:
    """What a first message from `client` to `freelancer` is judged by at `now`.

    Advice when no lock is held (a page beforehand); the judgement itself under the locks.
    """
    verdict = verdict_at(client.pk, now)
    return SendContext(
        now=now,
        verdict=verdict,
        quota=quota_at(client.pk, verdict.quota, anchor_day=verdict.anchor_day, now=now),
        pair=pair_at(client.pk, freelancer.pk, now),
        door=freelancer.door,
        known_clients_pass=freelancer.known_clients_pass,
    )


def pair_at(client_id: int, freelancer_id: int, now: datetime) -> Pair:
    """One query."""
    pair = {"client": client_id, "freelancer": OuterRef("pk")}
    known = Relationship.objects.filter(
        **pair, kind__in=Relationship.KNOWN, at__lte=now, recorded_at__lte=now
    )
    row = (
        FreelancerProfile.objects.filter(pk=freelancer_id)
        .annotate(
            colleague=Exists(
                Membership.objects.filter(client=client_id, user=OuterRef("user"), left_at=None)
            ),
            talking=Exists(Conversation.objects.filter(**pair, accepted_at__isnull=False)),
            waiting=Exists(ContactRequest.objects.filter(**pair, state="waiting")),
            known=Exists(known),
            blocked=Exists(Block.objects.filter(**pair, lifted_at=None)),
        )
        .values("colleague", "talking", "waiting", "known", "blocked")
        .get()
    )
    return Pair(**row)


def is_blocked(client_id: int, freelancer_id: int) -> bool:
    return Block.objects.filter(client=client_id, freelancer=freelancer_id, lifted_at=None).exists()


def lists_skill(freelancer: FreelancerProfile, skill: Skill | None) -> bool:
    """Whether the profile still has the skill; none ("something else") is always there."""
    listed = freelancer.skills.filter(pk=skill.pk if skill else 0).exists()
    return skill is None or listed


def is_member(membership: Membership) -> bool:
    """Whether the person still writes for the account, and may sign in."""
    current = Q(pk=membership.pk, left_at=None, user__is_active=True)
    return Membership.objects.filter(current).exists()


#: A badge says "99+" beyond this, so nothing ever counts a whole table.
BADGE_MOST = 100


def _knocking(freelancer: FreelancerProfile) -> QuerySet[ContactRequest]:
    """Requests that wait for an answer, without those of clients who were blocked since."""
    block = Block.objects.filter(
        client=OuterRef("client"), freelancer=OuterRef("freelancer"), lifted_at=None
    )
    return freelancer.requests.filter(~Exists(block), state=ContactRequest.State.WAITING)


def unopened(freelancer: FreelancerProfile) -> int:
    """Requests whose seal is unbroken, counted up to BADGE_MOST."""
    return _knocking(freelancer).filter(opened_at=None)[:BADGE_MOST].count()


def unread(member: Membership | None, freelancer: FreelancerProfile | None) -> int:
    """Conversations with something new for the reader, counted up to BADGE_MOST."""
    mine = Q(pk__in=[])
    if member is not None:
        mine |= Q(client=member.client_id, last_seq__gt=F("client_read_seq"))
    if freelancer is not None:
        mine |= Q(freelancer=freelancer, last_seq__gt=F("freelancer_read_seq"))
    return Conversation.objects.filter(mine, accepted_at__isnull=False)[:BADGE_MOST].count()


def waiting_requests(freelancer: FreelancerProfile) -> QuerySet[ContactRequest]:
    """The freelancer's sealed list: who asks and for what.

    The letter is not even read from the database.
    """
    return (
        _knocking(freelancer)
        .select_related("client", "skill", "receipt", "message")
        .defer("receipt__policy", "message__body")
    )


def request_of(freelancer: FreelancerProfile, public_id: UUID) -> ContactRequest:
    """One of this freelancer's requests; its letter is read when asked for. Raises Http404."""
    rows = freelancer.requests.select_related(
        "client", "skill", "receipt", "conversation", "message"
    )
    return get_object_or_404(rows.defer("message__body"), public_id=public_id)


def sent_requests(member: Membership) -> QuerySet[ContactRequest]:
    """What the client account sent, to whom, and what came of it."""
    return member.client.requests.select_related(
        "freelancer", "skill", "member", "message", "conversation"
    )


def conversations(
    *, client: ClientAccount | None = None, freelancer: FreelancerProfile | None = None
) -> QuerySet[Conversation]:
    """One side's accepted conversations, each with its last message and its unread count."""
    mine = {"client": client} if client is not None else {"freelancer": freelancer}
    mark = "client_read_seq" if client is not None else "freelancer_read_seq"
    theirs = Message.objects.filter(
        conversation=OuterRef("pk"),
        seq__gt=OuterRef(mark),
        sender_client__isnull=client is not None,
    )
    last = Message.objects.filter(conversation=OuterRef("pk"), seq=OuterRef("last_seq"))
    return (
        Conversation.objects.filter(**mine, accepted_at__isnull=False)
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


def conversation_of(
    member: Membership | None, freelancer: FreelancerProfile | None, public_id: UUID
) -> tuple[Conversation, Side]:
    """An accepted conversation of the reader, and the side they are on. Raises Http404."""
    mine = Q(pk__in=[])
    if member is not None:
        mine |= Q(client=member.client_id)
    if freelancer is not None:
        mine |= Q(freelancer=freelancer)
    rows = Conversation.objects.select_related("client", "freelancer")
    conversation = get_object_or_404(
        rows.filter(accepted_at__isnull=False), mine, public_id=public_id
    )
    is_freelancer = freelancer is not None and conversation.freelancer_id == freelancer.pk
    return conversation, Side.FREELANCER if is_freelancer else Side.CLIENT


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


def blocks(freelancer: FreelancerProfile) -> QuerySet[Block]:
    return freelancer.blocks.filter(lifted_at=None).select_related("client")


def profiles() -> QuerySet[FreelancerProfile]:
    """Every freelancer who has not left, with skills."""
    here = FreelancerProfile.objects.filter(deactivated_at=None, user__is_active=True)
    return here.prefetch_related("skills")


def talent(*, words: str, skill: str) -> QuerySet[FreelancerProfile]:
    """The directory: every word somewhere in name, headline or a skill's name.

    A profile without a headline is not finished and not listed; its own page is there.
    """
    found = profiles().exclude(headline="")
    if skill:
        found = found.filter(skills__slug=skill)
    for word in fold(words).split()[:5]:
        found = found.filter(search_text__contains=word)
    return found


def conversation_between(client: ClientAccount, freelancer: FreelancerProfile) -> Conversation:
    return Conversation.objects.get(client=client, freelancer=freelancer)


def accepted_conversation(
    client: ClientAccount, freelancer: FreelancerProfile
) -> Conversation | None:
    pair = Conversation.objects.filter(client=client, freelancer=freelancer)
    return pair.filter(accepted_at__isnull=False).first()


def waiting_request(client: ClientAccount, freelancer: FreelancerProfile) -> ContactRequest | None:
    pair = ContactRequest.objects.filter(client=client, freelancer=freelancer)
    return pair.filter(state=ContactRequest.State.WAITING).first()


def waiting_count(freelancer: FreelancerProfile) -> int:
    """Counted up to BADGE_MOST."""
    return _knocking(freelancer)[:BADGE_MOST].count()


def ledger(client: ClientAccount) -> QuerySet[QuotaEntry]:
    """Every slot used or returned, with the request it was for."""
    return client.quota_entries.select_related("request__freelancer")

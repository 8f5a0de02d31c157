"""Reads with joins. What a send is judged by is read whole, the same queries whatever comes out."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from accounts.models import ClientAccount, FreelancerProfile, Membership, Relationship
from eligibility.selectors import verdict_at
from messaging.models import Block, ContactRequest, Conversation
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


def is_member(membership: Membership) -> bool:
    """Whether the person still writes for the account, and may sign in."""
    current = Q(pk=membership.pk, left_at=None, user__is_active=True)
    return Membership.objects.filter(current).exists()

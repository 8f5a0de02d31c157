"""Freelancers, their links, and who knows or blocks whom."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import ClientAccount, FreelancerProfile, Relationship
from accounts.prepared import FREELANCER, Prepared
from accounts.text import fold
from messaging.models import Block, Conversation, OpenDoorLink, Receipt
from messaging.models.conversation import Side


def blocks(freelancer: FreelancerProfile) -> QuerySet[Block]:
    """The clients that the freelancer blocks."""
    placed = freelancer.blocks.filter(side=Side.FREELANCER, lifted_at=None)
    return placed.select_related("client")


def blocks_of_client(client: ClientAccount) -> QuerySet[Block]:
    """The freelancers that the client account blocks."""
    placed = client.blocks.filter(side=Side.CLIENT, lifted_at=None)
    return placed.select_related("freelancer__user")


def links(freelancer: FreelancerProfile) -> QuerySet[OpenDoorLink]:
    """The freelancer's open-door links, each with how many requests it let in as `uses`."""
    receipts = Receipt.objects.filter(link=OuterRef("pk")).order_by().values("link")
    counted = Subquery(receipts.annotate(n=Count("pk")).values("n"))
    return freelancer.links.annotate(uses=Coalesce(counted, 0))


def link_of(code: str) -> OpenDoorLink | None:
    """The open-door link with this code, whether it opens or not, of a freelancer who is here."""
    here = OpenDoorLink.objects.filter(
        freelancer__deactivated_at=None, freelancer__user__is_active=True
    )
    return here.select_related("freelancer").filter(code=code).first()


def relations(
    client: ClientAccount, freelancer: FreelancerProfile, now: datetime
) -> QuerySet[Relationship]:
    """What makes the two know each other, the latest first."""
    facts = Relationship.objects.filter(
        client=client, freelancer=freelancer, kind__in=Relationship.KNOWN
    )
    return facts.filter(at__lte=now, recorded_at__lte=now).order_by("-at", "-id")


def _here() -> Q:
    """Whose profile it is has not left, may sign in, and has shown that their address is theirs:
    until then somebody else may have typed it."""
    own = EmailAddress.objects.filter(user=OuterRef("user"), email=OuterRef("user__email"))
    return Q(Exists(own.filter(verified=True)), deactivated_at=None, user__is_active=True)


def profiles() -> QuerySet[FreelancerProfile]:
    """Every freelancer who is here, with skills."""
    return FreelancerProfile.objects.filter(_here()).prefetch_related("skills")


def is_here(freelancer: FreelancerProfile) -> bool:
    """Whether anybody would read what is sent. One query."""
    return bool(_those_here(freelancer=freelancer.pk))


@Prepared
def _those_here() -> QuerySet[FreelancerProfile, Any]:
    return FreelancerProfile.objects.filter(_here(), pk=FREELANCER).values_list("pk")


def within_reach(client: ClientAccount) -> QuerySet[FreelancerProfile]:
    """Whom the client account may block or unblock: everybody who is here, and of those who have
    left the ones it has a conversation with or blocks."""
    talks = Conversation.objects.filter(client=client, freelancer=OuterRef("pk"))
    blocked = Block.objects.filter(client=client, freelancer=OuterRef("pk"), side=Side.CLIENT)
    return FreelancerProfile.objects.filter(_here() | Exists(talks) | Exists(blocked))


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

"""What a message is judged by, read whole: the same queries whatever comes out."""

from datetime import datetime
from typing import Any

from django.db.models import (
    Count,
    DateTimeField,
    Exists,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Coalesce

from accounts.models import ClientAccount, FreelancerProfile, Membership, Relationship, Skill
from accounts.prepared import AT, CLIENT, FREELANCER, Blank, Prepared
from eligibility.rules import Criterion, Verdict
from eligibility.selectors import verdict_at
from messaging.door import Asker, Bar, Door
from messaging.models import Block, ContactRequest, Conversation, OpenDoorLink
from messaging.models.conversation import Side
from messaging.pair import Pair, Past, aftermath
from messaging.policy import SendContext
from messaging.quota import quota_at
from messaging.slots import DAY

#: The most that a door may let in within 7 days: what is counted stays bounded.
MOST_INTAKE = 200
#: Between two people who don't know each other no more requests than this can lie within the
#: longest rest; who do know each other, rest for nothing but a "not now", which is the latest.
PAST_REQUESTS = 5

AFTER = Blank("after", DateTimeField())
MEMBER, SKILL = Blank("member", IntegerField()), Blank("skill", IntegerField())


def send_context(
    client: ClientAccount,
    freelancer: FreelancerProfile,
    now: datetime,
    *,
    skill: Skill | None = None,
    code: str = "",
) -> SendContext:
    """What a first message from `client` to `freelancer` is judged by at `now`.

    Advice when no lock is held (a page beforehand); the judgement itself under the locks. `code` is
    that of an open-door link.
    """
    verdict = verdict_at(client.pk, now)
    pair, hired = pair_at(client.pk, freelancer.pk, now)
    return SendContext(
        now=now,
        verdict=verdict,
        quota=quota_at(client.pk, verdict.quota, anchor_day=verdict.anchor_day, now=now),
        pair=pair,
        door=door_of(freelancer),
        asker=asker(client, verdict, hired, skill),
        arrivals=arrivals(freelancer, now),
        link=valid_link(freelancer, code, now) is not None if code else False,
    )


def pair_at(client_id: int, freelancer_id: int, now: datetime) -> tuple[Pair, int]:
    """What stands between the two, and how many people the client has hired. Two queries."""
    [row] = _pairs(client=client_id, freelancer=freelancer_id, at=now)
    colleague, talking, own_block, known, blocked, declined_at, hired = row
    after = aftermath(past_requests(client_id, freelancer_id), declined_at, now)
    return Pair(
        colleague=colleague,
        talking=talking,
        own_block=own_block,
        known=known,
        blocked=blocked,
        waiting=after.waiting,
        rests_until=after.rests_until,
        put_off_until=after.put_off_until,
        cools_until=after.cools_until,
    ), hired


@Prepared
def _pairs() -> QuerySet[FreelancerProfile, Any]:
    pair: dict[str, Any] = {"client": CLIENT, "freelancer": OuterRef("pk")}
    facts = Relationship.objects.filter(**pair, at__lte=AT, recorded_at__lte=AT)
    declined = facts.filter(kind=Relationship.Kind.INVITATION_DECLINED).order_by("-at")
    blocks = Block.objects.filter(**pair, lifted_at=None)
    colleagues = Membership.objects.filter(client=CLIENT, user=OuterRef("user"), left_at=None)
    contracts = Relationship.objects.filter(
        client=CLIENT, kind=Relationship.Kind.CONTRACT, at__lte=AT, recorded_at__lte=AT
    )
    hired = contracts.order_by().values("client").annotate(n=Count("freelancer", distinct=True))
    row = FreelancerProfile.objects.filter(pk=FREELANCER).annotate(
        colleague=Exists(colleagues),
        talking=Exists(Conversation.objects.filter(**pair, accepted_at__lte=AT)),
        own_block=Exists(blocks.filter(side=Side.CLIENT)),
        known=Exists(facts.filter(kind__in=Relationship.KNOWN)),
        blocked=Exists(blocks.filter(side=Side.FREELANCER)),
        declined_at=Subquery(declined.values("at")[:1]),
        hired=Coalesce(Subquery(hired.values("n")), 0),
    )
    return row.values_list(
        "colleague", "talking", "own_block", "known", "blocked", "declined_at", "hired"
    )


def past_requests(client_id: int, freelancer_id: int) -> list[Past]:
    """The pair's latest requests, the newest first."""
    return [
        Past(**dict(zip(_PAST, values, strict=True)), revoked=revoked_at is not None)
        for *values, revoked_at in _past_requests(client=client_id, freelancer=freelancer_id)
    ]


_PAST = ("state", "expires_at", "ended_at", "told_at", "declined_at", "put_off_until")


@Prepared
def _past_requests() -> QuerySet[ContactRequest, Any]:
    rows = ContactRequest.objects.filter(client=CLIENT, freelancer=FREELANCER)
    return rows.order_by("-sent_at").values_list(*_PAST, "revoked_at")[:PAST_REQUESTS]


def asker(client: ClientAccount, verdict: Verdict, hired: int, skill: Skill | None) -> Asker:
    """The client as a freelancer's bar sees it."""
    spend = verdict.result(Criterion.SPEND).observed
    return Asker(
        spend_cents=spend if isinstance(spend, int) else 0,
        tenure=verdict.at - client.joined_at,
        hired=hired,
        country=client.country,
        skill=skill.pk if skill else None,
    )


def door_of(freelancer: FreelancerProfile) -> Door:
    """The door's terms, from the profile's own columns and its skills. One query."""
    return Door(
        state=freelancer.door,
        paused_until=freelancer.paused_until,
        known_clients_pass=freelancer.known_clients_pass,
        bar=Bar(
            spend_cents=freelancer.bar_spend_cents,
            tenure_days=freelancer.bar_tenure_days,
            hired=freelancer.bar_hired,
            skills=frozenset(pk for (pk,) in _bar_skills(freelancer=freelancer.pk)),
            countries=frozenset(freelancer.bar_countries),
        ),
        intake_day=freelancer.intake_day,
        intake_week=freelancer.intake_week,
    )


@Prepared
def _bar_skills() -> QuerySet[Any, Any]:
    chosen = FreelancerProfile.bar_skills.through.objects.filter(freelancerprofile=FREELANCER)
    return chosen.filter(skill__freelancers=FREELANCER).values_list("skill")


def arrivals(freelancer: FreelancerProfile, now: datetime) -> tuple[datetime, ...]:
    """When the door let requests in within the last 7 days, the latest first."""
    return tuple(at for (at,) in _arrivals(freelancer=freelancer.pk, after=now - 7 * DAY))


@Prepared
def _arrivals() -> QuerySet[ContactRequest, Any]:
    let_in = ContactRequest.objects.filter(freelancer=FREELANCER, through_door=True)
    rows = let_in.filter(sent_at__gt=AFTER).order_by("-sent_at")
    return rows.values_list("sent_at")[:MOST_INTAKE]


def valid_link(freelancer: FreelancerProfile, code: str, now: datetime) -> OpenDoorLink | None:
    """The freelancer's link with this code, if it still opens. One query."""
    found = freelancer.links.filter(code=code).annotate(uses=Count("receipts")).first()
    return found if found is not None and found.opens(uses=found.uses, now=now) else None


def is_blocked(client_id: int, freelancer_id: int, side: Side = Side.FREELANCER) -> bool:
    """Whether that side has blocked the other."""
    return side in blocked_by(client_id, freelancer_id)


def blocked_by(client_id: int, freelancer_id: int) -> frozenset[str]:
    """Which side has blocked the other. One query."""
    return frozenset(side for (side,) in _blocks(client=client_id, freelancer=freelancer_id))


@Prepared
def _blocks() -> QuerySet[Block, Any]:
    pair = Block.objects.filter(client=CLIENT, freelancer=FREELANCER, lifted_at=None)
    return pair.values_list("side")


def is_known(client_id: int, freelancer_id: int, now: datetime) -> bool:
    """Whether the two have a relationship."""
    facts = Relationship.objects.filter(
        client=client_id, freelancer=freelancer_id, kind__in=Relationship.KNOWN
    )
    return facts.filter(at__lte=now, recorded_at__lte=now).exists()


def is_colleague(client_id: int, freelancer: FreelancerProfile) -> bool:
    """Whether the freelancer writes for this client account themselves."""
    present = Membership.objects.filter(client=client_id, left_at=None)
    return present.filter(user=freelancer.user_id).exists()


def lists_skill(freelancer: FreelancerProfile, skill: Skill | None) -> bool:
    """Whether the profile still has the skill; none ("something else") is always there."""
    listed = _listed(freelancer=freelancer.pk, skill=skill.pk if skill else 0)
    return skill is None or bool(listed)


@Prepared
def _listed() -> QuerySet[Any, Any]:
    skills = FreelancerProfile.skills.through.objects.filter(freelancerprofile=FREELANCER)
    return skills.filter(skill=SKILL).values_list("pk")


def offered_skills(freelancer: FreelancerProfile, context: SendContext) -> QuerySet[Skill]:
    """The skills this client may ask about: those a selective door takes requests on, or all."""
    skills = freelancer.skills.all()
    limits = context.door.state == "selective" and not (context.passes_door or context.link)
    if limits and context.door.bar.skills:
        return skills.filter(pk__in=context.door.bar.skills)
    return skills


def is_member(membership: Membership) -> bool:
    """Whether the person still writes for the account, and may sign in."""
    return bool(_members(member=membership.pk))


@Prepared
def _members() -> QuerySet[Membership, Any]:
    present = Membership.objects.filter(pk=MEMBER, left_at=None, user__is_active=True)
    return present.values_list("pk")

"""The freelancer's door, its links, and blocks. Each takes exclusively a row that every send locks,
so it holds for every message accepted after it commits."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts import bell
from accounts.clock import Clock
from accounts.locks import lock_client, lock_freelancer
from accounts.models import ClientAccount, FreelancerProfile, Membership, Skill
from messaging.models import Act, Block, OpenDoorLink
from messaging.models.conversation import Side
from messaging.services.outcomes import NotAMember


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSettings:
    """The door as its form sets it: the profile's columns of the same names, and its skills."""

    door: str
    known_clients_pass: bool = True
    paused_until: datetime | None = None
    bar_spend_cents: int | None = None
    bar_tenure_days: int | None = None
    bar_hired: bool = False
    bar_countries: list[str] = field(default_factory=list)
    intake_day: int | None = None
    intake_week: int | None = None
    skills: tuple[Skill, ...] = ()


COLUMNS = [name for name in DoorSettings.__dataclass_fields__ if name != "skills"]


def set_door(*, freelancer: FreelancerProfile, to: DoorSettings, clock: Clock) -> None:
    """Who may knock, from the commit on; conversations and waiting requests stay as they are."""
    with transaction.atomic(durable=True):
        profile = lock_freelancer(freelancer.pk)
        old, skills = _told(profile), set(profile.bar_skills.all())
        for name in COLUMNS:
            setattr(profile, name, getattr(to, name))
        if _told(profile) == old and skills == set(to.skills):
            return
        profile.save(update_fields=COLUMNS)
        profile.bar_skills.set(to.skills)
        _log_door(profile, old, clock())


def end_pause(*, freelancer: FreelancerProfile, clock: Clock) -> None:
    """The door is as it was set, from the commit on. Without a pause nothing changes."""
    with transaction.atomic(durable=True):
        profile = lock_freelancer(freelancer.pk)
        old = _told(profile)
        if profile.paused_until is None:
            return
        profile.paused_until = None
        profile.save(update_fields=["paused_until"])
        _log_door(profile, old, clock())


def block_client(*, freelancer: FreelancerProfile, client: ClientAccount, clock: Clock) -> None:
    """Nothing this client sends from now on arrives. Blocking twice is blocking once."""
    with transaction.atomic(durable=True):
        lock_client(client.pk)
        _place(freelancer, client, Side.FREELANCER, freelancer.user_id, clock())
        bell.ring(freelancer.user_id)


def unblock_client(*, freelancer: FreelancerProfile, client: ClientAccount, clock: Clock) -> None:
    """The gate and the door decide again. Unblocking nobody changes nothing."""
    with transaction.atomic(durable=True):
        lock_client(client.pk)
        _lift(freelancer, client, Side.FREELANCER, freelancer.user_id, clock())
        bell.ring(freelancer.user_id)


def block_freelancer(*, member: Membership, freelancer: FreelancerProfile, clock: Clock) -> None:
    """Nothing this freelancer writes from now on arrives at the client account, which cannot write
    to them either until it lifts the block. Raises NotAMember."""
    with transaction.atomic(durable=True):
        client = _lock_own(member)
        _place(freelancer, client, Side.CLIENT, member.user_id, clock())


def unblock_freelancer(*, member: Membership, freelancer: FreelancerProfile, clock: Clock) -> None:
    """Lift the client account's block. Raises NotAMember."""
    with transaction.atomic(durable=True):
        client = _lock_own(member)
        _lift(freelancer, client, Side.CLIENT, member.user_id, clock())


def make_link(
    *,
    freelancer: FreelancerProfile,
    label: str,
    expires_at: datetime | None,
    most_uses: int | None,
    clock: Clock,
) -> OpenDoorLink:
    """A link whose bearer's client account passes the door. Raises ValueError when it would end
    before it begins."""
    with transaction.atomic(durable=True):
        profile = lock_freelancer(freelancer.pk)
        now = clock()
        if expires_at is not None and expires_at <= now:
            raise ValueError("the link would be over before it is made")
        link = OpenDoorLink.objects.create(
            freelancer=profile,
            label=label,
            made_at=now,
            expires_at=expires_at,
            most_uses=most_uses,
        )
        _log_link(Act.Kind.LINK_MADE, link, now)
    return link


def revoke_link(*, freelancer: FreelancerProfile, link: OpenDoorLink, clock: Clock) -> None:
    """From the commit on the link opens nothing. A second time changes nothing."""
    with transaction.atomic(durable=True):
        lock_freelancer(freelancer.pk)
        now = clock()
        if freelancer.links.filter(pk=link.pk, revoked_at=None).update(revoked_at=now):
            _log_link(Act.Kind.LINK_REVOKED, link, now)


def _lock_own(member: Membership) -> ClientAccount:
    client = lock_client(member.client_id)
    if not Membership.objects.filter(pk=member.pk, left_at=None, user__is_active=True).exists():
        raise NotAMember
    return client


_PLACED = {
    Side.FREELANCER: (Act.Kind.CLIENT_BLOCKED, Act.Kind.CLIENT_UNBLOCKED),
    Side.CLIENT: (Act.Kind.FREELANCER_BLOCKED, Act.Kind.FREELANCER_UNBLOCKED),
}


def _place(
    freelancer: FreelancerProfile, client: ClientAccount, side: Side, actor_id: int, now: datetime
) -> None:
    _, placed = Block.objects.get_or_create(
        freelancer=freelancer,
        client=client,
        side=side,
        lifted_at=None,
        defaults={"placed_at": now},
    )
    if placed:
        _log(_PLACED[side][0], freelancer, client, actor_id, now)


def _lift(
    freelancer: FreelancerProfile, client: ClientAccount, side: Side, actor_id: int, now: datetime
) -> None:
    placed = Block.objects.filter(freelancer=freelancer, client=client, side=side, lifted_at=None)
    if placed.update(lifted_at=now):
        _log(_PLACED[side][1], freelancer, client, actor_id, now)


def _log(
    kind: Act.Kind,
    freelancer: FreelancerProfile,
    client: ClientAccount,
    actor_id: int,
    now: datetime,
) -> None:
    Act.objects.create(at=now, actor_id=actor_id, kind=kind, client=client, freelancer=freelancer)


def _log_door(profile: FreelancerProfile, old: str, now: datetime) -> None:
    Act.objects.create(
        at=now,
        actor_id=profile.user_id,
        kind=Act.Kind.DOOR_CHANGED,
        freelancer=profile,
        old=old,
        new=_told(profile),
    )


def _log_link(kind: Act.Kind, link: OpenDoorLink, now: datetime) -> None:
    Act.objects.create(
        at=now,
        actor_id=link.freelancer.user_id,
        kind=kind,
        freelancer=link.freelancer,
        new=f"link {link.pk}",
    )


def _told(profile: FreelancerProfile) -> str:
    """The door's settings as the log keeps them."""
    parts = [profile.door, f"known clients {'pass' if profile.known_clients_pass else 'wait'}"]
    parts += [
        f"{name.removeprefix('bar_')} {value}"
        for name in COLUMNS[2:]
        if (value := getattr(profile, name))
    ]
    parts += [f"skill {skill.name}" for skill in profile.bar_skills.all()]
    return ", ".join(parts)[:200]

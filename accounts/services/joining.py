"""Making people and accounts."""

import secrets
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify

from accounts.clock import database_now
from accounts.locks import lock_freelancer
from accounts.models import ClientAccount, FreelancerProfile, Membership, PlanChange, Skill, User
from accounts.models.client import Plan


def welcome(*, user: User, role: str, name: str, company: str, time_zone: str) -> None:
    """Give a new user the account of their role: "client" or "freelancer". Who was invited to
    somebody else's account ("member") gets none of their own."""
    user.name, user.time_zone = name, time_zone
    user.save(update_fields=["name", "time_zone"])
    if role == "client":
        open_client_account(owner=user, name=company)
    elif role == "freelancer":
        open_freelancer_profile(user=user, name=name)


@transaction.atomic
def open_client_account(
    *, owner: User, name: str, country: str = "", joined_at: datetime | None = None
) -> ClientAccount:
    """A client account on the marketplace plan, with its first member."""
    joined_at = joined_at or database_now()
    client = ClientAccount.objects.create(name=name, country=country, joined_at=joined_at)
    Membership.objects.create(
        client=client, user=owner, role=Membership.Role.OWNER, joined_at=joined_at
    )
    PlanChange.objects.create(
        client=client, plan=Plan.MARKETPLACE, anchor_day=joined_at.day, at=joined_at
    )
    return client


def open_freelancer_profile(*, user: User, name: str) -> FreelancerProfile:
    """A profile with an open door, under an address made from the name."""
    base = slugify(name)[:40]
    try:
        with transaction.atomic():
            profile = FreelancerProfile.objects.create(user=user, name=name, slug=base or _suffix())
    except IntegrityError:
        slug = f"{base}-{_suffix()}"
        profile = FreelancerProfile.objects.create(user=user, name=name, slug=slug)
    profile.index_words()
    return profile


@transaction.atomic
def save_profile(
    *, profile: FreelancerProfile, values: dict[str, Any], skill_names: list[str]
) -> FreelancerProfile:
    """Save what the profile says, never its door. A skill nobody had before is made."""
    lock_freelancer(profile.pk)
    for field, value in values.items():
        setattr(profile, field, value)
    profile.save(update_fields=list(values))
    profile.skills.set([_skill(name) for name in skill_names])
    profile.index_words()
    return profile


def _skill(name: str) -> Skill:
    known = Skill.objects.filter(name__iexact=name).first()
    if known is not None:
        return known
    slug = slugify(name)[:50] or "skill"
    if Skill.objects.filter(slug=slug).exists():
        slug = f"{slug}-{_suffix()}"
    skill, _ = Skill.objects.get_or_create(name=name, defaults={"slug": slug})
    return skill


def _suffix() -> str:
    return secrets.token_hex(3)

"""The cast: plain functions that make real rows, so that a test says who is there in one line.

Instants are UTC. Facts are dated back from a `now` that the caller gives, and count as recorded
the moment they happened unless a test says otherwise. Money is US cents.
"""

import itertools
import uuid
from datetime import datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.utils.text import slugify

from accounts.clock import Clock
from accounts.models import (
    ClientAccount,
    FreelancerProfile,
    Membership,
    PlanChange,
    Relationship,
    Skill,
    StateChange,
    User,
)
from accounts.models.client import Plan
from eligibility.models import BillingMethod, Dispute, Hold, Payment, Refund

PASSWORD = "correct horse battery"
PLENTY = 150_000  # more than policy 1 asks for
Person = User | Membership | FreelancerProfile


def at(now: datetime, step: timedelta = timedelta()) -> Clock:
    """A clock that reads `now` first and `step` later each time after that."""
    turns = itertools.count()
    return lambda: now + step * next(turns)


def login_of(person: Person) -> User:
    """The user behind a member, a profile or a user."""
    return person if isinstance(person, User) else person.user


def user(name: str, *, email: str = "", **fields: object) -> User:
    """A person with a verified address (by default their name's) who can sign in with PASSWORD."""
    email = email or f"{slugify(name)}@people.example"
    person = User.objects.create_user(email, PASSWORD, name=name, **fields)
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    return person


def moderator(name: str) -> User:
    person = user(name, is_staff=True)
    person.groups.add(Group.objects.get(name="Moderators"))
    return person


# Clients


def client(
    name: str,
    now: datetime,
    *,
    plan: str = Plan.MARKETPLACE,
    spend_cents: int = 0,
    joined_days_ago: float = 400,
    with_card: bool = True,
) -> ClientAccount:
    """A client account without members; `spend_cents` is one payment of 120 days ago."""
    joined_at = now - timedelta(days=joined_days_ago)
    account = ClientAccount.objects.create(name=name, country="NO", joined_at=joined_at)
    put_on_plan(account, plan, joined_at)
    if with_card:
        card(account)
    if spend_cents:
        pay(account, spend_cents, now - timedelta(days=120))
    return account


def eligible_client(now: datetime, name: str = "Cleo & Co") -> ClientAccount:
    """Meets every criterion of policy 1, with room on each side."""
    return client(name, now, spend_cents=PLENTY)


def member(
    account: ClientAccount, name: str = "", *, role: str = Membership.Role.OWNER
) -> Membership:
    """A new user who writes for the account, since it was made."""
    person = user(name or f"{account.name} {uuid.uuid4().hex[:6]}")
    return Membership.objects.create(
        client=account, user=person, role=role, joined_at=account.joined_at
    )


def put_on_plan(
    account: ClientAccount,
    plan: str,
    since: datetime,
    *,
    anchor_day: int | None = None,
    recorded_at: datetime | None = None,
) -> PlanChange:
    """`anchor_day` is by default the day of `since`, as for an account that signs up."""
    return PlanChange.objects.create(
        client=account,
        plan=plan,
        anchor_day=anchor_day or since.day,
        at=since,
        recorded_at=recorded_at or since,
    )


def set_active(
    account: ClientAccount, active: bool, since: datetime, *, recorded_at: datetime | None = None
) -> StateChange:
    return StateChange.objects.create(
        client=account, active=active, reason="Test", at=since, recorded_at=recorded_at or since
    )


def hold(
    account: ClientAccount,
    since: datetime,
    *,
    reason: str = "We are looking into a report.",
    recorded_at: datetime | None = None,
) -> Hold:
    return Hold.objects.create(
        client=account, reason=reason, at=since, recorded_at=recorded_at or since
    )


# Billing facts


def card(
    account: ClientAccount,
    verified_at: datetime | None = None,
    *,
    expires_at: datetime | None = None,
    recorded_at: datetime | None = None,
) -> BillingMethod:
    """A verified billing method, by default since the account was made and without an end."""
    verified_at = verified_at or account.joined_at
    return BillingMethod.objects.create(
        client=account,
        external_id=uuid.uuid4().hex,
        label="Card ending 4242",
        verified_at=verified_at,
        recorded_at=recorded_at or verified_at,
        expires_at=expires_at,
    )


def pay(
    account: ClientAccount, cents: int, at: datetime, *, recorded_at: datetime | None = None
) -> Payment:
    """A payment to a freelancer, settled at `at`."""
    return Payment.objects.create(
        event_id=uuid.uuid4().hex,
        client=account,
        amount_cents=cents,
        amount=cents,
        at=at,
        recorded_at=recorded_at or at,
    )


def refund(
    payment: Payment, cents: int, at: datetime, *, recorded_at: datetime | None = None
) -> Refund:
    """Money given back of that payment."""
    return Refund.objects.create(
        event_id=uuid.uuid4().hex,
        client=payment.client,
        payment=payment,
        payment_event_id=payment.event_id,
        amount_cents=cents,
        amount=cents,
        at=at,
        recorded_at=recorded_at or at,
    )


def refund_of_nothing(
    account: ClientAccount, cents: int, at: datetime, *, recorded_at: datetime | None = None
) -> Refund:
    """A refund whose record names no payment."""
    return Refund.objects.create(
        event_id=uuid.uuid4().hex,
        client=account,
        amount_cents=cents,
        amount=cents,
        at=at,
        recorded_at=recorded_at or at,
    )


def dispute(
    payment: Payment, step: str, at: datetime, *, recorded_at: datetime | None = None
) -> Dispute:
    """One step of a dispute: "opened", "won" or "lost"."""
    return Dispute.objects.create(
        event_id=uuid.uuid4().hex,
        client=payment.client,
        payment=payment,
        payment_event_id=payment.event_id,
        step=step,
        at=at,
        recorded_at=recorded_at or at,
    )


# Freelancers


def freelancer(
    name: str,
    *,
    skills: tuple[str, ...] = ("Illustration", "Typography"),
    door: str = FreelancerProfile.Door.OPEN,
    person: User | None = None,
    **columns: Any,
) -> FreelancerProfile:
    """A profile; `person` when the login is there already. `columns`: more of the profile's own."""
    profile = FreelancerProfile.objects.create(
        user=person or user(name),
        name=name,
        slug=slugify(name),
        headline="Draws and sets type",
        door=door,
        **columns,
    )
    profile.skills.set([skill(each) for each in skills])
    profile.index_words()
    return profile


def skill(name: str) -> Skill:
    return Skill.objects.get_or_create(name=name, defaults={"slug": slugify(name)})[0]


def related(
    account: ClientAccount,
    profile: FreelancerProfile,
    since: datetime,
    *,
    kind: str = Relationship.Kind.CONTRACT,
) -> Relationship:
    return Relationship.objects.create(
        client=account, freelancer=profile, kind=kind, at=since, recorded_at=since
    )

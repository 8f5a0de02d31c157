"""Makes the demo's people and what the marketplace knows of them."""

from datetime import UTC, datetime, timedelta

from allauth.account.models import EmailAddress

from accounts.clock import Clock
from accounts.models import (
    ClientAccount,
    FreelancerProfile,
    Membership,
    PlanChange,
    Relationship,
    User,
)
from accounts.services import open_client_account, open_freelancer_profile, save_profile
from eligibility.models import BillingMethod, Hold, Payment
from marketplace.demo import cast


def address(login: str) -> str:
    return f"{login}@threshold.test"


def clock_at(instant: datetime) -> Clock:
    """A clock that stands still."""
    return lambda: instant


def make_person(login: str, name: str, password: str, *, is_staff: bool = False) -> User:
    user = User(email=address(login), name=name, password=password, is_staff=is_staff)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def make_client(demo: cast.DemoClient, password: str, now: datetime) -> Membership:
    """The account with its owner, dated back from `now`."""
    joined = now - timedelta(days=demo.days)
    owner = make_person(demo.login, demo.person, password)
    client = open_client_account(
        owner=owner, name=demo.company, country=demo.country, joined_at=joined
    )
    PlanChange.objects.filter(client=client).update(plan=demo.plan, recorded_at=joined)
    if demo.card:
        BillingMethod.objects.create(
            client=client,
            external_id=f"demo-{demo.login}",
            label="Visa ending 4242",
            verified_at=joined,
            recorded_at=joined,
            expires_at=datetime(now.year + 2, 4, 1, tzinfo=UTC),
        )
    for days, cents in demo.payments:
        _pay(client, now - timedelta(days=days), cents)
    if demo.hold:
        placed = now - timedelta(days=9)
        Hold.objects.create(client=client, reason=demo.hold, at=placed, recorded_at=placed)
    return Membership.objects.select_related("client").get(client=client)


def _pay(client: ClientAccount, at: datetime, cents: int) -> None:
    Payment.objects.create(
        event_id=f"demo-{client.pk}-{at:%Y%m%d}",
        client=client,
        at=at,
        recorded_at=at,
        amount_cents=cents,
        amount=cents,
    )


def make_freelancer(demo: cast.DemoFreelancer, password: str, now: datetime) -> FreelancerProfile:
    user = make_person(demo.login, demo.name, password)
    profile = open_freelancer_profile(user=user, name=demo.name)
    place = [f.login for f in cast.FREELANCERS].index(demo.login)
    return save_profile(
        profile=profile,
        values={
            "headline": demo.headline,
            "bio": demo.bio,
            "hourly_rate_cents": demo.dollars * 100,
            "country": demo.country,
            "joined_at": now - timedelta(days=500 + place),
            **demo.door,
        },
        skill_names=list(demo.skills),
    )


def relate(client: ClientAccount, freelancer: FreelancerProfile, at: datetime) -> None:
    """A contract of the two."""
    Relationship.objects.create(
        client=client,
        freelancer=freelancer,
        kind=Relationship.Kind.CONTRACT,
        at=at,
        recorded_at=at,
    )

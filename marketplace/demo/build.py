"""Makes the demo's people, their history and their letters."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.models import (
    ClientAccount,
    FreelancerProfile,
    Membership,
    PlanChange,
    Relationship,
    Skill,
    User,
)
from accounts.services import open_client_account, open_freelancer_profile, save_profile
from eligibility.models import BillingMethod, Hold, Payment
from marketplace.demo import cast
from messaging.models import Flag
from messaging.models.conversation import Side
from messaging.services.conversations import mark_read, write_as_client, write_as_freelancer
from messaging.services.flags import flag_message
from messaging.services.requests import RequestContent, send_request


def address(login: str) -> str:
    return f"{login}@threshold.test"


def is_begun() -> bool:
    return User.objects.filter(email=address(cast.CLIENTS[0].login)).exists()


def is_built() -> bool:
    """The flag is the last thing made."""
    return Flag.objects.exists()


def build(now: datetime) -> None:
    """Everything, dated back from `now`."""
    password = make_password(cast.PASSWORD)
    members = {c.login: _client(c, password, now) for c in cast.CLIENTS}
    freelancers = {f.login: _freelancer(f, password, now) for f in cast.FREELANCERS}
    login, name, _shows = cast.MODERATOR
    moderator = _person(login, name, password, is_staff=True)
    moderator.groups.add(Group.objects.get(name="Moderators"))
    _relate(members["ravi"].client, freelancers["olga"], now - timedelta(days=200))
    _relate(members["ravi"].client, freelancers["mei"], now - timedelta(days=120))
    _write_letters(members, freelancers, now)


def _person(login: str, name: str, password: str, *, is_staff: bool = False) -> User:
    user = User(email=address(login), name=name, password=password, is_staff=is_staff)
    user.save()
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _client(demo: cast.DemoClient, password: str, now: datetime) -> Membership:
    joined = now - timedelta(days=demo.days)
    owner = _person(demo.login, demo.person, password)
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


def _freelancer(demo: cast.DemoFreelancer, password: str, now: datetime) -> FreelancerProfile:
    user = _person(demo.login, demo.name, password)
    profile = open_freelancer_profile(user=user, name=demo.name)
    place = [f.login for f in cast.FREELANCERS].index(demo.login)
    return save_profile(
        profile=profile,
        values={
            "headline": demo.headline,
            "bio": demo.bio,
            "hourly_rate_cents": demo.dollars * 100,
            "country": demo.country,
            "door": demo.door,
            "joined_at": now - timedelta(days=500 + place),
        },
        skill_names=list(demo.skills),
    )


def _relate(client: ClientAccount, freelancer: FreelancerProfile, at: datetime) -> None:
    Relationship.objects.create(
        client=client,
        freelancer=freelancer,
        kind=Relationship.Kind.CONTRACT,
        at=at,
        recorded_at=at,
    )


def _write_letters(
    members: dict[str, Membership], freelancers: dict[str, FreelancerProfile], now: datetime
) -> None:
    sent = {}
    for number, (client, freelancer, days, skill, kind, budget, start, body) in enumerate(
        cast.REQUESTS
    ):
        sent[client, freelancer] = send_request(
            member=members[client],
            freelancer=freelancers[freelancer],
            content=RequestContent(
                skill=Skill.objects.get(name=skill),
                kind=kind,
                budget=budget,
                start=start,
                body=body,
            ),
            submission_key=f"demo-{number}",
            clock=_clock(now - timedelta(days=days, hours=number)),
        )
    for number, (client, freelancer, side, body) in enumerate(cast.REPLIES):
        conversation = sent[client, freelancer].conversation
        key, clock = f"demo-reply-{number}", _clock(now - timedelta(hours=20 - number))
        if side == "client":
            conversation.refresh_from_db()
            mark_read(conversation=conversation, side=Side.CLIENT, up_to=conversation.last_seq)
            write_as_client(
                member=members[client],
                conversation=conversation,
                body=body,
                submission_key=key,
                clock=clock,
            )
        else:
            write_as_freelancer(
                freelancer=freelancers[freelancer],
                conversation=conversation,
                body=body,
                submission_key=key,
                clock=clock,
            )
    client, freelancer, reason, note = cast.FLAGGED
    flag_message(
        reporter=freelancers[freelancer].user,
        message=sent[client, freelancer].message,
        reason=reason,
        note=note,
        clock=_clock(now - timedelta(hours=5)),
    )


def _clock(instant: datetime) -> Callable[[], datetime]:
    return lambda: instant

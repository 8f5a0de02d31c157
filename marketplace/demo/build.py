"""Makes the demo's people, their history and their letters."""

from datetime import datetime, timedelta

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group

from accounts.models import FreelancerProfile, Membership, Skill, User
from marketplace.demo import cast, crowd
from marketplace.demo.people import (
    address,
    clock_at,
    make_client,
    make_freelancer,
    make_person,
    relate,
)
from messaging.models import ContactRequest, Flag
from messaging.models.conversation import Side
from messaging.services.answers import decline_request, put_off_request, withdraw_request
from messaging.services.conversations import mark_read, write_as_client, write_as_freelancer
from messaging.services.door import make_link
from messaging.services.flags import flag_message
from messaging.services.requests import RequestContent, send_request


def is_begun() -> bool:
    return User.objects.filter(email=address(cast.CLIENTS[0].login)).exists()


def is_built() -> bool:
    """The flag is the last thing made."""
    return Flag.objects.exists()


def build(now: datetime) -> None:
    """Everything, dated back from `now`."""
    password = make_password(cast.PASSWORD)
    members = {c.login: make_client(c, password, now) for c in cast.CLIENTS}
    freelancers = {f.login: make_freelancer(f, password, now) for f in cast.FREELANCERS}
    login, name, _shows = cast.MODERATOR
    moderator = make_person(login, name, password, is_staff=True)
    moderator.groups.add(Group.objects.get(name="Moderators"))
    relate(members["ravi"].client, freelancers["olga"], now - timedelta(days=200))
    relate(members["ravi"].client, freelancers["mei"], now - timedelta(days=120))
    _write_letters(members, freelancers, now)
    crowd.gather(freelancers[cast.CROWDED], cast.CROWD, now, password=password)
    make_link(
        freelancer=freelancers["olga"],
        label="For the reading group",
        expires_at=None,
        most_uses=10,
        clock=clock_at(now - timedelta(days=3)),
    )
    _flag(members, freelancers, now)


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
            clock=clock_at(now - timedelta(days=days, hours=number)),
        )
    for number, (client, freelancer, side, body) in enumerate(cast.REPLIES):
        conversation = sent[client, freelancer].conversation
        key, clock = f"demo-reply-{number}", clock_at(now - timedelta(hours=20 - number))
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
    for (client, freelancer), (answer, days) in cast.ANSWERS.items():
        _answer(sent[client, freelancer], answer, members[client], now - timedelta(days=days))


def _answer(request: ContactRequest, answer: str, member: Membership, at: datetime) -> None:
    freelancer, clock = request.freelancer, clock_at(at)
    match answer:
        case "withdrawn":
            withdraw_request(request=request, member=member, clock=clock)
        case "not now":
            until = at + timedelta(days=30)
            put_off_request(request=request, freelancer=freelancer, until=until, clock=clock)
        case line:
            decline_request(request=request, freelancer=freelancer, line=line, clock=clock)


def _flag(
    members: dict[str, Membership], freelancers: dict[str, FreelancerProfile], now: datetime
) -> None:
    client, freelancer, reason, note = cast.FLAGGED
    request = ContactRequest.objects.get(
        client=members[client].client, freelancer=freelancers[freelancer]
    )
    flag_message(
        reporter=freelancers[freelancer].user,
        message=request.message,
        reason=reason,
        note=note,
        clock=clock_at(now - timedelta(hours=5)),
    )

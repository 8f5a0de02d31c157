"""What can stand in the way of Cleo's request to Finn, one by one.

Each puts it there as it comes about in life where that is short, and by rows where it is not.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership
from messaging.door import Refusal
from messaging.models import Block, ContactRequest, Conversation
from messaging.services import answers, door
from tests import people
from tests.messaging import planted
from tests.messaging.letters import reply, send

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside did not happen. No `atomic`: a durable transaction may not be nested."""
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


def ago(span: timedelta) -> datetime:
    return database_now() - span


# The client's own


def colleague(cleo: Membership, finn: FreelancerProfile) -> None:
    Membership.objects.create(client=cleo.client, user=finn.user, role="member")


def talking(cleo: Membership, finn: FreelancerProfile) -> None:
    send(cleo, finn)
    reply(finn, Conversation.objects.get(), "Gladly.")


def own_block(cleo: Membership, finn: FreelancerProfile) -> None:
    door.block_freelancer(member=cleo, freelancer=finn, clock=database_now)


def held(cleo: Membership, finn: FreelancerProfile) -> None:
    people.hold(cleo.client, cleo.client.joined_at)


def inactive(cleo: Membership, finn: FreelancerProfile) -> None:
    people.set_active(cleo.client, False, cleo.client.joined_at)


def poor(cleo: Membership, finn: FreelancerProfile) -> None:
    cleo.client.payments.all().delete()


def full(cleo: Membership, finn: FreelancerProfile) -> None:
    for number in range(5):
        send(cleo, people.freelancer(f"F{number}"))


def waiting(cleo: Membership, finn: FreelancerProfile) -> None:
    send(cleo, finn)


def answer_on_its_way(cleo: Membership, finn: FreelancerProfile) -> None:
    """Accepted a moment ago, and the client not told yet."""
    answers.accept_request(request=send(cleo, finn), freelancer=finn, clock=database_now)


def unanswered(cleo: Membership, finn: FreelancerProfile) -> None:
    send(cleo, finn, now=ago(15 * DAY))


def withdrawn(cleo: Membership, finn: FreelancerProfile) -> None:
    answers.withdraw_request(request=send(cleo, finn), member=cleo, clock=database_now)


def put_off(cleo: Membership, finn: FreelancerProfile) -> None:
    then = ago(2 * DAY)
    answers.put_off_request(
        request=send(cleo, finn, now=then),
        freelancer=finn,
        until=database_now() + DAY,
        clock=people.at(then + HOUR),
    )


# The freelancer's own


def blocked(cleo: Membership, finn: FreelancerProfile) -> None:
    Block.objects.create(client=cleo.client, freelancer=finn, placed_at=cleo.client.joined_at)


def declined(cleo: Membership, finn: FreelancerProfile) -> None:
    then = ago(2 * DAY)
    answers.decline_request(
        request=send(cleo, finn, now=then), freelancer=finn, clock=people.at(then + HOUR)
    )


def invitation_declined(cleo: Membership, finn: FreelancerProfile) -> None:
    people.related(cleo.client, finn, ago(2 * DAY), kind="invitation_declined")


def set_door(finn: FreelancerProfile, **columns: Any) -> None:
    FreelancerProfile.objects.filter(pk=finn.pk).update(**columns)


def closed(cleo: Membership, finn: FreelancerProfile) -> None:
    set_door(finn, door="closed")


def paused(cleo: Membership, finn: FreelancerProfile) -> None:
    set_door(finn, paused_until=database_now() + DAY)


def spend_bar(cleo: Membership, finn: FreelancerProfile) -> None:
    set_door(finn, door="selective", bar_spend_cents=people.PLENTY + 1)


def tenure_bar(cleo: Membership, finn: FreelancerProfile) -> None:
    set_door(finn, door="selective", bar_tenure_days=401)


def hired_bar(cleo: Membership, finn: FreelancerProfile) -> None:
    set_door(finn, door="selective", bar_hired=True)


def country_bar(cleo: Membership, finn: FreelancerProfile) -> None:
    set_door(finn, door="selective", bar_countries=["SE"])


def skill_bar(cleo: Membership, finn: FreelancerProfile) -> None:
    """The letter is about something else."""
    set_door(finn, door="selective")
    finn.bar_skills.set(finn.skills.all()[:1])


def full_day(cleo: Membership, finn: FreelancerProfile) -> None:
    _others_request(finn, HOUR)
    set_door(finn, door="selective", intake_day=1)


def full_week(cleo: Membership, finn: FreelancerProfile) -> None:
    _others_request(finn, 6 * DAY)
    set_door(finn, door="selective", intake_week=1)


def _others_request(finn: FreelancerProfile, age: timedelta) -> ContactRequest:
    now = database_now()
    other = people.member(people.eligible_client(now, "Early Bird"))
    return planted.request(other, finn, now - age)


Obstacle = Callable[[Membership, FreelancerProfile], None]
AGAINST: list[tuple[Obstacle, Refusal]] = [
    (colleague, Refusal.COLLEAGUE),
    (talking, Refusal.TALKING),
    (own_block, Refusal.OWN_BLOCK),
    (held, Refusal.HOLD),
    (inactive, Refusal.HOLD),
    (poor, Refusal.GATE),
    (full, Refusal.QUOTA),
    (waiting, Refusal.WAITING),
    (answer_on_its_way, Refusal.WAITING),
    (unanswered, Refusal.RESTING),
    (withdrawn, Refusal.RESTING),
    (put_off, Refusal.RESTING),
    (blocked, Refusal.BLOCKED),
    (declined, Refusal.COOLING),
    (invitation_declined, Refusal.COOLING),
    (closed, Refusal.CLOSED),
    (paused, Refusal.CLOSED),
    (spend_bar, Refusal.BAR),
    (tenure_bar, Refusal.BAR),
    (hired_bar, Refusal.BAR),
    (country_bar, Refusal.BAR),
    (skill_bar, Refusal.BAR),
    (full_day, Refusal.FULL),
    (full_week, Refusal.FULL),
]

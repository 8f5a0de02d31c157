"""What can stand in the way of Cleo's request to Finn, one by one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import FreelancerProfile, Membership
from messaging.models import Block, Conversation
from messaging.policy import Refusal
from tests import people
from tests.messaging.letters import reply, send


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside did not happen. No `atomic`: a durable transaction may not be nested."""
    mark = transaction.savepoint()
    try:
        yield
    finally:
        transaction.savepoint_rollback(mark)


def waiting(cleo: Membership, finn: FreelancerProfile) -> None:
    send(cleo, finn)


def talking(cleo: Membership, finn: FreelancerProfile) -> None:
    send(cleo, finn)
    reply(finn, Conversation.objects.get(), "Gladly.")


def full(cleo: Membership, finn: FreelancerProfile) -> None:
    for number in range(5):
        send(cleo, people.freelancer(f"F{number}"))


def poor(cleo: Membership, finn: FreelancerProfile) -> None:
    cleo.client.payments.all().delete()


def held(cleo: Membership, finn: FreelancerProfile) -> None:
    people.hold(cleo.client, cleo.client.joined_at)


def inactive(cleo: Membership, finn: FreelancerProfile) -> None:
    people.set_active(cleo.client, False, cleo.client.joined_at)


def colleague(cleo: Membership, finn: FreelancerProfile) -> None:
    Membership.objects.create(client=cleo.client, user=finn.user, role="member")


def blocked(cleo: Membership, finn: FreelancerProfile) -> None:
    Block.objects.create(client=cleo.client, freelancer=finn, placed_at=cleo.client.joined_at)


def closed(cleo: Membership, finn: FreelancerProfile) -> None:
    FreelancerProfile.objects.filter(pk=finn.pk).update(door="closed")


AGAINST: list[tuple[Callable[[Membership, FreelancerProfile], None], Refusal]] = [
    (colleague, Refusal.COLLEAGUE),
    (talking, Refusal.TALKING),
    (held, Refusal.HOLD),
    (inactive, Refusal.HOLD),
    (poor, Refusal.GATE),
    (full, Refusal.QUOTA),
    (waiting, Refusal.WAITING),
    (blocked, Refusal.BLOCKED),
    (closed, Refusal.CLOSED),
]

"""The freelancer's door and blocks. Each takes exclusively a row that every send locks, so it holds
for every message accepted after it commits."""

from datetime import datetime

from django.db import transaction

from accounts.clock import Clock
from accounts.locks import lock_client, lock_freelancer
from accounts.models import ClientAccount, FreelancerProfile
from messaging.models import Act, Block


def set_door(
    *, freelancer: FreelancerProfile, door: str, known_clients_pass: bool, clock: Clock
) -> None:
    """Open or close the door to new requests; conversations stay as they are."""
    with transaction.atomic(durable=True):
        profile = lock_freelancer(freelancer.pk)
        old = _told(profile)
        profile.door, profile.known_clients_pass = door, known_clients_pass
        if _told(profile) == old:
            return
        profile.save(update_fields=["door", "known_clients_pass"])
        Act.objects.create(
            at=clock(),
            actor_id=profile.user_id,
            kind=Act.Kind.DOOR_CHANGED,
            freelancer=profile,
            old=old,
            new=_told(profile),
        )


def block_client(*, freelancer: FreelancerProfile, client: ClientAccount, clock: Clock) -> None:
    """Nothing this client sends from now on arrives. Blocking twice is blocking once."""
    with transaction.atomic(durable=True):
        lock_client(client.pk)
        now = clock()
        _, placed = Block.objects.get_or_create(
            freelancer=freelancer, client=client, lifted_at=None, defaults={"placed_at": now}
        )
        if placed:
            _log(Act.Kind.CLIENT_BLOCKED, freelancer, client, now)


def unblock_client(*, freelancer: FreelancerProfile, client: ClientAccount, clock: Clock) -> None:
    """The gate and the door decide again. Unblocking nobody changes nothing."""
    with transaction.atomic(durable=True):
        lock_client(client.pk)
        now = clock()
        placed = Block.objects.filter(freelancer=freelancer, client=client, lifted_at=None)
        if placed.update(lifted_at=now):
            _log(Act.Kind.CLIENT_UNBLOCKED, freelancer, client, now)


def _log(
    kind: Act.Kind, freelancer: FreelancerProfile, client: ClientAccount, now: datetime
) -> None:
    Act.objects.create(
        at=now, actor_id=freelancer.user_id, kind=kind, client=client, freelancer=freelancer
    )


def _told(profile: FreelancerProfile) -> str:
    """The door's settings as the log keeps them."""
    return f"{profile.door}, known clients {'pass' if profile.known_clients_pass else 'wait'}"

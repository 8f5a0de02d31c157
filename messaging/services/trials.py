"""A note for moderators that an account was trying doors."""

from accounts.clock import Clock
from accounts.models import Membership
from messaging.models import DoorTrial


def note_trial(*, member: Membership, refusals: int, clock: Clock) -> None:
    """The member's account has asked beyond the limit, which is `refusals` an hour: one row for
    each hour in which it did, however often and from however many windows at once."""
    now = clock()
    DoorTrial.objects.get_or_create(
        client_id=member.client_id,
        hour=now.replace(minute=0, second=0, microsecond=0),
        defaults={"person_id": member.user_id, "at": now, "refusals": refusals},
    )

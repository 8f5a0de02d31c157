"""Having seen the notices, and letting go of what was told long ago."""

from django.conf import settings
from django.db.models import Q

from accounts.clock import Clock
from accounts.models import Notification, User


def see_notices(*, reader: User, clock: Clock) -> None:
    """What is due by now is new no more; a later look is never taken back."""
    now = clock()
    earlier = Q(notices_seen_at=None) | Q(notices_seen_at__lt=now)
    User.objects.filter(earlier, pk=reader.pk).update(notices_seen_at=now)


def forget_told(*, most: int, clock: Clock) -> int:
    """Delete what was told longer ago than NOTICES_KEPT, the oldest first, at most so many rows;
    never one whose mail waits or is parked. Returns how many."""
    old = Notification.objects.filter(
        Notification.DONE, due_at__lt=clock() - settings.NOTICES_KEPT
    ).order_by("due_at")
    pks = list(old.values_list("pk", flat=True)[:most])
    deleted, _ = Notification.objects.filter(pk__in=pks).delete()
    return deleted

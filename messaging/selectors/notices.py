"""Notices as the person they are for finds them."""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import Notification, User
from messaging.selectors.requests import BADGE_MOST


def notices(reader: User, now: datetime) -> QuerySet[Notification]:
    """Everything the reader has been told, but for what has a list of its own."""
    due = reader.notifications.filter(due_at__lte=now)
    listed = due.exclude(kind__in=Notification.LISTED_ELSEWHERE)
    return listed.select_related("client", "freelancer")


def unseen(reader: User, now: datetime) -> int:
    """Those that came since the reader's last look, counted up to BADGE_MOST."""
    new = Q(due_at__gt=reader.notices_seen_at) if reader.notices_seen_at else Q()
    return notices(reader, now).filter(new).order_by()[:BADGE_MOST].count()

"""What a client account's people are told about its standing and its gate, in the transaction that
makes it true."""

from collections.abc import Iterable
from datetime import datetime

from accounts.models import Membership, Notification
from accounts.notify import tell
from eligibility.models import Hold

Kind = Notification.Kind
Detail = Notification.Detail


def hold_placed(hold: Hold, now: datetime) -> None:
    """Everybody who writes for the account is told that it is on hold."""
    _tell_members(hold.client_id, Kind.STANDING, Detail.PLACED, hold.pk, now)


def hold_released(hold: Hold, now: datetime) -> None:
    """Everybody who writes for the account is told that it may write again."""
    _tell_members(hold.client_id, Kind.STANDING, Detail.RELEASED, hold.pk, now)


def holds_changed(placed: Iterable[Hold], released: Iterable[Hold], now: datetime) -> None:
    """The same for many accounts, of which few may have anybody to tell."""
    placed, released = list(placed), list(released)
    about = {hold.client_id for hold in [*placed, *released]}
    present = Membership.objects.filter(client__in=about, left_at=None)
    reached = set(present.values_list("client", flat=True))
    for hold in placed:
        # What came in with its release was over before anybody could be told.
        if hold.client_id in reached and hold.released_at is None:
            hold_placed(hold, now)
    for hold in released:
        if hold.client_id in reached:
            hold_released(hold, now)


def gate_changed(client_id: int, detail: Notification.Detail, at: datetime, now: datetime) -> None:
    """Everybody who writes for the account is told that the gate lets it through, no longer does,
    or will not from `at` on."""
    _tell_members(client_id, Kind.GATE, detail, int(at.timestamp()), now)


def _tell_members(
    client_id: int, kind: Notification.Kind, detail: str, subject: int, now: datetime
) -> None:
    members = Membership.objects.filter(client=client_id, left_at=None)
    tell(
        members.values_list("user_id", flat=True),
        kind,
        detail=detail,
        subject=subject,
        at=now,
        client_id=client_id,
    )

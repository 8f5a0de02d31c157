"""What waits for a reader, as the badges on every page say it."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Self

from accounts.models import FreelancerProfile, Membership, User
from messaging.selectors.conversations import unread
from messaging.selectors.notices import unseen
from messaging.selectors.requests import unopened


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Sealed requests, conversations with something new, notices not seen; each up to
    BADGE_MOST."""

    unopened: int = 0
    unread: int = 0
    noticed: int = 0

    def __str__(self) -> str:
        return "-".join(str(count) for count in asdict(self).values())

    @classmethod
    def said(cls, text: str) -> Self:
        """What was once written down as a text; none of it where it makes no sense."""
        parts = text.split("-")
        if len(parts) != 3 or not all(len(p) < 4 and p.isascii() and p.isdigit() for p in parts):
            return cls()
        return cls(unopened=int(parts[0]), unread=int(parts[1]), noticed=int(parts[2]))


def counts(
    reader: User, member: Membership | None, freelancer: FreelancerProfile | None, now: datetime
) -> Counts:
    """At most three queries."""
    return Counts(
        unopened=unopened(freelancer, now) if freelancer else 0,
        unread=unread(member, freelancer, now),
        noticed=unseen(reader, now),
    )

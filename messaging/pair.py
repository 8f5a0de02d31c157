"""What stands between one client and one freelancer, from what was between them before. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

#: How long a request waits, how long a pair rests after one that nobody answered, and how long a no
#: holds (product rules).
EXPIRES_AFTER = timedelta(days=14)
REST = timedelta(days=30)
COOL_OFF = timedelta(days=180)
#: An answer can be taken back for so long, and is told after that.
UNDO = timedelta(seconds=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """What stands between one client and one freelancer.

    `rests_until`: an earlier request was not answered or was withdrawn; `put_off_until`: the
    freelancer said "not now" until then; `cools_until`: they said no. None: nothing of the kind.
    """

    colleague: bool = False  # the freelancer is a member of the client account
    talking: bool = False  # their conversation was accepted, and the client told
    own_block: bool = False  # the client has blocked the freelancer
    waiting: bool = False  # a request waits for its answer, or for the client to be told of it
    known: bool = False  # contract, proposal or accepted invitation
    blocked: bool = False  # by the freelancer
    rests_until: datetime | None = None
    put_off_until: datetime | None = None
    cools_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An earlier request of the pair. `ended_at` None: it waits, or waited until `expires_at`."""

    state: str
    expires_at: datetime
    ended_at: datetime | None = None
    told_at: datetime | None = None
    declined_at: datetime | None = None
    put_off_until: datetime | None = None
    revoked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftermath:
    """What a pair's earlier requests mean now: the fields of `Pair` of the same names."""

    waiting: bool = False
    rests_until: datetime | None = None
    put_off_until: datetime | None = None
    cools_until: datetime | None = None


def aftermath(
    requests: Sequence[Past], invitation_declined_at: datetime | None, now: datetime
) -> Aftermath:
    """`requests` are the pair's latest, the newest first.

    An answer counts as waiting until the client is told. What was not answered, or was withdrawn,
    rests the pair; a "not now" lifts an earlier no, to a request or to an invitation.
    """
    told = [past for past in requests if past.told_at is None or past.told_at <= now]
    pending = len(told) < len(requests)
    latest = requests[0] if requests else None
    waits = latest is not None and latest.state == "waiting" and now < latest.expires_at
    declines = [*(past.declined_at for past in requests), invitation_declined_at]
    cools = [no + COOL_OFF for no in declines if no is not None and not _lifts(requests, no)]
    return Aftermath(
        waiting=pending or waits,
        rests_until=_rest(latest) if latest is not None else None,
        put_off_until=latest.put_off_until if latest is not None else None,
        cools_until=max(cools, default=None),
    )


def _lifts(requests: Sequence[Past], declined_at: datetime) -> bool:
    """Whether a "not now" came after that no."""
    return any(
        past.put_off_until is not None and past.ended_at is not None and past.ended_at > declined_at
        for past in requests
    )


def _rest(latest: Past) -> datetime | None:
    unanswered = latest.state in {"waiting", "expired"}
    withdrawn = latest.state == "withdrawn" and not latest.revoked
    if not unanswered and not withdrawn:
        return None
    return (latest.ended_at or latest.expires_at) + REST

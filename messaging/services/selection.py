"""One deed done to many requests, each in a transaction of its own: one that fails undoes no
other."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import OperationalError, models
from django.utils.translation import gettext_lazy as _

from accounts import deadline
from accounts.clock import Clock
from accounts.models import FreelancerProfile
from messaging.models import ContactRequest
from messaging.services.answers import (
    accept_request,
    decline_request,
    put_off_request,
    undo_answer,
)
from messaging.services.door import block_client, unblock_client
from messaging.services.flags import flag_message
from messaging.services.outcomes import (
    AlreadyFlagged,
    Gone,
    Moved,
    NotInTime,
    OwnBlock,
    TooOften,
)

#: What may stop one of many; anything else stops them all.
EXPECTED = (AlreadyFlagged, Gone, Moved, NotInTime, OwnBlock, TooOften)
#: Seconds of the page's time that are kept for telling what was done.
KEPT = 3.0


class Do(models.TextChoices):
    """What a freelancer can do about a request."""

    ACCEPT = "accept", _("Accept")
    DECLINE = "decline", _("No thanks")
    PUT_OFF = "put_off", _("Not now")
    UNDO = "undo", _("Undo")
    BLOCK = "block", _("Block")
    UNBLOCK = "unblock", _("Unblock")
    FLAG = "flag", _("Flag")

    @property
    def is_answer(self) -> bool:
        """Only a request that waits can be answered."""
        return self in {Do.ACCEPT, Do.DECLINE, Do.PUT_OFF}

    def counted(self, requests: Iterable[ContactRequest]) -> int:
        """To how many it is done: a block concerns clients, everything else requests."""
        if self in {Do.BLOCK, Do.UNBLOCK}:
            return len({request.client_id for request in requests})
        return len(list(requests))


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What is done to each of them: `line` goes with a no, `until` with a "not now", `reason` and
    `note` with a flag."""

    do: Do
    line: str = ""
    until: datetime | None = None
    reason: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Which were done, and which were not, each with the name of what stopped it."""

    done: list[ContactRequest] = field(default_factory=list)
    failed: list[tuple[ContactRequest, str]] = field(default_factory=list)


def act_on_each(requests: Iterable[ContactRequest], act: Callable[..., object]) -> Outcome:
    """`act` is called with each `request`; what it raises of EXPECTED is that one's failure."""
    outcome = Outcome()
    for request in requests:
        try:
            _in_time(act, request)
        except EXPECTED as failure:
            outcome.failed.append((request, type(failure).__name__))
        else:
            outcome.done.append(request)
    return outcome


def _in_time(act: Callable[..., object], request: ContactRequest) -> None:
    """Raises NotInTime too. The others' turn comes all the same, and what was done is told."""
    if deadline.left() < KEPT:
        raise NotInTime
    try:
        act(request=request)
    except OperationalError as slow:
        raise NotInTime from slow


def do_to_each(
    deed: Deed,
    requests: Iterable[ContactRequest],
    *,
    freelancer: FreelancerProfile,
    clock: Clock,
    may_flag: Callable[[], bool],
) -> Outcome:
    """`may_flag` counts a flag, and says whether the freelancer has one left."""

    def act(request: ContactRequest) -> None:
        if deed.do == Do.FLAG and not may_flag():
            raise TooOften
        _do(deed, request, freelancer, clock)

    return act_on_each(requests, act)


def _do(deed: Deed, request: ContactRequest, freelancer: FreelancerProfile, clock: Clock) -> None:
    match deed.do:
        case Do.BLOCK:
            block_client(freelancer=freelancer, client=request.client, clock=clock)
        case Do.UNBLOCK:
            unblock_client(freelancer=freelancer, client=request.client, clock=clock)
        case Do.FLAG:
            flag_message(
                reporter=freelancer.user,
                message=request.message,
                reason=deed.reason,
                note=deed.note,
                clock=clock,
            )
        case _:
            _answer(deed, request, freelancer, clock)


def _answer(
    deed: Deed, request: ContactRequest, freelancer: FreelancerProfile, clock: Clock
) -> None:
    match deed.do:
        case Do.ACCEPT:
            accept_request(request=request, freelancer=freelancer, clock=clock)
        case Do.DECLINE:
            decline_request(request=request, freelancer=freelancer, line=deed.line, clock=clock)
        case Do.PUT_OFF if deed.until is not None:
            put_off_request(request=request, freelancer=freelancer, until=deed.until, clock=clock)
        case Do.UNDO:
            undo_answer(request=request, freelancer=freelancer, clock=clock)
        case _:
            raise ValueError(deed)

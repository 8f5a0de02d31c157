"""Which mails are of no use any more: seen, over, unwanted, or no business of theirs now.

Asked when mails are claimed, moments before they leave, of many at once: the queries do not grow
with their number, but for news of a gate or a place, which is judged anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db.models import F

from accounts.models import MailChoice, MailTime, Membership, Notification
from eligibility.models import Hold
from eligibility.selectors import verdict_at
from messaging.models import Block, ContactRequest
from messaging.models.conversation import Side
from messaging.quota import quota_at

Kind = Notification.Kind
Detail = Notification.Detail
WAITING = ContactRequest.State.WAITING


def needless(rows: Sequence[Notification], subjects: Mapping[int, Any], now: datetime) -> set[int]:
    """The ids of those of `rows` (with recipient, client and freelancer) that need no mail.
    `subjects` are the rows that they are about, by notification."""
    ground = _ground(rows, subjects)
    return {row.pk for row in rows if _is_needless(row, subjects.get(row.pk), ground, now)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """How things stand between the people concerned: pairs are of ids."""

    confirmed: set[int]  # people who have shown that their address is theirs
    unwanted: set[tuple[int, str]]  # person, kind
    members: set[tuple[int, int]]  # client, person
    held: set[int]  # clients
    blocked: set[tuple[int, int, str]]  # client, freelancer, the side that blocks
    accepted: set[tuple[int, int, datetime]]  # person, freelancer, when: the mail that says so


def _ground(rows: Sequence[Notification], subjects: Mapping[int, Any]) -> _Ground:
    people = {row.recipient_id for row in rows}
    clients = {row.client_id for row in rows}
    confirmed = EmailAddress.objects.filter(user__in=people, verified=True, email=F("user__email"))
    off = MailChoice.objects.filter(person__in=people, time=MailTime.OFF)
    present = Membership.objects.filter(user__in=people, left_at=None)
    held = Hold.objects.filter(client__in=clients, released_at=None)
    freelancers = {row.freelancer_id for row in rows}
    blocks = Block.objects.filter(client__in=clients, freelancer__in=freelancers, lifted_at=None)
    return _Ground(
        confirmed=set(confirmed.values_list("user", flat=True)),
        unwanted=set(off.values_list("person", "kind")),
        members=set(present.values_list("client", "user")),
        held=set(held.values_list("client", flat=True)),
        blocked=set(blocks.values_list("client", "freelancer", "side")),
        accepted=_accepted([subjects.get(row.pk) for row in rows if row.kind == Kind.MESSAGE]),
    )


def _accepted(messages: Sequence[Any]) -> set[tuple[int, int, datetime]]:
    """Of the conversations of these messages: the mails, sent or about to be, that tell a request
    was accepted."""
    talks = {message.conversation_id for message in messages if message is not None}
    if not talks:
        return set()
    requests = ContactRequest.objects.filter(conversation__in=talks)
    answers = Notification.objects.filter(
        kind=Kind.ANSWER,
        detail=Detail.ACCEPTED,
        subject__in=requests.values("pk"),
        mail_due_at__isnull=False,
        parked_at=None,
    )
    return set(answers.values_list("recipient", "freelancer", "at"))


def _is_needless(row: Notification, subject: Any, ground: _Ground, now: datetime) -> bool:
    person = row.recipient
    if not person.is_active or person.bounced_at is not None or person.pk not in ground.confirmed:
        return True
    unwanted = (person.pk, row.kind) in ground.unwanted
    return unwanted or _has_gone(row, ground) or _is_over(row, subject, ground, now)


def _is_over(row: Notification, subject: Any, ground: _Ground, now: datetime) -> bool:
    match row.kind:
        case Kind.DECISION:
            return False
        case Kind.PLACES | Kind.GATE:
            return row.client_id in ground.held or not _holds_true(row, now)
        case _ if subject is None:
            return True
        case Kind.REQUEST | Kind.EXPIRING:
            waits = subject.state_at(now) == WAITING and subject.opened_at is None
            return not waits or _is_kept_out(row, ground)
        case Kind.MESSAGE:
            # A reply that accepted a request: the answer's mail says both.
            said = (row.recipient_id, row.freelancer_id, row.at) in ground.accepted
            return said or _is_read(row, subject) or _is_kept_out(row, ground)
        case Kind.ANSWER:
            return bool(subject.told_state(now) != row.detail)
        case _:
            # Of a hold: whether it is as the mail would say.
            return (row.detail == Detail.RELEASED) == (row.client_id in ground.held)


def is_to_freelancer(row: Notification) -> bool:
    """Whether the person told is the freelancer of the two sides."""
    return row.freelancer is not None and row.freelancer.user_id == row.recipient_id


def _has_gone(row: Notification, ground: _Ground) -> bool:
    """Left the marketplace, or writes for the account no more; of their own reports they hear."""
    if row.kind == Kind.DECISION:
        return False
    if row.freelancer is not None and is_to_freelancer(row):
        return row.freelancer.deactivated_at is not None
    return (row.client_id, row.recipient_id) not in ground.members


def _is_kept_out(row: Notification, ground: _Ground) -> bool:
    """Nobody gets mail about whom they have blocked, and a freelancer none about a client on
    hold."""
    side = Side.FREELANCER if is_to_freelancer(row) else Side.CLIENT
    held = side is Side.FREELANCER and row.client_id in ground.held
    return held or (row.client_id, row.freelancer_id, side) in ground.blocked


def _is_read(row: Notification, message: Any) -> bool:
    talk = message.conversation
    read = talk.freelancer_read_seq if is_to_freelancer(row) else talk.client_read_seq
    return bool(message.seq <= read)


def _holds_true(row: Notification, now: datetime) -> bool:
    if row.client_id is None:
        return False
    verdict = verdict_at(row.client_id, now)
    passes = verdict.may_start and not verdict.unmet
    if row.kind == Kind.GATE:
        return passes != (row.detail == Detail.LOST)
    quota = quota_at(row.client_id, verdict.quota, anchor_day=verdict.anchor_day, now=now)
    return passes and quota.left > 0

"""What moderators decide: each decision once, with a reason, and a row nobody can edit."""

from datetime import datetime

from django.db import transaction

from accounts.clock import Clock
from accounts.locks import lock_client
from accounts.models import ClientAccount, FreelancerProfile, Membership, User
from eligibility.models import Hold
from eligibility.notifications import hold_placed, hold_released
from messaging import notifications
from messaging.models import Flag, ModerationAction
from messaging.services.outcomes import AlreadyDecided, OwnCase


def uphold_flag(*, flag: Flag, moderator: User, reason: str, clock: Clock) -> None:
    """The report was right. Raises AlreadyDecided or OwnCase."""
    _decide(flag, Flag.Outcome.UPHELD, moderator, reason, clock)


def dismiss_flag(*, flag: Flag, moderator: User, reason: str, clock: Clock) -> None:
    """The message was acceptable. Raises AlreadyDecided or OwnCase."""
    _decide(flag, Flag.Outcome.DISMISSED, moderator, reason, clock)


def place_hold(
    *,
    client: ClientAccount,
    moderator: User,
    reason: str,
    clock: Clock,
    flag: Flag | None = None,
) -> Hold:
    """From the commit on, the client sends nothing. `reason` is what the client reads.

    Raises AlreadyDecided when a hold is active, or OwnCase.
    """
    with transaction.atomic(durable=True):
        lock_client(client.pk)
        now = clock()
        _refuse_own_case(client, moderator, _freelancer_of(flag))
        if Hold.objects.filter(client=client, released_at=None).exists():
            raise AlreadyDecided
        hold = Hold.objects.create(
            client=client, reason=reason, at=now, recorded_at=now, placed_by=moderator
        )
        ModerationAction.objects.create(
            at=now,
            moderator=moderator,
            kind=ModerationAction.Kind.HOLD_PLACED,
            flag=flag,
            client=client,
            hold=hold,
            old="good standing",
            new="on hold",
            reason=reason,
        )
        hold_placed(hold, now)
    return hold


def release_hold(*, hold: Hold, moderator: User, reason: str, clock: Clock) -> None:
    """Gives back exactly the rights the client had. Raises AlreadyDecided or OwnCase."""
    with transaction.atomic(durable=True):
        client = lock_client(hold.client_id)
        now = clock()
        placed = hold.actions.filter(kind=ModerationAction.Kind.HOLD_PLACED).first()
        _refuse_own_case(client, moderator, _freelancer_of(placed.flag if placed else None))
        open_holds = Hold.objects.filter(pk=hold.pk, released_at=None)
        if not open_holds.update(released_at=now, release_recorded_at=now):
            raise AlreadyDecided
        ModerationAction.objects.create(
            at=now,
            moderator=moderator,
            kind=ModerationAction.Kind.HOLD_RELEASED,
            client=client,
            hold=hold,
            old="on hold",
            new="good standing",
            reason=reason,
        )
        hold_released(hold, now)


def _decide(flag: Flag, outcome: Flag.Outcome, moderator: User, reason: str, clock: Clock) -> None:
    conversation = flag.message.conversation
    with transaction.atomic(durable=True):
        client = lock_client(conversation.client_id)
        now = clock()
        _refuse_own_case(client, moderator, conversation.freelancer)
        if not _mark_decided(flag, outcome, moderator, reason, now):
            raise AlreadyDecided
        ModerationAction.objects.create(
            at=now,
            moderator=moderator,
            kind=f"flag_{outcome}",
            flag=flag,
            client=client,
            old="open",
            new=outcome,
            reason=reason,
        )
        notifications.decided(flag, outcome, now)


def _mark_decided(
    flag: Flag, outcome: Flag.Outcome, moderator: User, reason: str, now: datetime
) -> bool:
    undecided = Flag.objects.filter(pk=flag.pk, outcome="")
    return bool(
        undecided.update(
            outcome=outcome, decided_at=now, decided_by=moderator, decision_reason=reason
        )
    )


def _freelancer_of(flag: Flag | None) -> FreelancerProfile | None:
    return flag.message.conversation.freelancer if flag is not None else None


def _refuse_own_case(
    client: ClientAccount, moderator: User, freelancer: FreelancerProfile | None = None
) -> None:
    member = Membership.objects.filter(client=client, user=moderator, left_at=None).exists()
    if member or (freelancer is not None and freelancer.user_id == moderator.pk):
        raise OwnCase

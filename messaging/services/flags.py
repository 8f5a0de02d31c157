"""Reporting a message to the moderators."""

from django.db import IntegrityError, transaction

from accounts.clock import Clock
from accounts.models import User
from messaging.models import Act, Flag, Message
from messaging.services.outcomes import AlreadyFlagged


def flag_message(*, reporter: User, message: Message, reason: str, note: str, clock: Clock) -> Flag:
    """Put a message the reporter received before the moderators, with its text as it is now.

    Raises AlreadyFlagged. The other side is not told.
    """
    now = clock()
    try:
        with transaction.atomic():
            flag = Flag.objects.create(
                message=message,
                reporter=reporter,
                reason=reason,
                note=note,
                text=message.body,
                raised_at=now,
            )
            Act.objects.create(
                at=now,
                actor=reporter,
                kind=Act.Kind.FLAG_RAISED,
                client_id=message.conversation.client_id,
                freelancer_id=message.conversation.freelancer_id,
                new=reason,
            )
    except IntegrityError as error:
        if Flag.objects.filter(reporter=reporter, message=message).exists():
            raise AlreadyFlagged from error
        raise
    return flag

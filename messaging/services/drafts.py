"""Drafts: kept while a person types, gone when the words are sent."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from accounts.clock import Clock
from accounts.models import Skill
from messaging.models import Conversation, Draft, Message
from messaging.selectors.drafts import Place, at_place

KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What stands in the form, finished or not; "" and no skill: nothing chosen yet."""

    skill: Skill | None = None
    kind: str = ""
    budget: str = ""
    start: str = ""
    body: str = ""


def keep_draft(
    *,
    owner_id: int,
    place: Place,
    typed: Typed,
    submission_key: str,
    client_id: int | None,
    clock: Clock,
) -> Draft | None:
    """Keep what was typed, instead of what was kept before; None where there is nothing to keep.

    Nothing is kept of what was sent under this key: the last keystrokes may arrive after it.
    `client_id`: the account the person writes for, None for a freelancer.
    """
    if typed == Typed():
        discard_draft(owner_id=owner_id, place=place)
        return None
    with transaction.atomic():
        sent = Message.objects.filter(submission_key=submission_key, sender_client=client_id)
        if sent.filter(author=owner_id).exists():
            return None
        draft, _ = Draft.objects.update_or_create(
            owner_id=owner_id,
            **at_place(place),
            defaults={name: getattr(typed, name) for name in Typed.__slots__}
            | {"saved_at": clock()},
        )
        # The sending may have come between, and this have waited for it to drop the draft.
        if sent.filter(author=owner_id).exists():
            draft.delete()
            return None
    return draft


def discard_draft(*, owner_id: int, place: Place) -> None:
    Draft.objects.filter(owner_id=owner_id, **at_place(place)).delete()


def drop_sent(*, author_id: int, conversation: Conversation, as_client: bool) -> None:
    """The author's drafts for this pair, whose words were just sent. Call in that transaction."""
    other = Q(client=conversation.client_id)
    if as_client:
        other = Q(freelancer=conversation.freelancer_id)
    Draft.objects.filter(other | Q(conversation=conversation), owner=author_id).delete()


def delete_old(*, most: int, clock: Clock) -> int:
    """Delete the oldest drafts that nobody has touched for KEPT_FOR, at most so many."""
    old = Draft.objects.filter(saved_at__lt=clock() - KEPT_FOR).order_by("saved_at")
    deleted, _ = Draft.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:most])).delete()
    return deleted

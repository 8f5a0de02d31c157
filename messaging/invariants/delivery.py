"""What arrives: nothing past a block, each message once, in order, from who may write."""

from collections.abc import Iterable, Iterator

from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q

from messaging.invariants.invariant import Invariant, ids, twice
from messaging.models import Block, Conversation, Message
from messaging.models.conversation import Side


def _messages_while_blocked() -> Iterator[object]:
    """Of the blocked side; a client that blocks writes nothing itself either."""
    sent = Message.objects.filter(
        conversation__client=OuterRef("client"),
        conversation__freelancer=OuterRef("freelancer"),
        sent_at__gt=OuterRef("placed_at"),
    )
    of_blocked = {
        Side.FREELANCER: sent.filter(sender_client=OuterRef("client")),
        Side.CLIENT: sent,
    }
    for side, messages in of_blocked.items():
        still = messages.filter(sent_at__lt=OuterRef("lifted_at"))
        in_force = Q(lifted_at=None)
        broken = (in_force & Exists(messages)) | (~in_force & Exists(still))
        yield from ids(Block.objects.filter(broken, side=side))


def _keys_used_twice() -> Iterator[object]:
    by_clients = Message.objects.exclude(sender_client=None)
    yield from twice(by_clients, "sender_client", "submission_key")
    yield from twice(Message.objects.filter(sender_client=None), "author", "submission_key")


def _threads_with_gaps() -> Iterable[object]:
    counted = Conversation.objects.annotate(
        messages=Count("thread"), first=Min("thread__seq"), last=Max("thread__seq")
    )
    whole = Q(first=1, messages=F("last_seq"), last=F("last_seq"))
    return ids(counted.exclude(whole | Q(messages=0, last_seq=0)))


def _messages_of_strangers() -> Iterable[object]:
    by_client = Q(sender_client=F("conversation__client"))
    by_freelancer = Q(sender_client=None, author=F("conversation__freelancer__user"))
    return ids(Message.objects.exclude(by_client | by_freelancer))


def _read_beyond_the_end() -> Iterable[object]:
    beyond = Q(client_read_seq__gt=F("last_seq")) | Q(freelancer_read_seq__gt=F("last_seq"))
    return ids(Conversation.objects.filter(beyond))


INVARIANTS = (
    Invariant("Nothing arrives while a block is in force.", _messages_while_blocked),
    Invariant("One submission key is one message.", _keys_used_twice),
    Invariant("A conversation's messages count 1 to n.", _threads_with_gaps),
    Invariant("Only a conversation's two sides write in it.", _messages_of_strangers),
    Invariant("Nobody has read what is not written.", _read_beyond_the_end),
)

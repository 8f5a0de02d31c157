"""One client and one freelancer: their conversation, their requests, and each step of those."""

from collections.abc import Iterable, Iterator

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, Lag

from accounts.models import Relationship
from messaging.invariants.invariant import Invariant, ids, twice
from messaging.models import Act, ContactRequest, Conversation, Message, Receipt
from messaging.pair import COOL_OFF, REST, UNDO

State = ContactRequest.State


def _pairs_with_two_conversations() -> Iterable[object]:
    return twice(Conversation.objects.all(), "client", "freelancer")


def _pairs_with_two_waiting_requests() -> Iterable[object]:
    return twice(ContactRequest.objects.filter(state=State.WAITING), "client", "freelancer")


#: Which act takes a request from which states to which.
_STEPS = {
    Act.Kind.REQUEST_SENT: ([""], [State.WAITING]),
    Act.Kind.REQUEST_ACCEPTED: ([State.WAITING], [State.ACCEPTED]),
    Act.Kind.REQUEST_DECLINED: ([State.WAITING], [State.DECLINED]),
    Act.Kind.REQUEST_PUT_OFF: ([State.WAITING], [State.PUT_OFF]),
    Act.Kind.ANSWER_UNDONE: (list(ContactRequest.ANSWERS), [State.WAITING]),
    Act.Kind.REQUEST_WITHDRAWN: ([State.WAITING, *ContactRequest.ANSWERS], [State.WITHDRAWN]),
    Act.Kind.REQUEST_EXPIRED: ([State.WAITING], [State.EXPIRED]),
}


def _requests_without_their_acts() -> Iterable[object]:
    """It was sent once, and the last line of its log says how it stands."""
    last = Act.objects.filter(request=OuterRef("pk")).order_by("-id").values("new")[:1]
    sent = Act.objects.filter(request=OuterRef("pk"), kind=Act.Kind.REQUEST_SENT)
    told = ContactRequest.objects.annotate(last=Coalesce(Subquery(last), Value("")))
    yield from ids(told.filter(~Exists(sent) | ~Q(last=F("state"))))
    yield from twice(Act.objects.filter(kind=Act.Kind.REQUEST_SENT), "request")


def _acts_out_of_turn() -> Iterator[object]:
    """What is no step at all, and what does not begin where the step before it ended."""
    known = Q(kind=Act.Kind.REQUEST_REVOKED)
    for kind, (old, new) in _STEPS.items():
        known |= Q(kind=kind, old__in=old, new__in=new)
    acts = Act.objects.exclude(request=None)
    yield from ids(acts.exclude(known))
    before = Window(Lag("new", default=Value("")), partition_by="request", order_by="id")
    steps = acts.annotate(before=before)
    yield from ids(steps.filter(~Q(before=F("old"))))


def _waiting_requests_with_more_messages() -> Iterable[object]:
    later = Message.objects.filter(
        conversation=OuterRef("conversation"), seq__gt=OuterRef("message__seq")
    )
    waiting = ContactRequest.objects.filter(state=State.WAITING)
    opened = Q(conversation__accepted_at__lt=F("expires_at"))
    written = Exists(later.filter(sent_at__lt=OuterRef("expires_at")))
    return ids(waiting.filter(written | opened))


def _accepted_requests_without_conversation() -> Iterable[object]:
    accepted = ContactRequest.objects.filter(state=State.ACCEPTED)
    return ids(accepted.filter(conversation__accepted_at=None))


def _conversations_opened_by_nobody() -> Iterable[object]:
    """A conversation is opened by an accepted request, or by a freelancer who writes first."""
    accepted = ContactRequest.objects.filter(conversation=OuterRef("pk"), state=State.ACCEPTED)
    started = Act.objects.filter(**_PAIR, kind=Act.Kind.CONVERSATION_STARTED)
    by_answer = Exists(accepted.filter(told_at=OuterRef("accepted_at")))
    by_first_words = Exists(started.filter(at=OuterRef("accepted_at")))
    opened = Conversation.objects.exclude(accepted_at=None)
    return ids(opened.filter(~by_answer, ~by_first_words))


def _requests_of_another_pair() -> Iterable[object]:
    same = Q(
        conversation__client=F("client"),
        conversation__freelancer=F("freelancer"),
        message__conversation=F("conversation"),
        message__sender_client=F("client"),
    )
    return ids(ContactRequest.objects.exclude(same))


def _told_out_of_time() -> Iterable[object]:
    """An answer is told within the time for undoing it; what ends otherwise is told as it ends."""
    answer = Q(state__in=ContactRequest.ANSWERS)
    late = Q(told_at__gt=F("ended_at") + UNDO)
    not_at_once = Q(told_at__gt=F("ended_at"))
    expired = Q(state=State.EXPIRED) & ~Q(ended_at=F("expires_at"))
    ended = ContactRequest.objects.exclude(state=State.WAITING)
    return ids(ended.filter((answer & late) | (~answer & not_at_once) | expired))


def _requests_within_a_rest() -> Iterable[object]:
    """A "not now" holds for everybody; what went unanswered or was withdrawn rests the pair for 30
    days, but for who is known."""
    put_off = _earlier().filter(put_off_until__gt=OuterRef("sent_at"))
    unanswered = Q(state__in=[State.WAITING, State.EXPIRED]) | Q(
        state=State.WITHDRAWN, revoked_at=None
    )
    ended = _earlier().annotate(end=Coalesce("ended_at", "expires_at")).filter(unanswered)
    resting = ended.filter(end__gt=OuterRef("sent_at") - REST)
    by_gate = Q(receipt__basis=Receipt.Basis.GATE)
    return ids(ContactRequest.objects.filter(Exists(put_off) | (by_gate & Exists(resting))))


def _requests_within_a_cool_off() -> Iterable[object]:
    """A no, also to a job's invitation, holds for 180 days but for who is known; a later "not now"
    lifts it."""
    since = OuterRef("sent_at") - COOL_OFF
    no = _earlier().filter(declined_at__gt=since, declined_at__lt=OuterRef("sent_at"))
    invited = Relationship.objects.filter(
        **_PAIR,
        kind=Relationship.Kind.INVITATION_DECLINED,
        at__gt=since,
        at__lt=OuterRef("sent_at"),
        recorded_at__lt=OuterRef("sent_at"),
    )
    broken = Exists(no.filter(~_lifts("declined_at"))) | Exists(invited.filter(~_lifts("at")))
    return ids(ContactRequest.objects.filter(broken, receipt__basis=Receipt.Basis.GATE))


_PAIR = {"client": OuterRef("client"), "freelancer": OuterRef("freelancer")}


def _earlier() -> QuerySet[ContactRequest]:
    """The pair's requests before the one outside."""
    return ContactRequest.objects.filter(**_PAIR, sent_at__lt=OuterRef("sent_at"))


def _lifts(no: str) -> Exists:
    """Whether the freelancer said "not now" after the no of that name, before the one sent."""
    put_off = ContactRequest.objects.filter(**_PAIR, put_off_until__isnull=False)
    between = put_off.filter(ended_at__gte=OuterRef(no), sent_at__lt=OuterRef(OuterRef("sent_at")))
    return Exists(between)


INVARIANTS = (
    Invariant("A pair has one conversation.", _pairs_with_two_conversations),
    Invariant("A pair has one waiting request.", _pairs_with_two_waiting_requests),
    Invariant("The log says how each request stands.", _requests_without_their_acts),
    Invariant("Each step of a request follows from the one before.", _acts_out_of_turn),
    Invariant("After a waiting request nothing is written.", _waiting_requests_with_more_messages),
    Invariant("Accepting opens the conversation.", _accepted_requests_without_conversation),
    Invariant("Somebody opened each open conversation.", _conversations_opened_by_nobody),
    Invariant("A request and its message belong to one pair.", _requests_of_another_pair),
    Invariant("An answer is told when it can't be undone.", _told_out_of_time),
    Invariant("A pair at rest sends nothing.", _requests_within_a_rest),
    Invariant("A no holds for 180 days.", _requests_within_a_cool_off),
)

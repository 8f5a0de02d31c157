"""What a client is told of its own requests, and of the places they took.

Nothing of an answer is here before its time: the client's pages read these, never a request's own
state, line, instants or conversation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts.models import ClientAccount, FreelancerProfile
from eligibility.rules import Evaluation
from messaging import selectors
from messaging.models import ContactRequest, Conversation, QuotaEntry
from messaging.pair import REST
from messaging.slots import DAY, next_cycle_start

State = ContactRequest.State
#: How a state is called on the client's pages.
LABELS = {state: state.label for state in State} | {State.WAITING: _("Waiting")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One request as its client reads it.

    `at`: since when it has been as it is; None while it waits. `again_at`: until then a rest or a
    "not now" keeps the client from writing to this freelancer again; None when that is over.
    `line`: the freelancer's own words with a no. `revoked`: the marketplace took it back. `known`:
    the two have a relationship, so that no rest keeps them apart.
    """

    request: ContactRequest
    state: State
    known: bool = False
    at: datetime | None = None
    again_at: datetime | None = None
    line: str = ""
    revoked: bool = False
    conversation: Conversation | None = None

    @property
    def freelancer(self) -> FreelancerProfile:
        return self.request.freelancer

    @property
    def is_answered(self) -> bool:
        return self.state in ContactRequest.ANSWERS

    @property
    def label(self) -> str:
        return str(LABELS[self.state])


def tell(requests: Sequence[ContactRequest], client: ClientAccount, now: datetime) -> list[Told]:
    """Each of the client's requests as it reads at `now`. One query however many."""
    known = selectors.known_among(client, [each.freelancer_id for each in requests], now)
    return [_tell(each, now, known=each.freelancer_id in known) for each in requests]


def _tell(request: ContactRequest, now: datetime, *, known: bool = False) -> Told:
    state = State(request.told_state(now))
    if state == State.WAITING:
        return Told(request=request, state=state, known=known)
    at = request.told_at or request.expires_at
    revoked = request.revoked_at is not None
    rests = state in {State.EXPIRED, State.WITHDRAWN} and not known and not revoked
    again_at = at + REST if rests else request.put_off_until
    return Told(
        request=request,
        state=state,
        known=known,
        at=at,
        again_at=again_at if again_at is not None and now < again_at else None,
        line=request.line,
        revoked=revoked,
        conversation=request.conversation if state == State.ACCEPTED else None,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLine:
    """A place used (`slots` 1) or given back (-1) at `at`, and the request it was for.

    `back_at`: when a used place comes back or came back. `why`: "day" 24 hours after its use,
    "answer" because the request was answered, "cycle" with the next billing cycle.
    """

    told: Told
    at: datetime
    slots: int
    back_at: datetime | None = None
    why: str = ""


def ledger_lines(
    lines: Sequence[QuotaEntry], due: Sequence[QuotaEntry], terms: Evaluation, *, first_page: bool
) -> list[LedgerLine]:
    """The lines of one page of a client's ledger as they read at `terms.at`; those that are `due`,
    and in no table yet, stand on the first page. One query."""
    written = {line.request_id for line in lines if line.slots < 0}
    due = [line for line in due if line.request_id not in written]
    back = selectors.given_back(lines) | {line.request_id: line.at for line in due}
    shown = [*lines, *due] if first_page else list(lines)
    shown.sort(key=lambda line: line.at, reverse=True)
    return [_line(line, back.get(line.request_id), terms) for line in shown]


def _line(entry: QuotaEntry, given_back_at: datetime | None, terms: Evaluation) -> LedgerLine:
    back_at, why = None, ""
    if entry.slots > 0 and terms.quota.window != "cycle":
        back_at, why = entry.at + DAY, "day"
    elif entry.slots > 0 and given_back_at is not None:
        back_at, why = given_back_at, "answer"
    elif entry.slots > 0:
        back_at, why = next_cycle_start(terms.anchor_day, entry.at), "cycle"
    told = _tell(entry.request, terms.at)
    return LedgerLine(told=told, at=entry.at, slots=entry.slots, back_at=back_at, why=why)

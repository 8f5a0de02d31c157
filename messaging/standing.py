"""How a request stands for its freelancer, and why it could come, in words."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import dates
from eligibility.rules import Criterion, CriterionResult
from messaging import wording
from messaging.models import ContactRequest
from messaging.pair import COOL_OFF

State = ContactRequest.State

BLOCKED = gettext_lazy("Blocked. Nothing they send reaches you, and they are not told.")
WAITS_BLOCKED = gettext_lazy(
    "It waits, and you block this client. Unblock them first if you want to answer."
)
UNBLOCKED = gettext_lazy("No longer blocked: your door and the gate decide again.")
#: What the freelancer reads where a receipt did not hold, and of a check.
REVOKED = gettext_lazy(
    "Withdrawn by the marketplace: its receipt did not hold. The client was put on hold for "
    "review, and moderators have it."
)
UPHELD = gettext_lazy("Checked again just now against the records as they were then: it holds.")
DOUBTED = gettext_lazy(
    "Checked again just now against the records as they were then: it does not hold. What became "
    "of the request stays as it is; the client was put on hold for review, and moderators have it."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a request stands at one instant. `seconds`: so long its answer can be taken back."""

    state: str
    sentence: str
    seconds: int = 0
    blocked: bool = False

    @property
    def can_answer(self) -> bool:
        return self.state == State.WAITING and not self.blocked


def standing(request: ContactRequest, now: datetime, *, blocked: bool = False) -> Standing:
    """`blocked`: the freelancer blocks the client."""
    left = request.told_at - now if request.can_undo(now) and request.told_at else timedelta()
    seconds = -(-left // timedelta(seconds=1))
    state = request.state_at(now)
    waits_blocked = blocked and state == State.WAITING
    return Standing(
        state=state,
        sentence=str(WAITS_BLOCKED) if waits_blocked else _sentence(request, now, seconds),
        seconds=seconds,
        blocked=blocked,
    )


def _sentence(request: ContactRequest, now: datetime, seconds: int) -> str:
    if seconds:
        return f"{_just_now(request, now)} {_told_in(seconds)}"
    match request.state_at(now):
        case State.WAITING:
            return _("It waits for your answer.")
        case State.EXPIRED:
            return _("Not answered, so it expired {instant}. Nothing is held against you.").format(
                instant=wording.instant(request.expires_at, now)
            )
        case State.WITHDRAWN if request.revoked_at is not None:
            return str(REVOKED)
        case State.WITHDRAWN:
            return _("They took it back {instant}.").format(instant=_ended(request, now))
        case _:
            return _answer(request, now)


def _just_now(request: ContactRequest, now: datetime) -> str:
    match request.state:
        case State.ACCEPTED:
            return _("Accepted.")
        case State.DECLINED:
            return _("Declined.")
        case _:
            return _("Not now, until {day}.").format(day=day(request.put_off_until or now, now))


def _answer(request: ContactRequest, now: datetime) -> str:
    match request.state:
        case State.ACCEPTED:
            return _("You accepted {instant}.").format(instant=_ended(request, now))
        case State.DECLINED:
            return _("You said no thanks {instant}. That holds until {day}.").format(
                instant=_ended(request, now),
                day=day((request.declined_at or now) + COOL_OFF, now),
            )
        case _:
            return _("Not now: they can write again from {day} on.").format(
                day=day(request.put_off_until or now, now)
            )


def _ended(request: ContactRequest, now: datetime) -> str:
    return wording.instant(request.ended_at or now, now)


def _told_in(seconds: int) -> str:
    return ngettext(
        "They will be told in {n} second.", "They will be told in {n} seconds.", seconds
    ).format(n=seconds)


def day(at: datetime, now: datetime) -> str:
    """ "3 March", with the year when it is another, in the reader's time zone."""
    local = timezone.localtime(at)
    return dates.day(local, year=local.year != timezone.localtime(now).year)


def band(result: CriterionResult) -> str:
    """What a receipt observed, as others may know it: a band or a fact, never the figure."""
    match result.criterion:
        case Criterion.BILLING_METHOD:
            return _("verified") if result.met else _("not verified")
        case Criterion.SPEND:
            spend = result.observed
            return wording.spend_band(spend if isinstance(spend, int) else 0)
        case Criterion.TENURE | Criterion.FIRST_PAYMENT:
            return _("none yet") if result.observed is None else _age(result.observed)
        case Criterion.GOOD_STANDING:
            return _("in good standing") if result.met else _("on hold or not active")


def _age(observed: int | timedelta) -> str:
    elapsed = observed if isinstance(observed, timedelta) else timedelta()
    for below, words in _AGES:
        if elapsed < below:
            return str(words)
    return _("more than five years")


_AGES = [
    (timedelta(days=90), gettext_lazy("less than 90 days")),
    (timedelta(days=365), gettext_lazy("90 days to a year")),
    (timedelta(days=2 * 365), gettext_lazy("one to two years")),
    (timedelta(days=5 * 365), gettext_lazy("two to five years")),
]


def failure(reason: str, stands: Standing) -> str:
    """Why one of many was not done; `reason` names what stopped it."""
    return str(_FAILURES.get(reason, stands.sentence))


_FAILURES = {
    "OwnBlock": wording.OWN_BLOCK,
    "AlreadyFlagged": gettext_lazy("You have flagged it before. Moderators have it."),
    "TooOften": gettext_lazy("That was more flags than we take in a day. Flag it tomorrow."),
    "Gone": gettext_lazy("You have left the marketplace, so nothing was done."),
    "NotInTime": gettext_lazy("We were too slow for this one, so it stays as it was. Do it again."),
}

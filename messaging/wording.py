"""Every sentence a person reads about a verdict: one place, one sentence per reason."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import dates
from accounts.models import Relationship
from eligibility.rules import (
    MOMENT,
    Criterion,
    CriterionResult,
    Eligible,
    Evaluation,
    PlanTerms,
)
from messaging.door import Refusal
from messaging.policy import SendContext, rests_until
from messaging.slots import QuotaState

#: What a client reads for every reason that is the freelancer's own: one sentence, no difference.
NEUTRAL = gettext_lazy("{name} isn't taking new messages at the moment.")

KEY_REUSED = gettext_lazy(
    "This form has sent something else before. What you wrote is kept: press Send once more to "
    "send it too."
)
SKILL_GONE = gettext_lazy("They no longer list that skill. Choose another, then send.")
NOT_A_MEMBER = gettext_lazy("You no longer write for this client account, so nothing was sent.")
GONE = gettext_lazy("This freelancer has left the marketplace, so nothing was sent.")
NOT_OPEN = gettext_lazy("This request is waiting for its answer. You can write again after that.")
OWN_BLOCK = gettext_lazy("You have blocked this client. Unblock them first, then write.")
STRANGER = gettext_lazy(
    "You can write first to clients you have had a contract, a proposal or an invitation with, and "
    "the marketplace knows of none with this one. They can write to you."
)
OWN_CLIENT = gettext_lazy("You write for this client yourself, so there is nobody to ask.")
LEFT = gettext_lazy("Your profile is no longer active, so nothing was sent.")
NO_LONGER_YOURS = gettext_lazy(
    "You no longer write for this client account, so nothing was changed."
)
TOLD_MEANWHILE = gettext_lazy(
    "Nothing was withdrawn: it does not wait any more. How it stands now is below."
)

TITLES = {
    Criterion.BILLING_METHOD: gettext_lazy("Verified billing method"),
    Criterion.SPEND: gettext_lazy("Paid to freelancers in the last 12 months"),
    Criterion.TENURE: gettext_lazy("Time with the marketplace"),
    Criterion.FIRST_PAYMENT: gettext_lazy("First payment to a freelancer"),
    Criterion.GOOD_STANDING: gettext_lazy("Good standing"),
}


#: Why the message was not sent and what to do next; `name` is the freelancer's. Those that tell a
#: figure or a time have a function below.
_REFUSALS = {
    Refusal.COLLEAGUE: gettext_lazy(
        "{name} writes for the same account as you, so there is nobody to ask."
    ),
    Refusal.TALKING: gettext_lazy(
        "You and {name} are already in conversation. Write to them there."
    ),
    Refusal.OWN_BLOCK: gettext_lazy("You have blocked {name}. Unblock them first, then write."),
    Refusal.HOLD: gettext_lazy(
        "Your account is on hold or not active, so it can't send messages. The reason is on the "
        "page “Can I write to freelancers?”."
    ),
    Refusal.WAITING: gettext_lazy(
        "Your request to {name} is waiting for an answer. You can write again once they reply."
    ),
}


def refusal(reason: Refusal, *, name: str, context: SendContext | None = None) -> str:
    """Why the message was not sent and what to do next; `name` is the freelancer's."""
    if reason.is_freelancers_own:
        return str(NEUTRAL).format(name=name)
    match reason:
        case Refusal.GATE:
            return _gate(context)
        case Refusal.QUOTA:
            return _quota(context)
        case Refusal.RESTING:
            return _resting(name, context)
        case _:
            return str(_REFUSALS[reason]).format(name=name)


_KNOWN = {
    Relationship.Kind.CONTRACT: gettext_lazy("You have worked with {name}"),
    Relationship.Kind.PROPOSAL: gettext_lazy("{name} has sent you a proposal"),
    Relationship.Kind.INVITATION_ACCEPTED: gettext_lazy(
        "{name} has accepted an invitation of yours"
    ),
}


def known_because(relation: Relationship, *, name: str) -> str:
    """Why a client's message to the freelancer passes without place and gate."""
    because = str(_KNOWN[Relationship.Kind(relation.kind)]).format(name=name)
    return _(
        "{because}, so your message takes no place for new people and is not asked at the gate."
    ).format(because=because)


def asked_too_often(seconds: int) -> str:
    """What stands in the place of every answer once an account has met too many shut doors."""
    minutes = -(-seconds // 60)
    return ngettext(
        "You have looked too often at who takes no messages at the moment. Try again in {n} "
        "minute.",
        "You have looked too often at who takes no messages at the moment. Try again in {n} "
        "minutes.",
        minutes,
    ).format(n=minutes)


def _resting(name: str, context: SendContext | None) -> str:
    until = rests_until(context) if context is not None else None
    if context is None or until is None:
        return _("You can't write to {name} again yet.").format(name=name)
    if context.pair.put_off_until == until:
        return _("{name} asked you to come back later: you can write again {instant}.").format(
            name=name, instant=instant(until, context.now)
        )
    return _(
        "Your last request to {name} was not answered, so there is a rest: you can write again "
        "{instant}."
    ).format(name=name, instant=instant(until, context.now))


def _gate(context: SendContext | None) -> str:
    if context is None:
        return _("Your account does not meet the marketplace's criteria yet.")
    verdict = context.verdict
    if not verdict.may_start:
        return _("Your plan doesn't include starting conversations. Freelancers can write to you.")
    parts = "; ".join(missing(result) for result in verdict.unmet)
    return _("Not yet: {parts}.").format(parts=parts)


def _quota(context: SendContext | None) -> str:
    if context is None:
        return _("All your places for new people are used.")
    return _all_used(context.quota, context.now)


def _all_used(quota: QuotaState, now: datetime) -> str:
    if quota.next_at is None:
        return _("All your places for new people are used.")
    return _("All {slots} places for new people are used. The next one opens {instant}.").format(
        slots=quota.slots, instant=instant(quota.next_at, now)
    )


def missing(result: CriterionResult) -> str:
    """What an unmet criterion lacks, as part of a sentence."""
    match result.criterion:
        case Criterion.BILLING_METHOD:
            return _("no verified billing method on the account")
        case Criterion.SPEND:
            return _("{amount} more paid to freelancers in the last 12 months").format(
                amount=money(_whole(result.missing))
            )
        case Criterion.TENURE:
            return _("{time} more with the marketplace").format(time=remaining(result.missing))
        case Criterion.FIRST_PAYMENT if result.observed is None:
            return _("no payment to a freelancer yet")
        case Criterion.FIRST_PAYMENT:
            return _("{time} more since the first payment").format(time=remaining(result.missing))
        case Criterion.GOOD_STANDING:
            return _("the account is on hold or not active")


def observed(result: CriterionResult) -> str:
    """The figure the criterion looked at."""
    match result.criterion:
        case Criterion.BILLING_METHOD:
            count = _whole(result.observed)
            return ngettext("{n} verified", "{n} verified", count).format(n=count)
        case Criterion.SPEND:
            return money(_whole(result.observed))
        case Criterion.TENURE | Criterion.FIRST_PAYMENT:
            return _("none yet") if result.observed is None else duration(result.observed)
        case Criterion.GOOD_STANDING:
            return _("in good standing") if result.met else _("on hold or not active")


def threshold(result: CriterionResult) -> str:
    """The line the figure has to pass."""
    match result.criterion:
        case Criterion.BILLING_METHOD:
            return _("at least 1")
        case Criterion.SPEND:
            return _("more than {amount}").format(amount=money(_whole(result.threshold)))
        case Criterion.TENURE | Criterion.FIRST_PAYMENT:
            return _("more than {time}").format(time=duration(result.threshold))
        case Criterion.GOOD_STANDING:
            return _("no hold and an active account")


def fact(result: CriterionResult) -> str:
    """A criterion that is met, as what is known of the client; never its own figure."""
    match result.criterion:
        case Criterion.BILLING_METHOD:
            return _("Has a verified billing method")
        case Criterion.SPEND:
            return _("Paid freelancers {amount} in 12 months").format(amount=threshold(result))
        case Criterion.TENURE:
            return _("With the marketplace for {time}").format(time=threshold(result))
        case Criterion.FIRST_PAYMENT:
            return _("First paid a freelancer {time} ago").format(time=threshold(result))
        case Criterion.GOOD_STANDING:
            return _("In good standing")


def criteria_titles(plan: PlanTerms) -> list[str]:
    """What a plan asks for, in the order in which it is always told."""
    return [str(TITLES[criterion]) for criterion in Criterion if criterion in plan.criteria]


def answer(verdict: Evaluation, quota: QuotaState, now: datetime) -> str:
    """The answer to "Can I write to freelancers?" of an account with these places left."""
    if isinstance(verdict, Eligible) and not quota.left:
        return _all_used(quota, now)
    return verdict_sentence(verdict)


def verdict_sentence(verdict: Evaluation) -> str:
    """What the gate says, in a sentence."""
    if not verdict.may_start:
        return _("Your plan doesn't include starting conversations.")
    if not verdict.unmet:
        return _("You can write to freelancers.")
    if not verdict.in_good_standing:
        return _("Not now: your account is on hold or not active.")
    return _("Not yet.")


def quota_sentence(quota: QuotaState, now: datetime) -> str:
    """ "3 of 5 left · next one opens today at 14:05", in the reader's time zone."""
    left = _("{left} of {slots} left").format(left=quota.left, slots=quota.slots)
    if quota.next_at is None:
        return left
    if quota.window == "cycle":
        return _("{left} in this cycle · all {slots} again {instant}").format(
            left=left, slots=quota.slots, instant=instant(quota.next_at, now)
        )
    return _("{left} · next one opens {instant}").format(
        left=left, instant=instant(quota.next_at, now)
    )


def instant(at: datetime, now: datetime) -> str:
    """ "today at 14:05", "tomorrow at 09:10", "on 3 March at 14:05", in the reader's time zone."""
    # To the minute, rounded up: who comes at the time we tell is never too early.
    at = at + timedelta(minutes=1) if at > now and (at.second or at.microsecond) else at
    local, today = timezone.localtime(at), timezone.localtime(now)
    clock = dates.clock(local)
    days = (local.date() - today.date()).days
    if days == 0:
        return _("today at {clock}").format(clock=clock)
    if days == 1:
        return _("tomorrow at {clock}").format(clock=clock)
    day = dates.day(local, year=local.year != today.year)
    return _("on {day} at {clock}").format(day=day, clock=clock)


def money(cents: int) -> str:
    """US cents as "$1,000.01"."""
    sign = "-" if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    return f"{sign}${dollars:,}.{rest:02d}"


def duration(value: int | timedelta | None) -> str:
    """Elapsed time in whole units of the largest that fits: "90 days", "5 hours"."""
    elapsed = _elapsed(value)
    for unit, one, many in _UNITS:
        if elapsed >= unit:
            return ngettext(one, many, elapsed // unit).format(n=elapsed // unit)
    return _("less than a minute")


def remaining(value: int | timedelta | None) -> str:
    """Time still to pass, rounded up, so that what is missing is never told short."""
    left = _elapsed(value) - MOMENT
    for unit, one, many in _UNITS:
        if left >= unit:
            count = -(-left // unit)
            return ngettext(one, many, count).format(n=count)
    return _("less than a minute")


def _elapsed(value: int | timedelta | None) -> timedelta:
    if not isinstance(value, timedelta):
        raise TypeError("this criterion counts time")
    return value


_UNITS = [
    (timedelta(days=1), "{n} day", "{n} days"),
    (timedelta(hours=1), "{n} hour", "{n} hours"),
    (timedelta(minutes=1), "{n} minute", "{n} minutes"),
]


def _whole(value: int | timedelta | None) -> int:
    if not isinstance(value, int):
        raise TypeError("this criterion counts")
    return value


def spend_band(cents: int) -> str:
    """The band a client's spend falls in; freelancers never see the figure."""
    for below, words in _BANDS:
        if cents < below:
            return str(words)
    return _("over $100k")


_BANDS = [
    (1_000_00, gettext_lazy("under $1k")),
    (5_000_00, gettext_lazy("$1k–5k")),
    (20_000_00, gettext_lazy("$5k–20k")),
    (100_000_00, gettext_lazy("$20k–100k")),
]
#: Where one band ends and the next begins.
BAND_EDGES = [below for below, _words in _BANDS]

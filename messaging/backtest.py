"""What a door would have done with the requests that came before: tried on their receipts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import FreelancerProfile
from eligibility import receipts
from eligibility.rules import Criterion
from messaging import selectors
from messaging.door import Arrival, Asker, Bar, Door, Refusal, replay
from messaging.models import ContactRequest, Receipt

#: So many of a freelancer's latest requests are told of.
TRIED = 20
#: So many are tried where a door lets in a number a day or a week: what came before fills it.
REPLAYED = 500

_KEPT_OUT = {
    Refusal.CLOSED: gettext_lazy("the door is closed"),
    Refusal.FULL: gettext_lazy("the door was full"),
}
#: By the bar's fields: what an asker lacked.
_BELOW_THE_BAR = {
    "spend_cents": gettext_lazy("paid freelancers less than your minimum"),
    "tenure_days": gettext_lazy("was a member for too short a time"),
    "hired": gettext_lazy("had hired nobody"),
    "skills": gettext_lazy("asked about another skill"),
    "countries": gettext_lazy("is in a country you left out"),
}


@dataclass(frozen=True, slots=True)
class Tried:
    """One request, whether it would have arrived, and why (not), in words."""

    request: ContactRequest
    arrives: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BackTest:
    """The latest requests as a door would have answered them, the newest first."""

    tried: list[Tried]

    @property
    def arrived(self) -> int:
        return sum(one.arrives for one in self.tried)

    @property
    def sentence(self) -> str:
        count = len(self.tried)
        if not count:
            return _("No request has come to you yet, so there is nothing to try this on.")
        if count == TRIED:
            words = _("Of your last {n} requests, {arrived} would have arrived.")
        else:
            words = ngettext(
                "Of the one request you ever got, {arrived} would have arrived.",
                "Of the {n} requests you ever got, {arrived} would have arrived.",
                count,
            )
        return words.format(n=count, arrived=self.arrived)


def back_test(freelancer: FreelancerProfile, door: Door) -> BackTest:
    """Every request is judged by this door as it was when it came: by what its receipt holds, and
    by how full the ones before it would have made the door."""
    fills = door.intake_day is not None or door.intake_week is not None
    requests = list(selectors.latest_receipts(freelancer, REPLAYED if fills else TRIED))
    came = [arrival(request) for request in reversed(requests)]
    answers = replay(door, came)
    pairs = list(zip(requests, reversed(came), reversed(answers), strict=True))[:TRIED]
    return BackTest([_tried(request, one, answer, door) for request, one, answer in pairs])


def arrival(request: ContactRequest) -> Arrival:
    """The request as a door meets it, from its receipt."""
    receipt = request.receipt
    observed = {result.criterion: result.observed for result in receipts.results(receipt.results)}
    return Arrival(
        at=request.sent_at,
        asker=_asker(request, receipt, observed),
        known=receipt.basis == Receipt.Basis.RELATIONSHIP,
        by_link=receipt.link_id is not None,
    )


def _asker(
    request: ContactRequest,
    receipt: Receipt,
    observed: Mapping[Criterion, int | timedelta | None],
) -> Asker:
    spend, tenure = observed[Criterion.SPEND], observed[Criterion.TENURE]
    return Asker(
        spend_cents=spend if isinstance(spend, int) else 0,
        tenure=tenure if isinstance(tenure, timedelta) else timedelta(),
        hired=receipt.hired,
        country=receipt.country,
        skill=request.skill_id,
    )


def _tried(request: ContactRequest, one: Arrival, answer: Refusal | None, door: Door) -> Tried:
    if answer is None:
        return Tried(request, True, tuple(_passes(one, door)))
    if answer is Refusal.BAR:
        return Tried(request, False, tuple(_lacks(one.asker, door.bar)))
    return Tried(request, False, (str(_KEPT_OUT[answer]),))


def _passes(one: Arrival, door: Door) -> Iterator[str]:
    if one.known and door.known_clients_pass:
        yield _("you know each other")
    elif one.by_link:
        yield _("by your open-door link")


def _lacks(asker: Asker, bar: Bar) -> Iterator[str]:
    for field, words in _BELOW_THE_BAR.items():
        if not Bar(**{field: getattr(bar, field)}).is_met_by(asker):
            yield str(words)

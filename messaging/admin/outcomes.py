"""Why the desk did not do as asked: the sentence and the status."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from messaging.services.outcomes import AlreadyDecided, OwnCase


@dataclass(frozen=True, slots=True)
class NotDone:
    """`status` is the answer's HTTP status."""

    sentence: str | Promise
    status: int


OWN_CASE = 403
DECIDED = 409
ALREADY_RELEASED = _("This hold was released meanwhile, so nothing was changed.")


def attempt(act: Callable[[], object], *, decided: str | Promise) -> NotDone | None:
    """Carry out one act. `decided` is the sentence for when somebody else was quicker."""
    try:
        act()
    except AlreadyDecided:
        return NotDone(decided, DECIDED)
    except OwnCase:
        return NotDone(
            _(
                "You are a party to this case, so another moderator has to decide it. "
                "Nothing was changed."
            ),
            OWN_CASE,
        )
    return None

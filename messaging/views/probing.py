"""What a client's page says of a freelancer's door beforehand, and when it stops saying anything.

An account that keeps asking after doors that are shut learns who is there and who is not. So the
neutral answers are counted for the whole account, and over the limit every door looks the same,
the open ones too: otherwise the limit itself would tell them apart.
"""

from dataclasses import dataclass

from django.http import HttpRequest

from accounts import limits
from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership
from messaging import wording
from messaging.policy import Refuse, SendContext, advise
from messaging.services.trials import note_trial

REFUSALS = "refusals"


@dataclass(frozen=True, slots=True)
class Answer:
    """Why the account cannot write, as a sentence, or "" when it can.

    `reason` chooses the way on that the page offers: a refusal of the client's own by its name,
    "theirs" for every other. `seconds`: nothing is told for so long.
    """

    sentence: str = ""
    reason: str = ""
    seconds: int = 0


def answer(
    request: HttpRequest, member: Membership, freelancer: FreelancerProfile, context: SendContext
) -> Answer:
    """What the page says, and one more on the account's count when that is the neutral sentence."""
    match advise(context):
        case Refuse(refusal) if not refusal.is_freelancers_own:
            sentence = wording.refusal(refusal, name=freelancer.name, context=context)
            return Answer(sentence, refusal)
        case judged:
            shut = isinstance(judged, Refuse)
    seconds = seconds_left(request, member) or (count(request, member) if shut else 0)
    if seconds:
        return too_often(seconds)
    return neutral(freelancer) if shut else Answer()


def neutral(freelancer: FreelancerProfile) -> Answer:
    """One sentence for every reason that is the freelancer's own."""
    return Answer(str(wording.NEUTRAL).format(name=freelancer.name), "theirs")


def too_often(seconds: int) -> Answer:
    """What stands in the place of every answer over the limit."""
    return Answer(wording.asked_too_often(seconds), seconds=seconds)


def seconds_left(request: HttpRequest, member: Membership) -> int:
    """For how long the account is told nothing about any door; 0 while it may ask. Counts nothing,
    but whoever asks beyond the limit is noted for the moderators."""
    seconds = limits.client_wait(request, REFUSALS, member.client_id)
    if seconds:
        note_trial(member=member, refusals=limits.most(REFUSALS), clock=database_now)
    return seconds


def count(request: HttpRequest, member: Membership) -> int:
    """The account is about to read the neutral sentence once more: 0, or the seconds to wait when
    others were told at the same moment and this would be one too many."""
    seconds = limits.client_wait(request, REFUSALS, member.client_id, counting=True)
    if seconds:
        note_trial(member=member, refusals=limits.most(REFUSALS), clock=database_now)
    return seconds

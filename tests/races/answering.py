"""A request, everything that may happen to it as a click or a job brings it about, and what must be
so afterwards."""

import random
from collections import Counter
from datetime import timedelta
from functools import partial
from typing import Any

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership
from accounts.models.client import Plan
from messaging import selectors
from messaging.models import ContactRequest, Conversation
from messaging.pair import UNDO
from messaging.services import answers, upkeep
from tests import people
from tests.messaging import letters
from tests.races.crew import Crew, Deed, Outcome
from tests.races.deeds import later

State = ContactRequest.State
CLOCK: dict[str, Any] = {"clock": database_now}
TOLD_BY_THEN = UNDO + timedelta(seconds=1)
A_ROUND = 0.03  # seconds within which the deeds of one are strewn


def asked(freelancer: FreelancerProfile) -> tuple[Membership, ContactRequest]:
    """A waiting request, of a client who has forty slots."""
    member = people.member(people.client("Petra Press", database_now(), plan=Plan.PLUS))
    return member, letters.send(member, freelancer)


def by(freelancer: FreelancerProfile, service: Any, request: ContactRequest, **more: Any) -> Deed:
    """The freelancer's answer, as a click gives it."""
    return partial(service, request=request, freelancer=freelancer, **more, **CLOCK)


def accept(finn: FreelancerProfile, request: ContactRequest) -> Deed:
    return by(finn, answers.accept_request, request)


def decline(finn: FreelancerProfile, request: ContactRequest) -> Deed:
    return by(finn, answers.decline_request, request, line="Not this year.")


def put_off(finn: FreelancerProfile, request: ContactRequest) -> Deed:
    until = database_now() + timedelta(days=20)
    return by(finn, answers.put_off_request, request, until=until)


def undo(finn: FreelancerProfile, request: ContactRequest) -> Deed:
    return by(finn, answers.undo_answer, request)


def withdraw(member: Membership, request: ContactRequest) -> Deed:
    return partial(answers.withdraw_request, request=request, member=member, **CLOCK)


EXPIRE: Deed = partial(upkeep.expire_overdue, **CLOCK)


def runs_out(request: ContactRequest) -> Deed:
    """Half a round after the others begin, however long they take to come, its time is over."""
    return partial(_run_out, request.pk)


def _run_out(request_id: int) -> int:
    over = database_now() + timedelta(seconds=A_ROUND / 2)
    return ContactRequest.objects.filter(pk=request_id).update(expires_at=over)


def strewn(deeds: list[Deed]) -> list[Deed]:
    return [later(random.uniform(0, A_ROUND), deed) for deed in deeds]


def took_place(deeds: dict[str, list[Deed]], outcomes: list[Outcome]) -> list[str]:
    """The names of what was done; upkeep that found nothing to expire did nothing."""
    names = [name for name, same in deeds.items() for _ in same]
    done = [
        name
        for name, outcome in zip(names, outcomes, strict=True)
        if outcome.said == "done" and outcome.result != 0
    ]
    refused = {outcome.said for outcome in outcomes} - {"done"}
    assert refused <= {"Moved", "OwnBlock", "NotOpen"}, refused
    return done


def race(crew: Crew, deeds: dict[str, list[Deed]], *beside: Deed) -> list[str]:
    """Have them done; gives the names of what took place. `beside`: not strewn, and not told."""
    everything = [deed for same in deeds.values() for deed in same]
    outcomes = crew.together([*beside, *strewn(everything)])
    return took_place(deeds, outcomes[len(beside) :])


def agreed(request: ContactRequest, done: list[str], before: int = 1) -> str:
    """The state both sides see once everything was told. `done`: each has one line in the log,
    which had `before` lines."""
    request.refresh_from_db()
    steps = list(request.acts.order_by("id").values_list("new", flat=True))[before:]
    assert Counter(steps) == Counter(done)
    now = database_now()
    told = now + TOLD_BY_THEN
    assert request.told_at is None or request.told_at <= told
    assert request.state_at(told) == request.told_state(told)
    opened = Conversation.objects.get(pk=request.conversation_id).accepted_at
    assert opened == (request.told_at if request.state == State.ACCEPTED else None)
    assert request.state == (steps[-1] if steps else State.WAITING)
    sides: dict[str, Any] = {"client": request.client, "freelancer": request.freelancer}
    for side, person in sides.items():
        seen = selectors.conversations(**{side: person}, now=told)
        assert seen.filter(pk=request.conversation_id).exists() == (opened is not None)
    return request.state

"""A change made in the midst of senders, and what arrived before and after it."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from messaging.models import Message
from tests.races.crew import Crew, Deed
from tests.races.deeds import change_then_count

A_SEND = 0.02  # seconds, about what one takes


@dataclass(frozen=True)
class Trial:
    """Messages when the change had returned and at the end, and why the senders stopped."""

    then: int
    finally_: int
    stopped: Counter[str]


def trial(crew: Crew, change: Deed, senders: Sequence[Deed], scope: dict[str, Any]) -> Trial:
    """Make the change when zero to three more messages are there, whatever the machine's speed, and
    a moment later: right behind a commit, every sender would be as far from its next one."""
    messages = Message.objects.filter(**scope)
    more, pause = random.randint(0, 3), random.uniform(0, A_SEND)
    changer = partial(change_then_count, change, messages.count() + more, pause, scope)
    changed, *sent = crew.together([changer, *senders])
    assert changed.said == "done", changed.said
    assert {outcome.said for outcome in sent} == {"done"}, sent
    return Trial(
        then=changed.result,
        finally_=messages.count(),
        stopped=Counter(outcome.result for outcome in sent),
    )

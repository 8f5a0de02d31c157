"""Servers, worker and pages are killed at random while people write: nothing is lost or doubled."""

import random
import time
from collections import Counter

import pytest

from tests.faults import history
from tests.faults.ground import FaultySite
from tests.faults.sizes import KILLS
from tests.rig.program import Program
from tests.rig.writers import Writers

pytestmark = pytest.mark.deployment
APART = (0.15, 1.3)  # seconds between a restart and the next kill
PATIENCE = 15.0  # seconds that a client may wait


def victims(site: FaultySite) -> list[Program]:
    return [site.primary, site.redis, site.worker, site.web]


def test_kills(site: FaultySite, figures):
    since, chance = history.mark(site), random.Random(KILLS)
    people = site.some(16 + 2 * KILLS)
    killed: Counter[str] = Counter()
    with Writers(site, writers=8, pause=0.1, people=people) as writers:
        for _ in range(KILLS):
            victim = chance.choice(victims(site))
            killed[victim.name] += 1
            site.restart(victim)
            time.sleep(chance.uniform(*APART))
    (soon, held), queued = site.soon(), site.queued()
    amiss, wait = history.amiss(site, writers, people), history.worst_wait(writers)
    figures(
        kills=dict(killed),
        acknowledged=len(writers.acknowledged),
        **amiss,
        recovered=history.recovered(writers),
        given_up=history.unanswered(writers),
        worst_wait=wait,
        delivered_after=soon,
        but_for=held,
        queued=queued,
    )
    took, told = soon + site.settle(), history.post(site, since)
    figures(everybody_told_after=took, post=told)
    assert not any(amiss.values()), amiss
    assert history.unanswered(writers) == 0, writers.summary()
    assert wait <= PATIENCE
    assert queued <= 200
    assert (told.apart, told.untold) == (0, 0)
    assert told.again <= KILLS
    assert held <= killed["worker-mail"], "one mail can be on its way at a time"

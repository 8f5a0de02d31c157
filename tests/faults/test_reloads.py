"""New code comes in many times under load, and nobody notices."""

import os
import signal
from functools import partial

import pytest

from tests.faults import history
from tests.faults.ground import FaultySite
from tests.faults.sizes import RELOADS
from tests.rig.program import until
from tests.rig.writers import Writers

pytestmark = pytest.mark.deployment


def all_new(site: FaultySite, before: set[int]) -> bool:
    return not before & set(site.web.children())


def test_reloads(site: FaultySite, figures):
    """By turns all processes at once, by their master, and each by itself."""
    people = site.some(4 + 2 * RELOADS)
    with Writers(site, pause=0.1, people=people) as writers:
        for turn in range(RELOADS):
            before = set(site.web.children())
            if turn % 2:
                for pid in before:
                    os.kill(pid, signal.SIGTERM)
            else:
                site.web.reload()
            until(partial(all_new, site, before), "new processes")
            writers.wait_for(5)
    figures(
        reloads=RELOADS, sent=len(writers.acknowledged), slowest=history.slow(writers.history, 1)
    )
    assert writers.errors() == [], writers.summary()
    assert not any(history.amiss(site, writers, people).values())

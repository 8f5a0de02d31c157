"""Redis is away, hangs or comes and goes: nobody who writes notices, and mail follows by itself."""

import itertools
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable

import pytest

from tests.faults import history
from tests.faults.ground import FREELANCERS, QUOTA, FaultySite
from tests.faults.sizes import LONG, REDIS_AWAY, REDIS_HUNG, REDIS_RESTARTS
from tests.rig.people import Person
from tests.rig.program import Program, until
from tests.rig.visitor import Visitor
from tests.rig.writers import BODY, Writers

pytestmark = pytest.mark.deployment
AT_ONCE = 1.0  # seconds that a sending may take
SHARE = 0.99 if LONG else 0.9  # of the sendings; of a few, one may meet a pause of the machine
PROCESSES, FAILURES, REST = 2, 3, 5  # of the pages; of accounts/limits.py's breaker
ASKED = "rate counter away"


def back(program: Program) -> None:
    program.start()
    program.wait_ready()


TROUBLES = {
    "away": (REDIS_AWAY, Program.kill, back),
    "hung": (REDIS_HUNG, Program.hang, Program.go_on),
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_without_redis(site: FaultySite, figures, trouble: str):
    seconds, begin, end = TROUBLES[trouble]
    site.settle()
    since, asked = history.mark(site), said(site)
    people = site.some(6 + seconds)
    with Writers(site, writers=4, pause=0.1, people=people) as writers:
        writers.wait_for(4)
        begin(site.redis)
        began = time.monotonic()
        answers = try_the_quota(site, site.one())
        time.sleep(max(0, began + seconds - time.monotonic()))
        meanwhile = [each for each in writers.history if each.started > began]
        in_vain = said(site) - asked
        end(site.redis)
        with site.broker("REDIS_URL") as store:
            store.flushdb()
        asked_again = seconds_until(lambda: counted(site), "rate counter in use")
    took, amiss = site.delivered(), history.amiss(site, writers, people)
    told = history.post(site, since)
    figures(
        seconds=seconds,
        sent=len(meanwhile),
        p99=history.slow(meanwhile, 0.99),
        asked_in_vain=in_vain,
        asked_again_after=asked_again,
        delivered_after=took,
        quota=dict(answers),
        post=told,
    )
    assert writers.errors() == [], writers.summary()
    assert history.slow(meanwhile, SHARE) <= AT_ONCE
    assert not any(amiss.values()), amiss
    assert (told.again, told.apart, told.untold) == (0, 0, 0)
    assert answers == {303: QUOTA, 429: FREELANCERS - QUOTA}
    # Each process three times in a row, who is on the way by then, and one after each rest.
    assert 0 < in_vain <= PROCESSES * (FAILURES + 8 + seconds / REST + 1)
    assert max(took, asked_again) <= 10


def write(site: FaultySite, visitor: Visitor, place: int) -> None:
    """To the freelancer of that place."""
    key = uuid.uuid4().hex
    freelancer = site.people.freelancers[place]
    assert visitor.send(freelancer.slug, BODY.format(key=key), key).status == 303


def said(site: FaultySite) -> int:
    """How often the pages asked the rate counter in vain."""
    return site.web.log.read_text(errors="replace").count(ASKED)


def counted(site: FaultySite) -> bool:
    """Whether the rate counter counts again."""
    with site.broker("REDIS_URL") as store:
        return bool(store.keys("*rl:*"))


def seconds_until(there: Callable[[], object], what: str) -> float:
    started = time.monotonic()
    until(there, what, 60)
    return time.monotonic() - started


def try_the_quota(site: FaultySite, client: Person) -> Counter[int]:
    """One client writes to more people than it may, from four browsers at once."""
    answers: Counter[int] = Counter()
    turns, turn = itertools.count(), threading.Lock()

    def write() -> None:
        visitor, freelancers = site.visitor(client), site.people.freelancers
        while (place := next(turns)) < len(freelancers):
            key = uuid.uuid4().hex
            status = visitor.send(freelancers[place].slug, BODY.format(key=key), key).status
            with turn:
                answers[status] += 1

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_redis_is_away_when_a_worker_is_done(site: FaultySite, figures):
    """What it had taken cannot be acknowledged then, and must not be the last that it takes."""
    site.settle()
    visitor, began = site.visitor(site.one()), len(site.book.lines("began"))
    site.book.behave("2")
    write(site, visitor, 0)
    until(lambda: len(site.book.lines("began")) > began, "mail begun")
    site.redis.kill()
    site.book.behave("")
    until(lambda: site.waiting() == 0, "end of the mail on its way")
    time.sleep(0.5)  # for the word that it is done, which nobody hears
    back(site.redis)
    write(site, visitor, 1)
    took = site.delivered()
    figures(delivered_after=took)
    assert took <= 10


def test_redis_comes_and_goes(site: FaultySite, figures):
    visitor, waits = site.visitor(site.one()), []
    for turn in range(REDIS_RESTARTS):
        for _ in range(1 + turn % 3):
            site.restart(site.redis)
        write(site, visitor, turn)
        waits.append(site.delivered())
    figures(rounds=REDIS_RESTARTS, slowest_delivery=max(waits))
    assert max(waits) <= 30

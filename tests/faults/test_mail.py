"""Mail while its worker is killed, far behind, or the mail server is in trouble."""

import random
import re
import time
import uuid
from functools import partial

import pytest

from marketplace.beat import MOST
from tests.faults import history
from tests.faults.ground import QUOTA, FaultySite
from tests.faults.sizes import BACKLOG, NO_MAIL, WORKER_KILLS
from tests.rig.program import until
from tests.rig.writers import BODY, Writers

pytestmark = pytest.mark.deployment
#: Written for ten kills: a worker may send a few before it is killed.
MAILS = 15 if WORKER_KILLS < 5 else QUOTA
#: Mails of their own, for anybody: what came of a report.
DECISIONS = """
INSERT INTO accounts_notification
    (recipient_id, kind, detail, subject, at, due_at, rung_at, mail_due_at, tries, trouble)
SELECT person.user_id, 'decision', 'upheld', %s + n, now(), now(), now(), now(), 0, ''
FROM generate_series(1, %s) AS n JOIN (
    SELECT user_id, row_number() OVER (ORDER BY id) - 1 AS place,
        count(*) OVER () AS people FROM accounts_membership
) AS person ON person.place = n %% person.people
"""
FAILED = """
SELECT count(*), max(tries), count(parked_at) FROM accounts_notification
WHERE kind = 'request' AND subject > %s AND trouble <> ''
"""
#: As if it had been tried all day; the next failure is the last.
TRIED_OFTEN = """
UPDATE accounts_notification SET tries = 7, claimed_until = NULL
WHERE kind = 'request' AND subject > %s AND mailed_at IS NULL
"""
#: As if an hour had gone by.
LATER = """
UPDATE accounts_notification SET claimed_until = NULL
WHERE kind = 'request' AND subject > %s AND mailed_at IS NULL
"""


def write(site: FaultySite, count: int) -> None:
    """One client writes to so many freelancers."""
    visitor = site.visitor(site.one())
    for freelancer in site.people.freelancers[:count]:
        key = uuid.uuid4().hex
        assert visitor.send(freelancer.slug, BODY.format(key=key), key).status == 303


def more_begun(site: FaultySite, than: int) -> bool:
    return len(site.book.lines("began")) > than


def test_a_worker_killed_at_its_work(site: FaultySite, figures):
    site.settle()
    since, chance = history.mark(site), random.Random(WORKER_KILLS)
    site.book.behave("0.2")
    for turn in range(WORKER_KILLS):
        began = len(site.book.lines("began"))
        if turn % 10 == 0:
            write(site, MAILS)
        until(partial(more_begun, site, began), "mail begun")
        time.sleep(chance.uniform(0, 0.3))
        site.restart(site.worker)
        site.run_out()
    site.book.behave("")
    took, told = site.settle(), history.post(site, since)
    notices = "SELECT count(*), count(DISTINCT subject) FROM accounts_notification "
    notices += "WHERE kind = 'request' AND subject > %s"
    ((rows, causes),) = site.primary.ask(notices, (since.request,))
    figures(kills=WORKER_KILLS, requests=causes, delivered_after=took, post=told)
    assert rows == causes == MAILS * -(-WORKER_KILLS // 10)
    assert (told.apart, told.untold) == (0, 0)
    assert told.again <= WORKER_KILLS


def test_a_backlog(site: FaultySite, figures):
    site.settle()
    site.worker.kill()
    taken, base = len(site.book.lines()), time.time_ns() // 1_000_000
    site.primary.ask(DECISIONS, (base, BACKLOG))
    until(lambda: site.queued() >= MOST, "rings in the queue")
    time.sleep(4)  # in which beat would ring four times more
    longest, started = site.queued(), time.monotonic()
    assert longest < MOST + 3
    site.worker.start()
    while site.waiting():
        longest = max(longest, site.queued())
        assert time.monotonic() < started + 600, f"{site.waiting()} wait"
        time.sleep(0.2)
    took, mails = time.monotonic() - started, site.book.lines(since=taken)
    figures(rows=BACKLOG, drained_after=took, longest_queue=longest, mails=len(mails))
    assert len(mails) == len({mail.id for mail in mails}) == BACKLOG
    assert longest <= 4 * MOST  # a worker that took over brings back what others held


@pytest.mark.parametrize("trouble", ["down", "slow", "refuse"])
def test_a_mail_server_in_trouble(site: FaultySite, figures, trouble: str):
    site.settle()
    since = history.mark(site)
    begin(site, trouble)
    with Writers(site, writers=2, pause=0.2, people=site.some(2 + NO_MAIL // 5)) as writers:
        writers.wait_for(3)
        time.sleep(NO_MAIL)
    ((failed, tries, parked),) = site.primary.ask(FAILED, (since.request,))
    end(site, trouble)
    site.primary.ask(LATER, (since.request,))
    took, told = site.delivered(), history.post(site, since)
    slowest = history.slow(writers.history, 0.99)
    figures(
        sent=len(writers.acknowledged),
        p99=slowest,
        failed=failed,
        tries=tries,
        delivered_after=took,
        post=told,
    )
    assert writers.errors() == [], writers.summary()
    assert parked == 0
    assert (failed > 0) == (trouble != "slow")
    assert tries is None or tries <= 1 + NO_MAIL / 15, "each try waits longer"
    assert (told.again, told.apart, told.untold) == (0, 0, 0)


def begin(site: FaultySite, trouble: str) -> None:
    if trouble == "down":
        site.mail.kill()
    else:
        site.book.behave("0.5" if trouble == "slow" else trouble)


def end(site: FaultySite, trouble: str) -> None:
    site.book.behave("")
    if trouble == "down":
        site.mail.start()
        site.mail.wait_ready()


def test_what_is_refused_again_and_again_is_parked_and_seen(site: FaultySite):
    site.settle()
    since = history.mark(site)
    site.book.behave("refuse")
    write(site, 1)
    site.primary.ask(TRIED_OFTEN, (since.request,))
    until(lambda: site.primary.ask(FAILED, (since.request,))[0][2] == 1, "parked mail")
    site.book.behave("")
    assert re.search(r"^threshold_outbox_parked 1\.0$", site.ask_inside("/metrics"), re.MULTILINE)

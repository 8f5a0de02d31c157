"""A process ends at the worst instants. Whoever asks again with the same key gets the first result,
and a mail that was on its way comes at most once more, under the same Message-ID."""

import uuid
from functools import partial

import pytest

from tests.faults import crashes, history
from tests.faults.ground import FaultySite
from tests.faults.sizes import CRASHES
from tests.rig.program import until
from tests.rig.visitor import Visitor

pytestmark = pytest.mark.deployment
LETTER = "Could you draw us a map of the town? We would begin on letter {key}."
WRITTEN = "SELECT count(*) FROM messaging_message WHERE submission_key = %s"


def send(visitor: Visitor, slug: str, key: str) -> tuple[int, str]:
    answer = visitor.send(slug, LETTER.format(key=key), key)
    return answer.status, answer.headers.get("Location", "")


@pytest.mark.parametrize("point", crashes.IN_A_SENDING)
def test_the_key_gives_the_first_result(site: FaultySite, figures, point: str):
    known: list[str] = []
    visitor = site.visitor(site.one())
    for freelancer in site.people.freelancers[:CRASHES]:
        key = uuid.uuid4().hex
        site.arm(point)
        assert send(visitor, freelancer.slug, key)[0] >= 500
        site.wait_for_crash(point, 1)
        ((written,),) = site.primary.ask(WRITTEN, (key,))
        assert written == (point != "before the commit")
        until(partial(taken, visitor, freelancer.slug, key, known), "answer", 15)
        assert send(visitor, freelancer.slug, key) == (303, known[-1])
        assert site.primary.ask(WRITTEN, (key,)) == [(1,)]
    assert len(set(known)) == CRASHES
    figures(crashes=CRASHES, same_result=len(known))


def taken(visitor: Visitor, slug: str, key: str, known: list[str]) -> bool:
    status, address = send(visitor, slug, key)
    if status == 303:
        known.append(address)
    return status == 303


@pytest.mark.parametrize("point", crashes.IN_THE_POST)
def test_a_mail_comes_and_at_most_once_more(site: FaultySite, figures, point: str):
    site.settle()
    since, visitor = history.mark(site), site.visitor(site.one())
    deaths = (CRASHES + 1) // 2  # it takes Celery seconds to see that a process has gone
    for freelancer in site.people.freelancers[:deaths]:
        site.arm(point)
        assert send(visitor, freelancer.slug, uuid.uuid4().hex)[0] == 303
        site.wait_for_crash(point)
    took = site.settle()
    told = history.post(site, since)
    figures(crashes=deaths, delivered_after=took, post=told)
    assert (told.apart, told.untold) == (0, 0)
    assert told.mails - told.again == deaths
    assert told.again == (deaths if point == "after the mail" else 0)

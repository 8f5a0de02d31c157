"""Of many who drain the outbox at the same time, one sends each mail."""

from collections import Counter
from functools import partial

from accounts.clock import database_now
from accounts.models import Notification
from messaging.services.outbox import drain
from tests import people
from tests.messaging.drainer import to_sink
from tests.messaging.outbox import decided

MAILS = 60
DRAINERS = 8


def drain_into(port: int) -> Counter[str]:
    to_sink(port)
    return drain(clock=database_now)


def test_each_mail_is_sent_once(crew, sink, now):
    readers = [people.user(f"Reader {number}") for number in range(MAILS // 3)]
    for number in range(MAILS):
        decided(readers[number % len(readers)], number, now)
    outcomes = crew.together([partial(drain_into, sink.port)] * DRAINERS)
    assert {each.said for each in outcomes} == {"done"}
    assert sum(each.result["sent"] for each in outcomes) == MAILS
    assert len(sink.ids) == len(set(sink.ids)) == MAILS
    assert not Notification.objects.filter(mailed_at=None).exists()

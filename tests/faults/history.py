"""What the writers were told, compared with what is there and with what went out by mail."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from tests.faults.ground import FaultySite
from tests.faults.sink import Line
from tests.rig.people import People
from tests.rig.writers import Attempt, Writers

#: Of each message of these clients: its key, and how many there are of all that belongs to it.
ROWS = """
SELECT message.submission_key, count(DISTINCT message.id), count(DISTINCT request.id),
    count(DISTINCT receipt.id), count(DISTINCT entry.id), count(DISTINCT notice.id)
FROM messaging_message AS message
LEFT JOIN messaging_contactrequest AS request ON request.message_id = message.id
LEFT JOIN messaging_receipt AS receipt ON receipt.request_id = request.id
LEFT JOIN messaging_quotaentry AS entry ON entry.request_id = request.id
LEFT JOIN accounts_notification AS notice
    ON notice.kind = 'request' AND notice.subject = request.id
WHERE message.sender_client_id = ANY(%s)
GROUP BY message.submission_key, message.sender_client_id
"""
MAILED = """
SELECT public_id::text FROM accounts_notification
WHERE kind = 'request' AND mailed_at IS NOT NULL AND subject > %s
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a test began: the last request, and how many mails were taken."""

    request: int
    mails: int


def mark(site: FaultySite) -> Mark:
    ((request,),) = site.primary.ask("SELECT coalesce(max(id), 0) FROM messaging_contactrequest")
    return Mark(request, len(site.book.lines()))


def amiss(site: FaultySite, writers: Writers, people: People) -> dict[str, int]:
    """Of what these clients wrote: how many keys were acknowledged and are not there ("lost"), are
    there in part or twice ("duplicated"), or were never sent ("unexpected"). All 0 when all is
    well."""
    clients = [each.id for each in people.clients]
    rows = {key: counts for key, *counts in site.primary.ask(ROWS, (clients,))}
    attempted = {each.key for each in writers.history}
    return {
        "lost": len(writers.acknowledged.keys() - rows.keys()),
        "duplicated": sum(counts != [1, 1, 1, 1, 1] for counts in rows.values()),
        "unexpected": len(rows.keys() - attempted),
    }


def recovered(writers: Writers) -> int:
    """How many keys were acknowledged after they had met an error."""
    return len({each.key for each in writers.errors()} & writers.acknowledged.keys())


def worst_wait(writers: Writers) -> float:
    """The longest from the first attempt of a key until it was acknowledged, in seconds."""
    first: dict[str, float] = {}
    for each in writers.history:
        first.setdefault(each.key, each.started)
    return max(each.ended - first[key] for key, each in writers.acknowledged.items())


def unanswered(writers: Writers) -> int:
    """How many keys were given up."""
    return len({each.key for each in writers.history} - writers.acknowledged.keys())


def slow(attempts: Sequence[Attempt], share: float) -> float:
    """The seconds within which that share of the attempts had its answer."""
    times = sorted(each.ended - each.started for each in attempts)
    return times[min(len(times) - 1, int(share * len(times)))]


@dataclass(frozen=True, slots=True)
class Post:
    """What went out by mail. `again`: mails that came more than once under their Message-ID, and
    how often over; `apart`: requests told under more than one; `untold`: marked as mailed and in no
    mail."""

    mails: int
    again: int
    apart: int
    untold: int


def post(site: FaultySite, since: Mark) -> Post:
    lines = site.book.lines(since=since.mails)
    under: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines:
        for request in line.requests:
            under[request].add(line.id)
    mailed = {request for (request,) in site.primary.ask(MAILED, (since.request,))}
    return Post(
        mails=len(lines),
        again=copies(lines),
        apart=sum(len(ids) > 1 for ids in under.values()),
        untold=max(0, len(mailed - under.keys()) - sum(line.more for line in lines)),
    )


def copies(lines: Sequence[Line]) -> int:
    """How many mails came over and above the first of their Message-ID."""
    return sum(count - 1 for count in Counter(line.id for line in lines).values())

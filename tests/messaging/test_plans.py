"""Every list finds its rows through an index, however many there are.

With sequential scans made as dear as they can be, PostgreSQL still takes one where no index fits:
then the plan says so, with two rows as with ten million.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.clock import database_now
from accounts.keyset import page
from accounts.models import FreelancerProfile, Membership
from messaging import selectors
from messaging.models import Conversation, Message
from messaging.services.door import block_client
from tests import people
from tests.messaging import letters

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

BIG = ("messaging_", "eligibility_", "accounts_freelancerprofile", "accounts_relationship")
SMALL = ("eligibility_policy",)


@dataclass
class World:
    """Two of everything that `cleo` and `finn` have lists of, so that each has a second page."""

    member: Membership
    freelancer: FreelancerProfile
    conversation: Conversation


@pytest.fixture
def world(cleo, otto, finn, now) -> World:
    dora = people.member(people.eligible_client(now, "Dora Docks"), "Dora")
    for other in (otto, dora):
        letters.send(other, finn)
        pest = people.client(f"Pest of {other.client}", now)
        block_client(freelancer=finn, client=pest, clock=database_now)
    for freelancer in (finn, people.freelancer("Gil"), people.freelancer("Ida")):
        conversation = letters.send(cleo, freelancer).conversation
        letters.reply(freelancer, conversation, "Yes.")
    eli = people.member(people.eligible_client(now, "Eli East"), "Eli")
    letters.reply(finn, letters.send(eli, finn).conversation, "Yes.")
    return World(cleo, finn, conversation)


LISTS: dict[str, Callable[[World], tuple[QuerySet[Any], str]]] = {
    "requests": lambda w: (selectors.waiting_requests(w.freelancer), "sent_at"),
    "sent": lambda w: (selectors.sent_requests(w.member), "sent_at"),
    "client's": lambda w: (selectors.conversations(client=w.member.client), "last_at"),
    "freelancer's": lambda w: (selectors.conversations(freelancer=w.freelancer), "last_at"),
    "thread": lambda w: (selectors.thread(w.conversation), "seq"),
    "ledger": lambda w: (selectors.ledger(w.member.client), "at"),
    "blocks": lambda w: (selectors.blocks(w.freelancer), "placed_at"),
    "talent": lambda w: (selectors.talent(words="", skill=""), "joined_at"),
    "words": lambda w: (selectors.talent(words="typography", skill=""), "joined_at"),
    "skill": lambda w: (selectors.talent(words="", skill="typography"), "joined_at"),
}
READS: dict[str, Callable[[World], object]] = {
    "send": lambda w: selectors.send_context(w.member.client, w.freelancer, database_now()),
    "unopened": lambda w: selectors.unopened(w.freelancer),
    "unread by client": lambda w: selectors.unread(w.member, None),
    "unread by freelancer": lambda w: selectors.unread(None, w.freelancer),
    "waiting": lambda w: selectors.waiting_count(w.freelancer),
}


@pytest.mark.parametrize("name", LISTS)
def test_no_page_of_a_list_scans(world, name):
    rows, key = LISTS[name](world)
    first = RequestFactory().get("/")
    further = page(first, rows, key, size=1).older_url
    assert further, "the premise: there is a second page"
    assert scans(lambda: page(first, rows, key)) == []
    assert scans(lambda: page(RequestFactory().get(f"/{further}"), rows, key)) == []


@pytest.mark.parametrize("name", READS)
def test_no_read_scans(world, name):
    assert scans(lambda: READS[name](world)) == []


def test_a_scan_would_be_noticed(world):
    assert scans(lambda: list(Message.objects.filter(body="Yes.")))


def scans(read: Callable[[], object]) -> list[str]:
    """Which big tables the statements of `read` go through from end to end."""
    with CaptureQueriesContext(connection) as captured:
        read()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = []
        for query in captured.captured_queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute("EXPLAIN " + query["sql"])
                plans += [line for (line,) in cursor.fetchall()]
        cursor.execute("SET LOCAL enable_seqscan = on")
    through = [line.split("Seq Scan on ")[1].split()[0] for line in plans if "Seq Scan on " in line]
    return [table for table in through if table.startswith(BIG) and table not in SMALL]

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
from accounts.services.sessions import forget_sessions
from messaging import selectors
from messaging.models import Conversation, Message
from messaging.models.conversation import Side
from messaging.selectors import Shelf
from messaging.services.door import block_client, block_freelancer, make_link
from messaging.services.drafts import Typed, delete_old, keep_draft
from messaging.services.notices import forget_told
from tests import people
from tests.messaging import letters
from tests.messaging.test_request_shelves import lay_on

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

BIG = (
    *("messaging_", "eligibility_", "accounts_freelancerprofile", "accounts_relationship"),
    *("django_session", "usersessions_", "account_", "accounts_notification"),
)
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
    for freelancer in (people.freelancer("Jo"), people.freelancer("Kim")):
        block_freelancer(member=cleo, freelancer=freelancer, clock=database_now)
    for label in ("Readers", "Friends"):
        make_link(freelancer=finn, label=label, expires_at=None, most_uses=None, clock=database_now)
    for shelf in Shelf:
        for number in range(2):
            lay_on(shelf, f"{shelf} {number}", finn, now)
    return World(cleo, finn, conversation)


def shelf_of(shelf: Shelf, words: str = "") -> Callable[[World], tuple[QuerySet[Any], str]]:
    return lambda w: (selectors.on_shelf(w.freelancer, shelf, database_now(), words), "sent_at")


LISTS: dict[str, Callable[[World], tuple[QuerySet[Any], str]]] = {
    **{f"shelf: {shelf}": shelf_of(shelf) for shelf in Shelf},
    **{f"found: {shelf}": shelf_of(shelf, str(shelf.value)) for shelf in Shelf},
    "sent": lambda w: (selectors.sent_requests(w.member, database_now()), "sent_at"),
    "sent and accepted": lambda w: (
        selectors.sent_requests(w.member, database_now(), "accepted"),
        "sent_at",
    ),
    "client's blocks": lambda w: (selectors.blocks_of_client(w.member.client), "placed_at"),
    "client's": lambda w: (
        selectors.conversations(client=w.member.client, now=database_now()),
        "last_at",
    ),
    "freelancer's": lambda w: (
        selectors.conversations(freelancer=w.freelancer, now=database_now()),
        "last_at",
    ),
    "found by client": lambda w: (mentioning(w, Side.CLIENT), "last_at"),
    "found by freelancer": lambda w: (mentioning(w, Side.FREELANCER), "last_at"),
    "thread": lambda w: (selectors.thread(w.conversation), "seq"),
    "ledger": lambda w: (selectors.ledger(w.member.client), "at"),
    "blocks": lambda w: (selectors.blocks(w.freelancer), "placed_at"),
    "links": lambda w: (selectors.links(w.freelancer), "made_at"),
    "talent": lambda w: (selectors.talent(words="", skill=""), "joined_at"),
    "words": lambda w: (selectors.talent(words="typography", skill=""), "joined_at"),
    "skill": lambda w: (selectors.talent(words="", skill="typography"), "joined_at"),
}


def mentioning(w: World, side: Side) -> QuerySet[Any]:
    """One side's conversations with a message that says yes or has a name with an e."""
    own = {"client": w.member.client} if side is Side.CLIENT else {"freelancer": w.freelancer}
    rows = selectors.conversations(now=database_now(), **own)
    return selectors.mentioning(rows, "yes or e", side)


def search_in(side: Side) -> Callable[[World], object]:
    """Looking through conversations: the rows, their lines, and whether it goes further."""

    def searched(w: World) -> object:
        rows = mentioning(w, side)
        return selectors.found_lines(list(rows)), selectors.mentioned_further(rows)

    return searched


def search_of(shelf: Shelf) -> Callable[[World], object]:
    """Looking through a shelf, and whether there is more to look through."""

    def searched(w: World) -> object:
        now = database_now()
        selectors.goes_further(w.freelancer, shelf, now)
        return list(selectors.on_shelf(w.freelancer, shelf, now, "town map"))

    return searched


def size_of(shelf: Shelf) -> Callable[[World], object]:
    """How many lie on a shelf, and what names the newest of them."""

    def sized(w: World) -> object:
        rows = selectors.on_shelf(w.freelancer, shelf, database_now())
        return selectors.count_up_to(200, rows), selectors.newest_ids(200, rows)

    return sized


READS: dict[str, Callable[[World], object]] = {
    "send": lambda w: selectors.send_context(w.member.client, w.freelancer, database_now()),
    "unopened": lambda w: selectors.unopened(w.freelancer, database_now()),
    "unread by client": lambda w: selectors.unread(w.member, None, database_now()),
    "unread by freelancer": lambda w: selectors.unread(None, w.freelancer, database_now()),
    "waiting": lambda w: selectors.waiting_count(w.freelancer, database_now()),
    "undoable": lambda w: list(selectors.undoable(w.freelancer, database_now())),
    "blocked among": lambda w: selectors.blocked_among(w.freelancer, [w.member.client_id]),
    **{f"search: {shelf}": search_of(shelf) for shelf in Shelf},
    **{f"size: {shelf}": size_of(shelf) for shelf in Shelf},
    **{f"search: {side}": search_in(side) for side in Side},
    "draft": lambda w: selectors.draft_of(w.member.user_id, w.freelancer),
    "sent by key": lambda w: keep_draft(
        owner_id=w.member.user_id,
        place=w.freelancer,
        typed=Typed(body="Half"),
        submission_key="k",
        client_id=w.member.client_id,
        clock=database_now,
    ),
    "old drafts": lambda w: delete_old(most=1, clock=database_now),
    "old notices": lambda w: forget_told(most=1, clock=database_now),
    "notices": lambda w: list(selectors.notices(w.member.user, database_now())[:25]),
    "new notices": lambda w: selectors.unseen(w.member.user, database_now()),
    "old sessions": lambda w: forget_sessions(most=1, clock=database_now),
    "latest receipts": lambda w: list(selectors.latest_receipts(w.freelancer, 20)),
    "relations": lambda w: list(selectors.relations(w.member.client, w.freelancer, database_now())),
    "link by its code": lambda w: selectors.link_of("x"),
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

"""A block, a closed door, a hold, a refund and a removal hold for everything that commits later.

Each trial sets four senders going, makes the change in their midst, counts the messages as soon as
the change has returned, and counts again when every sender has been refused: the same number.
"""

from collections import Counter
from functools import partial
from typing import Any

import pytest
from django.db import connection

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership, Relationship
from messaging.models import Message
from messaging.services import door, moderation
from tests import people
from tests.races.changes import refund_whole, remove_member
from tests.races.conftest import SENDERS
from tests.races.crew import Crew
from tests.races.deeds import keep_sending, keep_writing
from tests.races.trials import trial

#: SQLite, with its one writer, shows in fewer what it would show in more.
TRIALS = 100 if connection.vendor == "postgresql" else 25

pytestmark = pytest.mark.usefixtures("intact")


def test_nothing_arrives_after_a_block(crew: Crew, talk):
    members, freelancer, conversation = talk
    client = conversation.client
    parties = {"freelancer": freelancer, "client": client, "clock": database_now}
    for _ in range(TRIALS):
        ended = trial(
            crew,
            partial(door.block_client, **parties),
            [partial(keep_writing, member, conversation) for member in members],
            {"conversation": conversation},
        )
        assert ended.then == ended.finally_
        assert ended.stopped == Counter(blocked=SENDERS)
        door.unblock_client(**parties)
    assert Message.objects.count() > TRIALS, "the senders were never really sending"


def test_nothing_arrives_after_a_hold(crew: Crew, talk):
    members, _, conversation = talk
    moderator = people.moderator("Mona")
    decision: dict[str, Any] = {"moderator": moderator, "reason": "A report", "clock": database_now}
    for _ in range(TRIALS):
        ended = trial(
            crew,
            partial(moderation.place_hold, client=conversation.client, **decision),
            [partial(keep_writing, member, conversation) for member in members],
            {"conversation": conversation},
        )
        assert ended.then == ended.finally_
        assert ended.stopped == Counter(hold=SENDERS)
        moderation.release_hold(hold=conversation.client.holds.get(released_at=None), **decision)
    assert Message.objects.count() > TRIALS, "the senders were never really sending"


def test_a_removed_member_writes_nothing_more(crew: Crew, talk):
    members, _, conversation = talk
    removed = members[0]
    for _ in range(TRIALS // 4):
        ended = trial(
            crew,
            partial(remove_member, removed),
            [partial(keep_writing, removed, conversation)] * SENDERS,
            {"author": removed.user_id},
        )
        assert ended.then == ended.finally_
        assert ended.stopped == Counter({"no member": SENDERS})
        Membership.objects.filter(pk=removed.pk).update(left_at=None)


def test_nothing_arrives_after_the_door_closed(crew: Crew, transactional_db, now):
    """The senders are known to the freelancer, so that no quota stops them; the door does not let
    known clients pass either."""
    members = [people.member(people.client(f"Client {n}", now)) for n in range(SENDERS * 8)]
    before = []
    for number in range(TRIALS):
        freelancer = people.freelancer(f"Freelancer {number}", skills=())
        _introduce(members, freelancer)
        close = partial(
            door.set_door,
            freelancer=freelancer,
            door=FreelancerProfile.Door.CLOSED,
            known_clients_pass=False,
            clock=database_now,
        )
        queues = [[(member, freelancer) for member in members[n::SENDERS]] for n in range(SENDERS)]
        ended = trial(
            crew,
            close,
            [partial(keep_sending, queue) for queue in queues],
            {"conversation__freelancer": freelancer},
        )
        assert ended.then == ended.finally_
        assert ended.stopped.keys() <= {"closed", "never refused"}
        before.append(ended.then)
    assert sum(0 < count < len(members) for count in before) > TRIALS // 4, before


def _introduce(members: list[Membership], freelancer: FreelancerProfile) -> None:
    Relationship.objects.bulk_create(
        Relationship(
            client=member.client,
            freelancer=freelancer,
            kind=Relationship.Kind.CONTRACT,
            at=member.joined_at,
            recorded_at=member.joined_at,
        )
        for member in members
    )


def test_nothing_arrives_after_a_refund_that_breaks_the_spend_rule(
    crew: Crew, transactional_db, now
):
    """Five slots, so at most five messages: many a refund must come before the last of them."""
    crowd = [people.freelancer(f"Freelancer {n}", skills=()) for n in range(SENDERS * 2)]
    before = []
    for _ in range(TRIALS // 2):
        member = people.member(people.eligible_client(now))
        queues = [[(member, each) for each in crowd[n::SENDERS]] for n in range(SENDERS)]
        ended = trial(
            crew,
            partial(refund_whole, member.client.payments.get()),
            [partial(keep_sending, queue) for queue in queues],
            {"sender_client": member.client_id},
        )
        assert ended.then == ended.finally_
        before.append(ended.then)
    assert any(0 < count < 5 for count in before), before

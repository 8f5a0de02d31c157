"""A block, a shut door, a hold, a refund and a removal hold for everything that commits later.

Each trial sets four senders going, makes the change in their midst, counts the messages as soon as
the change has returned, and counts again when every sender has been refused: the same number.
Fifty trials of each on PostgreSQL; RACE_ROUNDS=200 makes a thousand, the long form.
"""

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from django.db import connection

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership, Relationship
from accounts.services import remove_member
from messaging.models import Block, Message
from messaging.services import door, moderation
from tests import people
from tests.races.changes import refund_whole
from tests.races.conftest import ROUNDS, SENDERS
from tests.races.crew import Crew
from tests.races.deeds import keep_answering, keep_sending, keep_writing
from tests.races.trials import trial

#: SQLite, with its one writer, shows in fewer what it would show in more.
TRIALS = 5 * ROUNDS if connection.vendor == "postgresql" else max(ROUNDS, 1)
Door = FreelancerProfile.Door

pytestmark = pytest.mark.usefixtures("intact", "no_deadlock")


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


def test_no_word_of_the_freelancers_arrives_after_the_clients_block(crew: Crew, talk):
    members, freelancer, conversation = talk
    parties = {"member": members[0], "freelancer": freelancer, "clock": database_now}
    for _ in range(TRIALS):
        ended = trial(
            crew,
            partial(door.block_freelancer, **parties),
            [partial(keep_answering, freelancer, conversation)] * SENDERS,
            {"conversation": conversation},
        )
        assert ended.then == ended.finally_
        assert ended.stopped == Counter(blocked=SENDERS)
        door.unblock_freelancer(**parties)
    assert Block.objects.filter(side="client").count() == TRIALS
    assert Message.objects.count() > TRIALS, "the freelancer was never really writing"


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
    removed, owner = members[:2]
    for _ in range(TRIALS):
        ended = trial(
            crew,
            partial(remove_member, owner=owner, member=removed, clock=database_now),
            [partial(keep_writing, removed, conversation)] * SENDERS,
            {"author": removed.user_id},
        )
        assert ended.then == ended.finally_
        assert ended.stopped == Counter({"no member": SENDERS})
        Membership.objects.filter(pk=removed.pk).update(left_at=None)
    assert Message.objects.count() > TRIALS, "the member was never really writing"


FAR = datetime(3000, 1, 1, tzinfo=UTC)
SHUT = {
    "closed": door.DoorSettings(door=Door.CLOSED, known_clients_pass=False),
    "paused": door.DoorSettings(door=Door.OPEN, paused_until=FAR, known_clients_pass=False),
    "bar": door.DoorSettings(door=Door.SELECTIVE, bar_spend_cents=10**9, known_clients_pass=False),
}
SAYS = {"closed": "closed", "paused": "closed", "bar": "bar"}


@pytest.mark.parametrize("shut", SHUT)
def test_nobody_new_arrives_after_the_door_was_set(crew: Crew, transactional_db, now, shut: str):
    """The senders are known to the freelancer, so that no quota stops them; the door does not let
    known clients pass either."""
    members = [people.member(people.client(f"Client {n}", now)) for n in range(SENDERS * 8)]

    def entrance(number: int) -> tuple[FreelancerProfile, str, partial[None]]:
        freelancer = people.freelancer(f"Freelancer {number}", skills=())
        _introduce(members, freelancer)
        change = partial(door.set_door, freelancer=freelancer, to=SHUT[shut], clock=database_now)
        return freelancer, "", change

    _nobody_enters_after(crew, members, entrance, SAYS[shut])


def test_nobody_new_arrives_by_a_link_after_it_was_revoked(crew: Crew, transactional_db, now):
    """The door is closed to known clients too, but for the link."""
    members = [people.member(people.client(f"Client {n}", now)) for n in range(SENDERS * 8)]

    def entrance(number: int) -> tuple[FreelancerProfile, str, partial[None]]:
        freelancer = people.freelancer(
            f"Freelancer {number}", skills=(), door=Door.CLOSED, known_clients_pass=False
        )
        _introduce(members, freelancer)
        link = door.make_link(
            freelancer=freelancer, label="", expires_at=None, most_uses=None, clock=database_now
        )
        revoke = partial(door.revoke_link, freelancer=freelancer, link=link, clock=database_now)
        return freelancer, link.code, revoke

    _nobody_enters_after(crew, members, entrance, "closed")


def _nobody_enters_after(
    crew: Crew,
    members: list[Membership],
    entrance: Callable[[int], tuple[FreelancerProfile, str, partial[None]]],
    refusal: str,
) -> None:
    """`entrance` gives a trial's freelancer, the code to come by, and the change."""
    before = []
    for number in range(TRIALS):
        freelancer, code, change = entrance(number)
        pairs = [(member, freelancer) for member in members]
        ended = trial(
            crew,
            change,
            [partial(keep_sending, pairs[n::SENDERS], code) for n in range(SENDERS)],
            {"conversation__freelancer": freelancer},
        )
        assert ended.then == ended.finally_
        assert ended.stopped.keys() <= {refusal, "never refused"}
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
    for _ in range(TRIALS):
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

"""The measurements catch what they are there for: each broken twin fails at least one round."""

import sqlite3
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection, transaction

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership
from messaging.invariants import violations
from messaging.models import QuotaEntry
from messaging.services import door
from tests import people
from tests.races import twins
from tests.races.crew import Crew
from tests.races.deeds import keep_writing, send
from tests.races.test_intake_race import LET_IN, USES, link_of
from tests.races.test_quota_race import SLOTS, eligible
from tests.races.trials import trial

TRIES = 100  # rounds within which a twin has to show its fault


@pytest.mark.parametrize("twin", [twins.count_then_insert, twins.clock_before_lock])
def test_a_careless_count_lets_too_many_through(crew: Crew, crowd, now, twin: Callable[..., None]):
    accepted = 0
    for _ in range(TRIES):
        member = eligible(now)
        outcomes = crew.together([partial(twin, member, freelancer) for freelancer in crowd])
        accepted = [outcome.said for outcome in outcomes].count("done")
        if accepted > SLOTS:
            break
    assert accepted > SLOTS
    assert QuotaEntry.objects.filter(client=member.client).count() == accepted
    assert "No 24 hours hold more slots than the plan has." in broken()


@pytest.mark.postgres
def test_a_block_without_a_lock_comes_too_late(crew: Crew, talk):
    members, freelancer, conversation = talk
    block = partial(twins.block_without_lock, freelancer, conversation.client)
    writers = [partial(keep_writing, member, conversation) for member in members]
    assert _some_message_is_late(crew, block, writers, talk)


def test_a_look_before_the_lock_comes_too_early(crew: Crew, talk):
    members, freelancer, conversation = talk
    block = partial(
        door.block_client,
        freelancer=freelancer,
        client=conversation.client,
        clock=database_now,
    )
    writers = [partial(twins.keep_writing_unlocked, member, conversation) for member in members]
    assert _some_message_is_late(crew, block, writers, talk)
    assert "Nothing arrives while a block is in force." in broken()


def _some_message_is_late(crew: Crew, block, writers, talk) -> bool:
    _, freelancer, conversation = talk
    scope = {"conversation": conversation}

    for _ in range(TRIES):
        ended = trial(crew, block, writers, scope)
        if ended.finally_ > ended.then:
            return True
        door.unblock_client(freelancer=freelancer, client=conversation.client, clock=database_now)
    return False


@pytest.mark.sqlite
def test_deferred_transactions_end_in_a_locked_database(turnstile, transactional_db, now):
    crowd = [people.freelancer(f"Freelancer {number}") for number in range(16)]
    said: set[str] = set()
    name = str(connection.settings_dict["NAME"])
    with Crew(name, processes=2, transaction_mode="DEFERRED") as deferred:
        for _ in range(TRIES):
            member = eligible(now)
            outcomes = deferred.together([send(member, freelancer) for freelancer in crowd])
            said |= {outcome.said for outcome in outcomes}
            if "OperationalError: database is locked" in said:
                break
    assert "OperationalError: database is locked" in said


@pytest.mark.sqlite
def test_sqlite_transactions_take_the_write_lock_at_their_start(transactional_db):
    finn = people.freelancer("Finn")
    other = sqlite3.connect(connection.settings_dict["NAME"], timeout=0, isolation_level=None)
    with transaction.atomic():
        assert FreelancerProfile.objects.get() == finn  # has only read so far
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    other.execute("BEGIN IMMEDIATE")
    other.close()


@pytest.mark.postgres
def test_a_bar_counted_beside_others_lets_too_many_in(crew: Crew, askers):
    def bar(number: int) -> tuple[FreelancerProfile, str]:
        return people.freelancer(f"F{number}", door="selective", intake_day=LET_IN), ""

    assert _lets_in(crew, askers, bar) > LET_IN
    assert "A door lets in no more than it said." in broken()


@pytest.mark.postgres
def test_a_link_counted_beside_others_opens_too_often(crew: Crew, askers):
    def link(number: int) -> tuple[FreelancerProfile, str]:
        finn = people.freelancer(f"F{number}", door="closed")
        return finn, link_of(finn, USES).code

    assert _lets_in(crew, askers, link) > USES
    assert "A link is used no more often than it allows." in broken()


def _lets_in(
    crew: Crew, askers: list[Membership], entrance: Callable[[int], tuple[FreelancerProfile, str]]
) -> int:
    """The most that got in at once by a twin, in as many rounds as it takes to be too many."""
    most = 0
    for number in range(TRIES):
        freelancer, code = entrance(number)
        outcomes = crew.together(
            [partial(twins.send_sharing, member, freelancer, code) for member in askers]
        )
        most = max(most, [outcome.said for outcome in outcomes].count("done"))
        if most > LET_IN:
            break
    return most


def broken() -> list[str]:
    return [violation.sentence for violation in violations()]

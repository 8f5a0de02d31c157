"""One crew for all races of a test run, and what must hold after each of them."""

import fcntl
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import FreelancerProfile, Membership
from accounts.models.client import Plan
from messaging.invariants import violations
from messaging.models import Conversation
from tests import people
from tests.races.crew import Crew
from tests.races.deeds import answer, send

AT_ONCE = 64
SENDERS = 4

#: Rounds of a race on PostgreSQL; SQLite, with its one writer, runs a fifth of them. RACE_ROUNDS
#: asks for more: 200 is the long form.
ROUNDS = int(os.environ.get("RACE_ROUNDS", "10"))
#: From so many rounds on, more than one outcome must have been seen: which comes in a shorter run
#: is the machine's mood.
LONG = 100


@pytest.fixture
def rounds() -> int:
    return ROUNDS if connection.vendor == "postgresql" else max(ROUNDS // 5, 1)


@pytest.fixture(scope="session")
def _standing_crew(django_db_setup: None) -> Iterator[Crew]:
    with Crew(str(connection.settings_dict["NAME"])) as crew:
        yield crew


@pytest.fixture
def turnstile() -> Iterator[None]:
    """Parallel test workers race one after the other: two crews at once would ask for more
    connections than PostgreSQL gives, and would slow each other."""
    with Path(__file__).open() as gate:
        fcntl.flock(gate, fcntl.LOCK_EX)
        yield


@pytest.fixture
def crew(turnstile: None, transactional_db: None, _standing_crew: Crew) -> Iterator[Crew]:
    """64 pairs of hands in eight processes, on committed data."""
    yield _standing_crew
    _standing_crew.hang_up()


@pytest.fixture
def intact(crew: Crew) -> Iterator[None]:
    """After the race, everything that must hold of the rows does."""
    yield
    assert list(violations()) == []


@pytest.fixture
def crowd(transactional_db: None) -> list[FreelancerProfile]:
    """64 freelancers whose doors are open."""
    return [people.freelancer(f"Freelancer {number}", skills=()) for number in range(AT_ONCE)]


@pytest.fixture
def finn(transactional_db: None) -> FreelancerProfile:
    """A freelancer whose door is open."""
    return people.freelancer("Finn")


@pytest.fixture
def askers(transactional_db: None, now: datetime) -> list[Membership]:
    """50 clients, each of whom has forty slots: enough for as many rounds as anybody has time
    for."""
    clients = [people.client(f"Client {n}", now, plan=Plan.PLUS) for n in range(50)]
    return [people.member(account) for account in clients]


@pytest.fixture
def no_deadlock(crew: Crew) -> Iterator[None]:
    """Nobody waited for somebody who waited for them."""
    before = deadlocks()
    yield
    assert deadlocks() == before


def deadlocks() -> int:
    """How many PostgreSQL has counted in this database; SQLite has no two locks to wait for."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot(), deadlocks FROM pg_stat_database "
            "WHERE datname = current_database()"
        )
        (_, counted) = cursor.fetchone()
    return int(counted)


@pytest.fixture
def talk(
    transactional_db: None, now: datetime
) -> tuple[list[Membership], FreelancerProfile, Conversation]:
    """Four members of one client account in conversation with one freelancer."""
    account = people.eligible_client(now)
    members = [people.member(account) for _ in range(SENDERS)]
    freelancer = people.freelancer("Finn")
    send(members[0], freelancer)()
    conversation = Conversation.objects.get()
    answer(freelancer, conversation)()
    return members, freelancer, conversation

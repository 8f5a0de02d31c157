"""The freelancer's door and blocks: what they stop, what they leave alone, what they log."""

from datetime import timedelta

import pytest

from accounts.clock import database_now
from messaging.door import Refusal
from messaging.invariants import violations
from messaging.models import Act, Block, QuotaEntry
from messaging.services import door
from messaging.services.outcomes import Refused
from tests import people
from tests.messaging.letters import reply, send, write, writes_nothing


@pytest.fixture(autouse=True)
def _intact(db):
    yield
    assert list(violations()) == []


def block(finn, client):
    door.block_client(freelancer=finn, client=client, clock=database_now)


def unblock(finn, client):
    door.unblock_client(freelancer=finn, client=client, clock=database_now)


def set_door(finn, state, *, known_pass=True):
    to = door.DoorSettings(door=state, known_clients_pass=known_pass)
    door.set_door(freelancer=finn, to=to, clock=database_now)


def acts(*kinds: str) -> list[str]:
    return list(Act.objects.filter(kind__in=kinds).order_by("id").values_list("kind", flat=True))


def test_a_block_may_come_before_any_message(cleo, finn):
    block(finn, cleo.client)
    refused = writes_nothing(lambda: send(cleo, finn), Refused)
    assert refused.refusal == Refusal.BLOCKED
    assert acts("client_blocked") == ["client_blocked"]


def test_a_block_binds_the_whole_account(cleo, finn):
    block(finn, cleo.client)
    colleague = people.member(cleo.client)
    refused = writes_nothing(lambda: send(colleague, finn), Refused)
    assert refused.refusal == Refusal.BLOCKED


def test_a_block_is_between_one_pair(cleo, otto, finn):
    block(finn, cleo.client)
    assert send(otto, finn).pk
    assert send(cleo, people.freelancer("Fay")).pk


def test_a_relationship_does_not_lift_a_block(cleo, finn, now):
    people.related(cleo.client, finn, now)
    block(finn, cleo.client)
    assert writes_nothing(lambda: send(cleo, finn), Refused).refusal == Refusal.BLOCKED


def test_blocking_twice_is_blocking_once(cleo, finn):
    block(finn, cleo.client)
    placed_at = Block.objects.get().placed_at
    block(finn, cleo.client)
    assert Block.objects.get().placed_at == placed_at
    assert acts("client_blocked") == ["client_blocked"]


def test_after_unblocking_the_gate_and_the_door_decide_again(cleo, finn):
    block(finn, cleo.client)
    unblock(finn, cleo.client)
    assert Block.objects.get().lifted_at is not None
    set_door(finn, "closed")
    assert writes_nothing(lambda: send(cleo, finn), Refused).refusal == Refusal.CLOSED
    set_door(finn, "open")
    assert send(cleo, finn).pk
    assert acts("client_blocked", "client_unblocked") == ["client_blocked", "client_unblocked"]


def test_unblocking_nobody_changes_nothing(cleo, finn):
    unblock(finn, cleo.client)
    assert not Block.objects.exists()
    assert not Act.objects.exists()


def test_blocks_can_be_placed_and_lifted_again(cleo, finn):
    for _ in range(3):
        block(finn, cleo.client)
        unblock(finn, cleo.client)
    block(finn, cleo.client)
    assert Block.objects.count() == 4
    assert Block.objects.filter(lifted_at=None).count() == 1


def test_a_block_gives_no_slot_back_and_leaves_the_waiting_request(cleo, finn):
    request = send(cleo, finn)
    block(finn, cleo.client)
    request.refresh_from_db()
    assert request.state == "waiting"
    assert QuotaEntry.objects.get().slots == 1
    # The client meets the same answer as before the block: their request is waiting.
    assert writes_nothing(lambda: send(cleo, finn), Refused).refusal == Refusal.WAITING


def test_a_client_who_could_write_to_nobody_learns_nothing_of_a_block(nils, finn):
    block(finn, nils.client)
    set_door(finn, "closed")
    assert writes_nothing(lambda: send(nils, finn), Refused).refusal == Refusal.GATE


def test_a_door_change_is_a_line_in_the_log(finn, now):
    to = door.DoorSettings(door="closed", known_clients_pass=False)
    door.set_door(freelancer=finn, to=to, clock=people.at(now))
    finn.refresh_from_db()
    assert (finn.door, finn.known_clients_pass) == ("closed", False)
    act = Act.objects.get()
    assert (act.kind, act.actor, act.freelancer) == ("door_changed", finn.user, finn)
    assert (act.at, act.old) == (now, "open, known clients pass")
    assert act.new == "closed, known clients wait"
    door.set_door(freelancer=finn, to=to, clock=people.at(now))
    assert Act.objects.count() == 1  # the same again is no change


def test_a_closed_door_leaves_waiting_requests_to_be_answered(cleo, finn):
    conversation = send(cleo, finn).conversation
    set_door(finn, "closed")
    assert reply(finn, conversation, "Gladly.").pk
    assert write(cleo, conversation, "Thank you.").pk


def test_the_door_is_read_from_the_database_not_from_the_page(cleo, finn):
    """The profile the page holds is older than the change."""
    set_door(finn, "closed")
    finn.door = "open"
    assert writes_nothing(lambda: send(cleo, finn), Refused).refusal == Refusal.CLOSED


def test_a_block_lifted_long_ago_stops_nothing(cleo, finn, now):
    then = now - timedelta(days=30)
    door.block_client(freelancer=finn, client=cleo.client, clock=people.at(then))
    door.unblock_client(freelancer=finn, client=cleo.client, clock=people.at(now))
    assert send(cleo, finn).pk

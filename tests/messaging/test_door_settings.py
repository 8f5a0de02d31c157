"""The door's settings and links as services: what is kept, what is logged, what needs no change."""

from datetime import timedelta
from functools import partial

import pytest

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership
from messaging.door import Bar, Door, Refusal
from messaging.models import Act, Block, OpenDoorLink
from messaging.selectors import door_of
from messaging.services import door
from messaging.services.outcomes import NotAMember, Refused
from tests import people
from tests.messaging.letters import send, writes_nothing

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def set_door(finn, state="selective", **settings):
    to = door.DoorSettings(door=state, **settings)
    door.set_door(freelancer=finn, to=to, clock=database_now)
    finn.refresh_from_db()


def test_every_setting_is_kept_and_read_by_the_next_send(finn, now):
    maps = finn.skills.first()
    set_door(
        finn,
        paused_until=now + DAY,
        known_clients_pass=False,
        bar_spend_cents=100,
        bar_tenure_days=5,
        bar_hired=True,
        bar_countries=["NO"],
        intake_day=1,
        intake_week=3,
        skills=(maps,),
    )
    assert door_of(finn) == Door(
        state="selective",
        paused_until=now + DAY,
        known_clients_pass=False,
        bar=Bar(
            spend_cents=100,
            tenure_days=5,
            hired=True,
            skills=frozenset({maps.pk}),
            countries=frozenset({"NO"}),
        ),
        intake_day=1,
        intake_week=3,
    )
    assert finn.counts_intake


def test_a_skill_taken_off_the_profile_bars_nobody(finn):
    """Otherwise the door would wait for a skill that no form offers."""
    maps = finn.skills.first()
    set_door(finn, skills=(maps,))
    finn.skills.remove(maps)
    assert door_of(finn).bar.skills == frozenset()


def test_each_change_is_one_line_and_the_same_again_is_none(finn):
    maps, sets = finn.skills.all()
    for settings in (
        {"intake_day": 2},
        {"intake_day": 3},
        {"skills": (maps,)},
        {"skills": (sets,)},
    ):
        for _ in range(2):
            set_door(finn, **settings)
    lines = Act.objects.filter(kind="door_changed").order_by("id")
    assert [line.new.split(", ")[0] for line in lines] == ["selective"] * 4
    assert [line.new for line in lines] == [line.old for line in lines[1:]] + [lines[3].new]


def test_a_pause_ends_early_once(finn, now):
    set_door(finn, "open", paused_until=now + DAY)
    for _ in range(2):
        door.end_pause(freelancer=finn, clock=database_now)
    finn.refresh_from_db()
    assert finn.paused_until is None
    assert Act.objects.filter(kind="door_changed").count() == 2


def test_the_settings_count_for_every_send_that_comes_after(cleo, finn, now):
    set_door(finn, bar_hired=True)
    assert writes_nothing(lambda: send(cleo, finn), Refused).refusal == Refusal.BAR
    people.related(cleo.client, people.freelancer("Fay"), now)
    assert send(cleo, finn).pk, "who has hired anybody has hired"


def test_intake_counts_what_came_before_it_was_set(cleo, otto, finn):
    send(otto, finn)
    set_door(finn, intake_day=1)
    assert writes_nothing(lambda: send(cleo, finn), Refused).refusal == Refusal.FULL
    set_door(finn, intake_day=2)
    assert send(cleo, finn).pk


def test_requests_of_the_known_fill_no_door(cleo, otto, finn, now):
    set_door(finn, intake_day=1)
    people.related(otto.client, finn, now)
    assert not send(otto, finn).through_door
    assert send(cleo, finn).through_door


def test_the_full_day_is_over_24_hours_after_the_first(cleo, otto, petra, finn, now):
    tick = timedelta(microseconds=1)
    set_door(finn, intake_day=2, intake_week=2)
    send(otto, finn, now=now - 7 * DAY)
    send(petra, finn, now=now - DAY)
    refused = writes_nothing(lambda: send(cleo, finn, now=now - tick), Refused)
    assert refused.refusal == Refusal.FULL, "the week is"
    set_door(finn, intake_day=1, intake_week=2)
    refused = writes_nothing(lambda: send(cleo, finn, now=now - tick), Refused)
    assert refused.refusal == Refusal.FULL
    assert send(cleo, finn, now=now).pk


# Links


def make(finn, *, expires_at=None, most_uses=None, clock=database_now) -> OpenDoorLink:
    return door.make_link(
        freelancer=finn, label="Fair", expires_at=expires_at, most_uses=most_uses, clock=clock
    )


def test_a_link_is_made_and_revoked_with_one_line_each(finn, olga):
    link = make(finn)
    door.revoke_link(freelancer=olga, link=link, clock=database_now)
    assert finn.links.get(revoked_at=None) == link, "it is not hers"
    for _ in range(2):
        door.revoke_link(freelancer=finn, link=link, clock=database_now)
    link.refresh_from_db()
    assert link.revoked_at is not None
    kinds = Act.objects.order_by("id").values_list("kind", "new")
    assert list(kinds) == [
        ("link_made", f"link {link.pk}"),
        ("link_revoked", f"link {link.pk}"),
    ]


def test_no_two_links_have_a_code_in_common(finn):
    assert len({make(finn).code for _ in range(20)}) == 20


def test_a_link_that_would_be_over_is_not_made(finn, now):
    writes_nothing(lambda: make(finn, expires_at=now, clock=people.at(now)), ValueError)


# A client's blocks


def test_a_member_who_left_neither_blocks_nor_unblocks(cleo, finn, now):
    door.block_freelancer(member=cleo, freelancer=finn, clock=database_now)
    Membership.objects.filter(pk=cleo.pk).update(left_at=now)
    for act in (door.block_freelancer, door.unblock_freelancer):
        deed = partial(act, member=cleo, freelancer=finn, clock=database_now)
        writes_nothing(deed, NotAMember)


def test_the_two_sides_blocks_are_two_rows(cleo, finn):
    door.block_freelancer(member=cleo, freelancer=finn, clock=database_now)
    door.block_client(freelancer=finn, client=cleo.client, clock=database_now)
    door.unblock_client(freelancer=finn, client=cleo.client, clock=database_now)
    assert list(Block.objects.filter(lifted_at=None).values_list("side", flat=True)) == ["client"]
    kinds = Act.objects.order_by("id").values_list("kind", flat=True)
    assert list(kinds) == ["freelancer_blocked", "client_blocked", "client_unblocked"]
    assert FreelancerProfile.objects.get(pk=finn.pk).door == "open"

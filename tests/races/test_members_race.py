"""Members who go, and invitations taken up and back, all at once: one outcome, never an account
without an owner."""

from collections import Counter
from functools import partial

from accounts import services
from accounts.clock import database_now
from accounts.models import Membership
from tests import people
from tests.races.crew import Crew

CLOCK = {"clock": database_now}
OWNERS = 4


def _owners(now, number: int) -> list[Membership]:
    account = people.client(f"Account {number}", now)
    return [people.member(account, f"Owner {number}-{place}") for place in range(OWNERS)]


def test_of_owners_who_all_leave_at_once_one_stays(crew: Crew, now, rounds):
    for number in range(rounds):
        owners = _owners(now, number)
        outcomes = crew.together(
            [partial(services.leave, member=owner, **CLOCK) for owner in owners]
        )
        assert Counter(outcome.said for outcome in outcomes) == Counter(
            done=OWNERS - 1, LastOwner=1
        )
        assert owners[0].client.memberships.filter(left_at=None).count() == 1


def test_owners_who_remove_each_other_leave_one(crew: Crew, now, rounds):
    for number in range(rounds):
        owners = _owners(now, number)
        outcomes = crew.together(
            [
                partial(services.remove_member, owner=one, member=other, **CLOCK)
                for one in owners
                for other in owners
                if one != other
            ]
        )
        assert {outcome.said for outcome in outcomes} <= {"done", "NotAnOwner"}
        left = owners[0].client.memberships.filter(left_at=None)
        assert 1 <= left.count() < OWNERS


def test_an_invitation_is_taken_up_or_taken_back(crew: Crew, now, rounds):
    for number in range(rounds):
        [owner, *_] = _owners(now, number)
        guest = people.user(f"Guest {number}")
        invitation = services.invite(owner=owner, email=guest.email, **CLOCK)
        joined, revoked = crew.together(
            [
                partial(services.join, user=guest, invitation=invitation, **CLOCK),
                partial(services.revoke_invitation, owner=owner, invitation=invitation, **CLOCK),
            ]
        )
        assert {joined.said, revoked.said} == {"done", "InvitationOver"}
        invitation.refresh_from_db()
        assert guest.memberships.count() == (invitation.accepted_at is not None)


def test_a_person_invited_twice_joins_one_account(crew: Crew, now, rounds):
    for number in range(rounds):
        guest = people.user(f"Guest {number}")
        invitations = [
            services.invite(owner=_owners(now, 2 * number + half)[0], email=guest.email, **CLOCK)
            for half in (0, 1)
        ]
        outcomes = crew.together(
            [partial(services.join, user=guest, invitation=each, **CLOCK) for each in invitations]
            * 2
        )
        said = Counter(outcome.said for outcome in outcomes)
        assert said["done"] == 1
        assert said.keys() <= {"done", "AlreadyMember", "InvitationOver"}
        assert guest.memberships.filter(left_at=None).count() == 1


def test_an_invitation_made_twice_at_once_is_one(crew: Crew, now, rounds):
    for number in range(rounds):
        owners = _owners(now, number)
        outcomes = crew.together(
            [
                partial(services.invite, owner=owner, email="guest@people.example", **CLOCK)
                for owner in owners
            ]
        )
        assert Counter(outcome.said for outcome in outcomes) == Counter(done=OWNERS)
        assert owners[0].client.invitations.count() == 1

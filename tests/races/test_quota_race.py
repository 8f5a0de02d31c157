"""Any number of simultaneous sends with k slots left gives exactly k messages."""

import uuid
from collections import Counter

import pytest

from accounts.models import Membership
from messaging.models import ContactRequest, Conversation, Message, QuotaEntry, Receipt
from tests import people
from tests.races.conftest import AT_ONCE
from tests.races.crew import Crew
from tests.races.deeds import answer, send

SLOTS = 5

pytestmark = pytest.mark.usefixtures("intact")


def eligible(now, name: str = "") -> Membership:
    return people.member(people.eligible_client(now, name or f"Client {uuid.uuid4().hex[:8]}"))


def test_64_sends_at_once_use_exactly_the_five_slots(crew: Crew, crowd, now, rounds):
    ended = []
    for _ in range(rounds):
        member = eligible(now)
        outcomes = crew.together([send(member, freelancer) for freelancer in crowd])
        ended.append(Counter(outcome.said for outcome in outcomes))
    assert ended == [Counter(done=SLOTS, quota=AT_ONCE - SLOTS)] * rounds
    assert ContactRequest.objects.count() == SLOTS * rounds
    assert QuotaEntry.objects.count() == SLOTS * rounds


def test_a_click_repeated_64_times_at_once_is_one_message(crew: Crew, crowd, now, rounds):
    for freelancer in crowd[:rounds]:
        repeated = [send(eligible(now), freelancer, "the same click")] * AT_ONCE
        outcomes = crew.together(repeated)
        assert {outcome.said for outcome in outcomes} == {"done"}
        assert len({outcome.result for outcome in outcomes}) == 1
    for rows in (ContactRequest, Message, QuotaEntry, Receipt):
        assert rows.objects.count() == min(rounds, AT_ONCE)


def test_five_members_share_their_accounts_slots(crew: Crew, crowd, now):
    account = people.eligible_client(now)
    members = [people.member(account) for _ in range(5)]
    outcomes = crew.together(
        [send(members[place % 5], freelancer) for place, freelancer in enumerate(crowd[:50])]
    )
    assert Counter(outcome.said for outcome in outcomes) == Counter(done=5, quota=45)


def test_fifty_clicks_on_one_freelancer_are_one_request(crew: Crew, crowd, now):
    member = eligible(now)
    outcomes = crew.together([send(member, crowd[0]) for _ in range(50)])
    assert Counter(outcome.said for outcome in outcomes) == Counter(done=1, waiting=49)
    assert ContactRequest.objects.count() == Conversation.objects.count() == 1


def test_many_clients_write_to_one_freelancer_at_once(crew: Crew, crowd, now):
    """The freelancer's row is only shared, so no client fails because of another."""
    members = [eligible(now) for _ in range(AT_ONCE)]
    outcomes = crew.together([send(member, crowd[0]) for member in members])
    assert Counter(outcome.said for outcome in outcomes) == Counter(done=AT_ONCE)


def test_a_freelancers_click_on_many_conversations_answers_one(crew: Crew, transactional_db, now):
    """A freelancer's key is theirs, whichever client's row the answer locks."""
    finn = people.freelancer("Finn")
    talks = []
    for _ in range(16):
        request = ContactRequest.objects.get(pk=send(eligible(now), finn)())
        talks.append(request.conversation)
    outcomes = crew.together([answer(finn, talk, "the same click") for talk in talks])
    assert Counter(outcome.said for outcome in outcomes) == Counter(done=1, KeyReused=15)

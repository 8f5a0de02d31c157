"""A client that takes a request back and asks again at the same moment."""

from collections import Counter
from datetime import timedelta

import pytest

from messaging.models import Act, ContactRequest
from tests import people
from tests.messaging import letters
from tests.races.answering import State, agreed, asked, strewn, withdraw
from tests.races.conftest import LONG
from tests.races.crew import Crew
from tests.races.deeds import send

pytestmark = pytest.mark.usefixtures("intact", "no_deadlock")


def test_withdrawing_opens_no_way_to_ask_at_once_again(crew: Crew, finn, rounds):
    """The pair rests, and the slot stays used."""
    for _ in range(rounds // 2 or 1):
        member, request = asked(finn)
        sends = [send(member, finn) for _ in range(7)]
        outcomes = crew.together(strewn([withdraw(member, request), *sends]))
        said = Counter(outcome.said for outcome in outcomes)
        assert said["done"] == 1
        assert said["waiting"] + said["resting"] == 7
        assert agreed(request, [State.WITHDRAWN]) == State.WITHDRAWN
        assert ContactRequest.objects.filter(client=member.client).count() == 1


def test_a_known_client_who_withdraws_and_asks_again_waits_once(crew: Crew, finn, now, rounds):
    again: Counter[int] = Counter()
    for _ in range(rounds // 2 or 1):
        member, request = asked(finn)
        people.related(member.client, finn, now - timedelta(days=50))
        sends = [send(member, finn) for _ in range(6)]
        outcomes = crew.together(strewn([withdraw(member, request), *sends]))
        assert outcomes[0].said == "done"
        sent = Counter(outcome.said for outcome in outcomes[1:])
        assert sent.keys() <= {"done", "waiting"}
        assert sent["done"] <= 1
        pair = ContactRequest.objects.filter(client=member.client, freelancer=finn)
        assert pair.filter(state=State.WAITING).count() == sent["done"]
        again[sent["done"]] += 1
    assert again.keys() == {0, 1} or rounds < LONG, again


def test_withdrawing_hands_no_slot_back(crew: Crew, crowd, now, rounds):
    for _ in range(rounds // 10 or 1):
        member = people.member(people.eligible_client(now, "Cleo"))
        requests = [letters.send(member, freelancer) for freelancer in crowd[:5]]
        taken_back = [withdraw(member, request) for request in requests]
        outcomes = crew.together(
            strewn([*taken_back, *[send(member, freelancer) for freelancer in crowd[5:25]]])
        )
        assert Counter(outcome.said for outcome in outcomes) == Counter(done=5, quota=20)
        assert Act.objects.filter(kind="request_withdrawn", client=member.client).count() == 5

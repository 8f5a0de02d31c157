"""Of everything that may happen to one request at the same time exactly one does; whoever comes
later hears how it stands; both sides see the same, and the log has one line for each step."""

from collections import Counter
from functools import partial

import pytest

from accounts.clock import database_now
from eligibility.models import Hold
from messaging.models import Block, Message
from messaging.services import door, recheck
from tests import people
from tests.messaging import planted
from tests.races.answering import (
    CLOCK,
    EXPIRE,
    TOLD_BY_THEN,
    State,
    accept,
    agreed,
    asked,
    by,
    decline,
    put_off,
    race,
    runs_out,
    strewn,
    undo,
    withdraw,
)
from tests.races.conftest import LONG
from tests.races.crew import Crew
from tests.races.deeds import answer

pytestmark = pytest.mark.usefixtures("no_deadlock")


@pytest.mark.usefixtures("intact")
def test_everything_at_once(crew: Crew, finn, rounds):
    """Its time runs out in the midst of it. A block is no answer, so it is placed whatever wins;
    after it no acceptance is."""
    seen: Counter[str] = Counter()
    for _ in range(rounds):
        member, request = asked(finn)
        block = partial(door.block_client, freelancer=finn, client=member.client, **CLOCK)
        done = race(
            crew,
            {
                State.ACCEPTED: [accept(finn, request)] * 2,
                State.DECLINED: [decline(finn, request)],
                State.PUT_OFF: [put_off(finn, request)],
                State.WITHDRAWN: [withdraw(member, request)],
                State.EXPIRED: [EXPIRE] * 2,
                "blocked": [block],
            },
            runs_out(request),
        )
        done.remove("blocked")
        assert Block.objects.filter(client=member.client, lifted_at=None).count() == 1
        # An answer that is not told yet does not stop the client from taking the request back.
        first = [step for step in done if step != State.WITHDRAWN]
        assert len(first) <= 1
        assert State.EXPIRED not in done or len(done) == 1
        seen[agreed(request, done)] += 1
        EXPIRE()  # so that the next round finds nothing of this one
    assert len(seen) > 2 or rounds < LONG, seen


@pytest.mark.usefixtures("intact")
def test_two_tabs_give_one_answer(crew: Crew, finn, rounds):
    seen: Counter[str] = Counter()
    for _ in range(rounds):
        _, request = asked(finn)
        done = race(
            crew,
            {
                State.ACCEPTED: [accept(finn, request)] * 3,
                State.DECLINED: [decline(finn, request)] * 3,
                State.PUT_OFF: [put_off(finn, request)] * 2,
            },
        )
        assert len(done) == 1
        seen[agreed(request, done)] += 1
    assert len(seen) > 1 or rounds < LONG, seen


@pytest.mark.usefixtures("intact")
def test_accepted_or_withdrawn(crew: Crew, finn, rounds):
    """Until the client is told, withdrawing wins whichever came first."""
    seen: Counter[int] = Counter()
    for _ in range(rounds):
        member, request = asked(finn)
        done = race(
            crew,
            {
                State.ACCEPTED: [accept(finn, request)] * 2,
                State.WITHDRAWN: [withdraw(member, request)] * 2,
            },
        )
        assert Counter(done)[State.WITHDRAWN] == 1
        assert agreed(request, done) == State.WITHDRAWN
        seen[len(done)] += 1
    assert seen.keys() == {1, 2} or rounds < LONG, seen


@pytest.mark.usefixtures("intact")
def test_replied_or_withdrawn(crew: Crew, finn, rounds):
    """Words are told at once, so of these two exactly one happens."""
    seen: Counter[str] = Counter()
    for _ in range(rounds):
        member, request = asked(finn)
        outcomes = crew.together(
            strewn([answer(finn, request.conversation)] * 2 + [withdraw(member, request)] * 2)
        )
        said = Counter(outcome.said for outcome in outcomes)
        replied = outcomes[0].said == "done"
        assert said == (
            Counter(done=2, Moved=2) if replied else Counter(done=1, Moved=1, NotOpen=2)
        )
        seen[agreed(request, [State.ACCEPTED if replied else State.WITHDRAWN])] += 1
        thread = Message.objects.filter(conversation=request.conversation_id)
        assert thread.count() == (2 if replied else 1)
    assert len(seen) == 2 or rounds < LONG, seen


@pytest.mark.usefixtures("intact")
@pytest.mark.parametrize("first", [accept, decline, put_off])
def test_an_answer_is_undone_while_the_time_runs_out(crew: Crew, finn, rounds, first):
    """The request's time is over within the thirty seconds. Undone, it waits again, or has expired;
    not undone, the answer stands, for it came in time."""
    seen: Counter[str] = Counter()
    for _ in range(rounds):
        member, request = asked(finn)
        first(finn, request)()
        done = race(
            crew,
            {
                State.WAITING: [undo(finn, request)] * 2,
                State.EXPIRED: [EXPIRE] * 2,
                State.WITHDRAWN: [withdraw(member, request)],
            },
            runs_out(request),
        )
        assert all(count == 1 for count in Counter(done).values())
        assert done, "either side could have"
        end = agreed(request, done, before=2)
        assert end in {State.WAITING, State.EXPIRED, State.WITHDRAWN}
        if end == State.WAITING:
            assert request.state_at(database_now() + TOLD_BY_THEN) == State.EXPIRED
        seen[end] += 1
        EXPIRE()
    assert len(seen) > 1 or rounds < LONG, seen


def test_a_forged_receipt_is_found_while_it_is_accepted(crew: Crew, transactional_db, now, finn):
    """Checking again takes the request back unless the client was told of an answer, and holds the
    client once."""
    for number in range(8):
        member = people.member(people.client(f"Nils {number}", now))
        forged = {"results": planted.all_met(member, now)}
        request = planted.request(member, finn, now, receipt=forged)
        check = by(finn, recheck.check_again, request)
        deeds = {
            State.WITHDRAWN: [check] * 2,
            State.ACCEPTED: [accept(finn, request)] * 2,
        }
        outcomes = crew.together(strewn([deed for same in deeds.values() for deed in same]))
        assert [outcome.said for outcome in outcomes[:2]] == ["done", "done"]
        assert all(outcome.result for outcome in outcomes[:2]), "what differs is told to both"
        accepted = [outcome.said for outcome in outcomes[2:]].count("done")
        assert accepted <= 1
        assert agreed(request, ["withdrawn"] + ["accepted"] * accepted) == State.WITHDRAWN
        assert request.revoked_at is not None
        assert Hold.objects.filter(client=member.client, released_at=None).count() == 1

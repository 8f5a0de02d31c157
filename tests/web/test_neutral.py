"""Closed, paused, bar not met, full, blocked and cooling off are told alike.

Same status, same bytes but for what is new on each visit, same header names, the same queries in
the same order; and nothing else that the client can fetch moves with the cause. How long the
answers take is measured in bench/refusal_timing.py.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership, Relationship
from marketplace import middleware
from messaging import door, selectors, wording
from messaging.door import Refusal
from messaging.models import ContactRequest, Message
from messaging.policy import Refuse, decide
from messaging.selectors import sending
from messaging.services import answers
from messaging.services.door import DoorSettings, block_client, set_door
from tests import people
from tests.messaging.letters import LETTER, reply, send
from tests.messaging.obstacles import undone

#: What is new on each visit, and instants as they are told.
PASSING = re.compile(
    r'name="csrfmiddlewaretoken" value="\w+"|name="submission_key" value="\w+"'
    r"|<time .*?</time>|\d\d:\d\d",
    re.DOTALL,
)
VALUES = re.compile(r"'(?:[^']|'')*'(?:::\w+)?|\b\d+(?:\.\d+)?\b|\"(?:s|_django_curs_)\d+_\w+\"")
#: A door that counts who comes in is locked harder than others, by statements of the same form.
LOCKS = re.compile(r"(?<=advisory_xact_lock)_shared|(?<= FOR )(?:SHARE|NO KEY UPDATE)")
LISTS = re.compile(r"\((?:\?(?:, )?)+\)")


@dataclass(frozen=True)
class Pair:
    """Cleo, who passes the gate, and Finn, whose door is open; she wrote to him once, 40 days ago,
    and took it back. Ida's request is the last that his door let in."""

    cleo: Membership
    finn: FreelancerProfile
    past: ContactRequest


@pytest.fixture
def pair(cleo, finn, now) -> Pair:
    people.pay(cleo.client, people.PLENTY, now - timedelta(days=300))
    ida = people.member(people.eligible_client(now, "Ida Ink"), "Ida")
    send(ida, finn, now=now - timedelta(hours=2))
    past = send(cleo, finn, now=now - timedelta(days=40))
    taken_back = people.at(now - timedelta(days=40) + timedelta(seconds=20))
    answers.withdraw_request(request=past, member=cleo, clock=taken_back)
    gina, hugo = people.freelancer("Gina"), people.freelancer("Hugo")
    reply(gina, send(cleo, gina, now=now - timedelta(hours=3)).conversation, "Gladly.")
    send(cleo, hugo, now=now - timedelta(hours=1))
    return Pair(cleo, finn, ContactRequest.objects.get(pk=past.pk))


# The causes


def sets_door(state: str, **more: Any) -> Callable[[Pair], None]:
    def shut(pair: Pair) -> None:
        to = DoorSettings(door=state, **more)
        set_door(freelancer=pair.finn, to=to, clock=database_now)

    return shut


def paused(pair: Pair, **more: Any) -> None:
    sets_door("open", paused_until=database_now() + timedelta(days=3), **more)(pair)


def blocked(pair: Pair) -> None:
    block_client(freelancer=pair.finn, client=pair.cleo.client, clock=database_now)


def declined_untold(pair: Pair) -> None:
    """A no was on its way when she took it back: what she reads is the same."""
    ContactRequest.objects.filter(pk=pair.past.pk).update(declined_at=pair.past.ended_at)


def declined(pair: Pair) -> None:
    ContactRequest.objects.filter(pk=pair.past.pk).update(
        state="declined", declined_at=pair.past.ended_at
    )


def declined_invitation(pair: Pair) -> None:
    people.related(
        pair.cleo.client,
        pair.finn,
        database_now() - timedelta(days=9),
        kind=Relationship.Kind.INVITATION_DECLINED,
    )


Cause = Callable[[Pair], None]
#: Each with the refusal that the judgement gives it.
CAUSES: dict[str, tuple[Cause, Refusal]] = {
    "closed": (sets_door("closed"), Refusal.CLOSED),
    "paused": (paused, Refusal.CLOSED),
    "bar": (sets_door("selective", bar_spend_cents=500_000), Refusal.BAR),
    "hired": (sets_door("selective", bar_hired=True), Refusal.BAR),
    "full day": (sets_door("selective", intake_day=1), Refusal.FULL),
    "full week": (sets_door("selective", intake_week=1), Refusal.FULL),
    "blocked": (blocked, Refusal.BLOCKED),
    "no, untold": (declined_untold, Refusal.COOLING),
    "no": (declined, Refusal.COOLING),
    "invitation": (declined_invitation, Refusal.COOLING),
}
#: A told no is the one cause that the client knows of: it stands among what was sent.
SILENT = [name for name in CAUSES if name != "no"]
#: Of a client whom the freelancer knows, and whom the door is to keep out all the same.
KNOWN: dict[str, tuple[Cause, Refusal]] = {
    "closed": (sets_door("closed", known_clients_pass=False), Refusal.CLOSED),
    "paused": (lambda pair: paused(pair, known_clients_pass=False), Refusal.CLOSED),
    "bar": (
        sets_door("selective", bar_spend_cents=500_000, known_clients_pass=False),
        Refusal.BAR,
    ),
    "full": (sets_door("selective", intake_day=1, known_clients_pass=False), Refusal.FULL),
    "blocked": (blocked, Refusal.BLOCKED),
}


# What a client can see of an answer


@dataclass(frozen=True)
class Seen:
    """An answer as it can be told from another."""

    status: int
    body: str
    headers: tuple[str, ...]
    queries: tuple[str, ...]


def see(act: Callable[[], Any]) -> Seen:
    with CaptureQueriesContext(connection) as captured:
        answer = act()
    return Seen(
        status=answer.status_code,
        body=PASSING.sub("", answer.content.decode()),
        headers=tuple(sorted(answer.headers)),
        queries=tuple(shape(query["sql"]) for query in captured),
    )


def shape(sql: str) -> str:
    """A statement without its values, the names of its cursors and the strength of its locks."""
    return LISTS.sub("(?)", VALUES.sub("?", LOCKS.sub("", sql)))


def asked(browser: Client, finn: FreelancerProfile) -> dict[str, Seen]:
    """Everything that asks after his door."""
    compose, profile = (reverse(name, args=[finn.slug]) for name in ("compose", "talent_profile"))
    letter = {
        "submission_key": "k",
        "skill": finn.skills.all()[0].pk,
        "kind": "advice",
        "budget": "open",
        "start": "now",
        "body": LETTER.body,
    }
    return {
        "GET compose": see(lambda: browser.get(compose)),
        "POST compose": see(lambda: browser.post(compose, letter)),
        "POST compose, invalid": see(lambda: browser.post(compose, letter | {"body": "Short"})),
        "GET profile": see(lambda: browser.get(profile)),
        "GET search": see(lambda: browser.get(reverse("talent"), {"q": "finn"})),
    }


def elsewhere(browser: Client, pair: Pair) -> dict[str, Seen]:
    """Everything else there is to fetch for her."""
    client = pair.cleo.client
    addresses = [
        *map(reverse, ("home", "talent", "policy", "sent", "conversations", "eligibility")),
        *map(reverse, ("settings", "client_account", "client_blocks")),
        client.get_absolute_url(),
        *(f"{reverse('sent')}?state={state}" for state in ContactRequest.State.values),
        *(reverse("sent_request", args=[each.public_id]) for each in client.requests.all()),
        *(reverse("withdrawal", args=[each.public_id]) for each in client.requests.all()),
        *(reverse("conversation", args=[each.public_id]) for each in client.conversations.all()),
        reverse("live"),
        *(reverse("live_thread", args=[each.public_id]) for each in client.conversations.all()),
        *(f"/flags/{each.public_id}/" for each in Message.objects.filter(sender_client=client)),
    ]
    return {address: see(partial(browser.get, address)) for address in addresses}


@pytest.fixture
def cleos(pair: Pair, signed_in, monkeypatch) -> Client:
    """Cleo's browser. The first visits of a session write rows of their own, and so does the first
    in each minute: a slow machine needs more than one."""
    monkeypatch.setattr(middleware, "SEEN_EVERY", timedelta(days=1))
    opened: Client = signed_in(pair.cleo)
    for _ in range(2):
        opened.get(reverse("settings"))
    return opened


def by_cause(browser: Client, pair: Pair, causes: dict[str, tuple[Cause, Refusal]], name: str):
    """What she sees while that cause stands, of his door; then it never was."""
    cause, refusal = causes[name]
    with undone():
        cause(pair)
        assert judged(pair) == Refuse(refusal), "the premise"
        seen = asked(browser, pair.finn)
    assert not mail.outbox
    return seen


def differing(one: dict[str, Seen], other: dict[str, Seen]) -> set[str]:
    assert one.keys() == other.keys()
    return {what for what in one if one[what] != other[what]}


def judged(pair: Pair) -> object:
    profile = FreelancerProfile.objects.get(pk=pair.finn.pk)
    return decide(selectors.send_context(pair.cleo.client, profile, database_now()))


# A7, A8


def test_the_premise_without_a_cause_she_may_write(pair, cleos):
    seen = asked(cleos, pair.finn)
    assert [each.status for each in seen.values()] == [200, 303, 422, 200, 200]


def test_no_cause_can_be_told_from_another(pair, cleos):
    closed = by_cause(cleos, pair, CAUSES, "closed")
    assert [each.status for each in closed.values()] == [200, 422, 422, 200, 200]
    for what in ("GET compose", "POST compose", "GET profile"):
        assert "Finn isn&#x27;t taking new messages at the moment." in closed[what].body

    for name in CAUSES:
        other = by_cause(cleos, pair, CAUSES, name)
        assert differing(closed, other) == set(), name


def test_nor_by_a_client_they_know(pair, cleos, now):
    people.related(pair.cleo.client, pair.finn, now - timedelta(days=200))
    closed = by_cause(cleos, pair, KNOWN, "closed")
    assert closed["POST compose"].status == 422

    for name in KNOWN:
        assert differing(closed, by_cause(cleos, pair, KNOWN, name)) == set(), name


def test_a_public_page_and_the_search_know_nothing_of_doors(pair):
    visitor = Client()

    def public() -> dict[str, Seen]:
        addresses = [pair.finn.get_absolute_url(), reverse("talent"), f"{reverse('talent')}?q=finn"]
        return {address: see(partial(visitor.get, address)) for address in addresses}

    before = public()
    for name, (cause, _refusal) in CAUSES.items():
        with undone():
            cause(pair)
            assert differing(before, public()) == set(), name


# P9


def test_nothing_else_moves(pair, cleos):
    before = elsewhere(cleos, pair)
    for name in SILENT:
        with undone():
            CAUSES[name][0](pair)
            assert differing(before, elsewhere(cleos, pair)) == set(), name
    assert not mail.outbox


def test_a_request_that_waits_goes_on_waiting(pair, cleos):
    """She has written already: whatever he sets or places, her pages say what they said."""
    assert asked(cleos, pair.finn)["POST compose"].status == 303
    before = elsewhere(cleos, pair) | asked(cleos, pair.finn)
    assert "is waiting for an answer" in before["GET profile"].body
    for name in SILENT:
        with undone():
            CAUSES[name][0](pair)
            after = elsewhere(cleos, pair) | asked(cleos, pair.finn)
            assert differing(before, after) == set(), name


def left(pair: Pair) -> None:
    pair.finn.deactivated_at = database_now()
    pair.finn.save(update_fields=["deactivated_at"])


def suspended(pair: Pair) -> None:
    pair.finn.user.is_active = False
    pair.finn.user.save(update_fields=["is_active"])


def test_in_a_conversation_a_block_a_leaving_and_a_suspension_read_the_same(pair, cleos):
    assert asked(cleos, pair.finn)["POST compose"].status == 303
    request = ContactRequest.objects.get(
        client=pair.cleo.client, state="waiting", freelancer=pair.finn
    )
    reply(pair.finn, request.conversation, "Gladly.")
    address = reverse("writing", args=[request.conversation.public_id])
    message = {"submission_key": "m", "body": "Are you there?"}
    seen = {}
    for cause in (blocked, left, suspended):
        with undone():
            cause(pair)
            page = see(
                lambda: cleos.get(reverse("conversation", args=[request.conversation.public_id]))
            )
            answer = see(lambda: cleos.post(address, message))
            seen[cause.__name__] = (page, answer.status, answer.body, answer.headers)
    assert seen["blocked"][1] == 422
    assert seen["left"] == seen["blocked"]
    assert seen["suspended"] == seen["blocked"]


# Twins: the same comparison over a site that is wrong in one place has to fail.


def test_a_sentence_of_its_own_would_be_noticed(pair, cleos, monkeypatch):
    monkeypatch.setattr(door, "_FREELANCERS_OWN", door._FREELANCERS_OWN - {Refusal.COOLING})
    monkeypatch.setitem(wording._REFUSALS, Refusal.COOLING, "{name} has said no before.")
    closed = by_cause(cleos, pair, CAUSES, "closed")
    cooling = by_cause(cleos, pair, CAUSES, "no")
    assert differing(closed, cooling) == {"GET compose", "POST compose", "GET profile"}


def test_a_query_that_one_cause_spares_would_be_noticed(pair, cleos, monkeypatch):
    read = sending.arrivals

    def only_where_it_counts(profile: FreelancerProfile, now: datetime) -> tuple[datetime, ...]:
        return read(profile, now) if profile.door == "selective" else ()

    monkeypatch.setattr(sending, "arrivals", only_where_it_counts)
    closed = by_cause(cleos, pair, CAUSES, "closed")
    full = by_cause(cleos, pair, CAUSES, "full day")
    assert full["GET profile"].body == closed["GET profile"].body
    assert differing(closed, full) == closed.keys() - {"GET search"}


def test_a_directory_that_leaves_closed_doors_out_would_be_noticed(pair, cleos, monkeypatch):
    find = selectors.talent
    monkeypatch.setattr(
        selectors,
        "talent",
        lambda **words: find(**words).exclude(door=FreelancerProfile.Door.CLOSED),
    )
    before = elsewhere(cleos, pair)
    CAUSES["closed"][0](pair)
    assert differing(before, elsewhere(cleos, pair)) == {reverse("talent")}

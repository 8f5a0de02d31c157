"""The rows that `inbox.py` reads: one freelancer with 100,000 requests, and for each shelf one
whose 50 requests all lie on it. In bulk, with receipts and letters, as the services write them."""

import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import Model
from django.utils.text import slugify

from accounts.models import ClientAccount, FreelancerProfile, PlanChange, Skill, User
from eligibility import receipts
from eligibility.models import BillingMethod, Payment
from eligibility.selectors import verdict_at
from messaging.door import Door, door_content
from messaging.models import Block, ContactRequest, Conversation, Message, Receipt
from messaging.pair import EXPIRES_AFTER, UNDO
from messaging.selectors import REACH, Shelf, on_shelf

MANY, FEW = 100_000, 50
EACH = 5  # requests of one client in the large inbox, of which one at most waits
CLIENTS = MANY // EACH
BATCH = 5_000
NAMES = ("Nordlys Studio", "Harbour Press", "Ravn Maps", "Linden Works")
WORD = "lighthouse"  # in every fourth letter
RARE = "Ytterholm"  # in one client's name: of the last that a search of a Waiting shelf looks at
LETTER = (
    "We are looking for somebody to draw a map of our town, with its streets, its {} and the hills "
    "behind it. It is to hang in the hall, two metres wide, and to be printed small in a leaflet. "
    "There is a draft by a pupil, and all the measurements. Would you like to hear more?"
)

State = ContactRequest.State
MANY_NAME = "Large inbox"


def few_name(shelf: Shelf) -> str:
    return f"Fifty {shelf}"


@dataclass(frozen=True)
class Inboxes:
    """The large inbox, and the small one of each shelf."""

    many: FreelancerProfile
    few: dict[Shelf, FreelancerProfile]


def stored() -> Inboxes | None:
    """What an earlier run left."""
    there = {one.name: one for one in FreelancerProfile.objects.select_related("user")}
    if MANY_NAME not in there:
        return None
    return Inboxes(there[MANY_NAME], {shelf: there[few_name(shelf)] for shelf in Shelf})


def build(now: datetime) -> Inboxes:
    """Write all of it, and have the database count what it holds."""
    author = User.objects.create(email="author@people.example", name="Ada", password=_NEVER)
    clients = _clients(now)
    skills = [Skill.objects.create(name=name, slug=slugify(name)) for name in ("Maps", "Type")]
    results = receipts.content(verdict_at(clients[0].pk, now))
    write = _Writer(author, skills, results, now)
    many = _freelancer(MANY_NAME)
    write.all(_many(many, clients, now))
    few = {shelf: _freelancer(few_name(shelf)) for shelf in Shelf}
    for place, (shelf, freelancer) in enumerate(few.items()):
        mine = clients[place :: CLIENTS // FEW - 1][:FEW]  # an odd step meets every name
        write.all(_few(freelancer, shelf, mine, now))
    for freelancer in (many, few[Shelf.WAITING]):
        reached = on_shelf(freelancer, Shelf.WAITING, now).order_by("-sent_at", "-id")[:REACH]
        last = list(reached.values_list("client", flat=True))[-1]
        ClientAccount.objects.filter(pk=last).update(name=f"{RARE} {freelancer.pk}")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    return Inboxes(many, few)


_NEVER = make_password(None)  # nobody signs in with a password here


def _freelancer(name: str) -> FreelancerProfile:
    slug = slugify(name)
    user = User.objects.create(email=f"{slug}@people.example", name=name, password=_NEVER)
    return FreelancerProfile.objects.create(user=user, name=name, slug=slug, headline=name)


def _clients(now: datetime) -> list[ClientAccount]:
    joined = now - timedelta(days=800)
    clients = ClientAccount.objects.bulk_create(
        (
            ClientAccount(name=f"{NAMES[n % 4]} {n}", country="NO", joined_at=joined)
            for n in range(CLIENTS)
        ),
        BATCH,
    )
    paid = {"amount_cents": 250_000, "amount": 250_000, "at": now - timedelta(days=200)}
    # All have the receipt of the first.
    dated = {"client": clients[0], "recorded_at": joined}
    BillingMethod.objects.create(external_id="card", label="Card", verified_at=joined, **dated)
    Payment.objects.create(event_id="paid", **paid, **dated)
    PlanChange.objects.bulk_create(
        PlanChange(client=client, plan="marketplace", at=joined, recorded_at=joined)
        for client in clients
    )
    return clients


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request to be written; `ago` is how long ago it was sent."""

    client: ClientAccount
    freelancer: FreelancerProfile
    state: State
    ago: timedelta
    opened: bool
    blocked: bool = False


def _many(
    freelancer: FreelancerProfile, clients: list[ClientAccount], now: datetime
) -> Iterator[_Asked]:
    """The latest of each client's waits, is overdue or was accepted; before that, everything that
    can become of one. A client in ten is blocked."""
    latest = (State.WAITING, State.WAITING, State.EXPIRED, State.ACCEPTED)
    earlier = (State.EXPIRED, State.DECLINED, State.PUT_OFF, State.WITHDRAWN)
    for n, client in enumerate(clients):
        # A thousand places further the pattern has moved on, so that no state knows its names.
        turn = n // 1000 + n
        part = n / CLIENTS
        blocked = n % 10 == 9
        yield _asked(client, freelancer, latest[turn % 4], part * 13.9, n, blocked)
        for step in range(1, EACH):
            days = 15 + 150 * step + part * 140
            yield _asked(client, freelancer, earlier[(turn + step) % 4], days, n + step, blocked)


def _few(
    freelancer: FreelancerProfile, shelf: Shelf, clients: list[ClientAccount], now: datetime
) -> Iterator[_Asked]:
    blocked = shelf == Shelf.BLOCKED
    state = State.WAITING if blocked else State(shelf.value)
    for n, client in enumerate(clients):
        days = n / FEW * 13.9 + (15 if state == State.EXPIRED else 0)
        yield _asked(client, freelancer, state, days, n, blocked)


def _asked(
    client: ClientAccount,
    freelancer: FreelancerProfile,
    state: State,
    days: float,
    turn: int,
    blocked: bool,
) -> _Asked:
    if state == State.EXPIRED and days < 14:
        days += 14  # overdue, and nobody wrote it down yet
        state = State.WAITING
    opened = turn % 3 == 0 or state == State.ACCEPTED
    return _Asked(client, freelancer, state, timedelta(days=days), opened, blocked)


class _Writer:
    """Writes requests with everything that belongs to them, a batch at a time."""

    def __init__(
        self, author: User, skills: list[Skill], results: list[Any], now: datetime
    ) -> None:
        self._author, self._skills, self._results, self._now = author, skills, results, now
        self._door = door_content(Door(), "door")

    def all(self, asked: Iterable[_Asked]) -> None:
        left = iter(asked)
        while batch := list(itertools.islice(left, BATCH)):
            self._batch(batch)

    def _batch(self, batch: list[_Asked]) -> None:
        """The letters of one pair lie in one batch, as `_many` gives them one after the other."""
        pairs: dict[tuple[int, int], list[_Asked]] = {}
        for one in batch:
            pairs.setdefault((one.client.pk, one.freelancer.pk), []).append(one)
        conversations = self._write(Conversation, pairs.values(), self._conversation)
        told = [
            (one, conversation, seq)
            for mine, conversation in zip(pairs.values(), conversations, strict=True)
            for seq, one in enumerate(reversed(mine), start=1)
        ]
        letters = self._write(Message, told, self._letter)
        requests = self._write(ContactRequest, zip(told, letters, strict=True), self._request)
        self._write(Receipt, requests, self._receipt)
        self._write(Block, (mine[0] for mine in pairs.values() if mine[0].blocked), self._block)

    def _write(
        self, model: type[Model], of: Iterable[Any], make: Callable[[Any], Model]
    ) -> list[Any]:
        return model._default_manager.bulk_create([make(one) for one in of], BATCH)

    def _conversation(self, mine: list[_Asked]) -> Conversation:
        accepted = mine[0].state == State.ACCEPTED
        return Conversation(
            client=mine[0].client,
            freelancer=mine[0].freelancer,
            last_seq=len(mine),
            last_at=self._now - mine[0].ago,
            accepted_at=self._ended(mine[0]) if accepted else None,
            freelancer_read_seq=len(mine) if accepted else 0,
        )

    def _letter(self, told: tuple[_Asked, Conversation, int]) -> Message:
        one, conversation, seq = told
        return Message(
            conversation=conversation,
            seq=seq,
            author=self._author,
            sender_client=one.client,
            body=LETTER.format(WORD if one.client.pk % 4 == 0 else "market"),
            sent_at=self._now - one.ago,
            submission_key=uuid.uuid4().hex,
        )

    def _request(self, written: tuple[tuple[_Asked, Conversation, int], Message]) -> ContactRequest:
        (one, conversation, _), message = written
        sent_at = self._now - one.ago
        waits, ended = one.state == State.WAITING, self._ended(one)
        return ContactRequest(
            client=one.client,
            freelancer=one.freelancer,
            conversation=conversation,
            message=message,
            member=self._author,
            skill=self._skills[one.client.pk % 2],
            kind=ContactRequest.Kind.NEW_PROJECT,
            budget=ContactRequest.Budget.TO_2K,
            start=ContactRequest.Start.MONTH,
            sent_at=sent_at,
            expires_at=sent_at + EXPIRES_AFTER,
            opened_at=sent_at if one.opened else None,
            state=one.state,
            ended_at=None if waits else ended,
            told_at=None if waits else ended + UNDO,
            declined_at=ended if one.state == State.DECLINED else None,
            put_off_until=ended + timedelta(days=30) if one.state == State.PUT_OFF else None,
        )

    def _ended(self, one: _Asked) -> datetime:
        """An hour after it was sent, or when its time was over."""
        expired = one.state == State.EXPIRED
        return self._now - one.ago + (EXPIRES_AFTER if expired else timedelta(hours=1))

    def _receipt(self, request: ContactRequest) -> Receipt:
        return Receipt(
            request=request,
            policy_id=1,
            plan="marketplace",
            basis=Receipt.Basis.GATE,
            evaluated_at=request.sent_at,
            results=self._results,
            country="NO",
            door=self._door,
        )

    def _block(self, one: _Asked) -> Block:
        return Block(client=one.client, freelancer=one.freelancer, placed_at=self._now)

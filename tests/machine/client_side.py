"""What a client's members do: send, send again, withdraw, write, block."""

from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from messaging.models import ContactRequest, Conversation
from messaging.services import answers, conversations, requests
from tests.machine.ground import Ground, clients, pairs, which
from tests.machine.model import FORTNIGHT, Pair, Row
from tests.machine.world import FREELANCERS
from tests.messaging.letters import LETTER

skills = st.sampled_from(["", "Maps", "Type"])


@dataclass(frozen=True)
class Letter:
    """One sending, so that it can be repeated."""

    pair: Pair
    key: str
    skill: str = ""
    body: str = LETTER.body
    code: str = ""


class ClientSide(Ground):
    def __init__(self) -> None:
        super().__init__()
        self.sent: list[tuple[Letter, Row]] = []
        self.keys_of_messages: list[tuple[Pair, str]] = []

    def writer(self, client: str, number: int) -> str:
        names = sorted(name for name in self.world.members if self.account_of(name) == client)
        return names[number % len(names)]

    def account_of(self, person: str) -> str:
        return str(self.world.members[person].client.name)

    # Sending

    def one_letter(self, pair: Pair, skill: str, who: int) -> None:
        self.moment(pair)
        self.post("send", self.writer(pair[0], who), Letter(pair, self.new_key(), skill))

    # A rule is drawn as often as any other: what happens most in life stands here twice.
    send = rule(pair=pairs, skill=skills, who=which)(one_letter)
    send_too = rule(pair=pairs, skill=skills, who=which)(one_letter)

    @rule(client=clients, who=which)
    def send_to_all(self, client: str, who: int) -> None:
        """So that slots run out; and a double click on what was sent before they did."""
        for freelancer in FREELANCERS:
            pair = (client, freelancer)
            self.moment(pair)
            self.post("send", self.writer(client, who), Letter(pair, self.new_key(), "Maps"))
        mine = [(letter, first) for letter, first in self.sent if letter.pair[0] == client]
        if mine:
            self.repeat(*mine[-1], who)

    @precondition(lambda self: self.model.links)
    @rule(pair=pairs, link=which, who=which, own=st.booleans())
    def send_with_link(self, pair: Pair, link: int, who: int, own: bool) -> None:
        """With a link, mostly one of the freelancer's own."""
        self.moment(pair)
        links = self.model.links
        mine = [one for one in links if one["freelancer"] == pair[1] and own] or links
        letter = Letter(pair, self.new_key(), code=mine[-1 - link % len(mine)]["code"])
        self.post("send with link", self.writer(pair[0], who), letter)

    @precondition(lambda self: self.sent)
    @rule(number=which, who=which, other=st.sampled_from(["", "", "body", "freelancer"]))
    def send_again(self, number: int, who: int, other: str) -> None:
        self.repeat(*self.sent[-1 - number % len(self.sent)], who, other)

    def repeat(self, letter: Letter, first: Row, who: int, other: str = "") -> None:
        """The same key: a double click, a retry after a lost answer, or a reuse."""
        pair, body = letter.pair, letter.body
        if other == "body":
            body += " And of the harbour."
        if other == "freelancer":
            pair = (pair[0], next(name for name in FREELANCERS if name != pair[1]))
        self.moment(pair)
        person = self.writer(pair[0], who)
        promised = "key reused" if other else "first result"
        if person not in self.model.clients[pair[0]]["members"]:
            promised = "not a member"
        again = Letter(pair, letter.key, letter.skill, body, letter.code)
        came, row = self.answer_of(lambda: self.submit(person, again))
        if row is not None:
            came = "first result" if row.pk == first["pk"] else "another"
        self.did("send again", promised, came)

    @precondition(lambda self: self.keys_of_messages)
    @rule(number=which)
    def send_under_a_messages_key(self, number: int) -> None:
        pair, key = self.keys_of_messages[-1 - number % len(self.keys_of_messages)]
        self.moment(pair)
        person = self.writer(pair[0], 0)
        came, _ = self.answer_of(lambda: self.submit(person, Letter(pair, key)))
        self.did("send again", "key reused", came)

    def submit(self, person: str, letter: Letter) -> Any:
        skill = self.world.skills[letter.skill] if letter.skill else None
        return requests.send_request(
            member=self.world.members[person],
            freelancer=self.profiles[letter.pair[1]],
            content=requests.RequestContent(
                skill=skill,
                kind=LETTER.kind,
                budget=LETTER.budget,
                start=LETTER.start,
                body=letter.body,
            ),
            submission_key=letter.key,
            clock=self.clock,
            code=letter.code,
        )

    def knock(self, pair: Pair) -> None:
        """A plain sending, and a word where they talk, just after something changed between the
        two."""
        self.moment(pair)
        self.post("send", self.writer(pair[0], 0), Letter(pair, self.new_key(), "Maps"))
        if self.model.open_at.get(pair):
            self.say_a_word(pair, 0)

    def post(self, step: str, person: str, letter: Letter) -> None:
        """A sending under a new key, and what follows in the model when it passes."""
        pair, now = letter.pair, self.now
        promised = self.model.verdict(pair, now, letter.skill, letter.code)
        if pair[1] in self.model.left:
            promised = "gone"
        if person not in self.model.clients[pair[0]]["members"]:
            promised = "not a member"
        came, row = self.answer_of(lambda: self.submit(person, letter))
        if row is not None:
            came = f"{row.receipt.basis} {row.receipt.door['way']}"
            self.arrived(letter, row)
        self.did(step, promised, came)
        self.judged = True

    def arrived(self, letter: Letter, row: Any) -> None:
        """Nothing passes a block or a shut door, whatever the verdict was built of."""
        pair, now, model = letter.pair, self.now, self.model
        basis, way = row.receipt.basis, row.receipt.door["way"]
        assert (*pair, "freelancer") not in model.blocks
        assert (*pair, "client") not in model.blocks
        assert way != "door" or not model.is_shut(pair[1], now)
        assert way != "link" or model.link_opens(pair[1], letter.code, now)
        assert way != "known" or (model.known[pair] and model.doors[pair[1]]["known_pass"])
        if way == "link":
            next(link for link in model.links if link["code"] == letter.code)["uses"] += 1
        request = {
            "pk": row.pk,
            "pair": pair,
            "sent": now,
            "expires": now + FORTNIGHT,
            "slot": basis == "gate",
            "way": way,
            "answer": "",
            "answered_at": None,
            "told_at": None,
            "no_at": None,
            "until": None,
            "withdrawn_at": None,
        }
        model.requests.append(request)
        model.open_at.setdefault(pair, None)
        model.messages += 1
        self.sent.append((letter, request))

    # After sending

    @precondition(lambda self: self.model.requests)
    @rule(number=which, who=which)
    def withdraw(self, number: int, who: int) -> None:
        now = self.moment()
        request = self.pick(
            number, self.model.requests, lambda row: self.model.told(row, now) == "waiting"
        )
        self.pair = request["pair"]
        person = self.writer(request["pair"][0], who)
        promised = "done"
        if self.model.told(request, now) != "waiting":
            promised = "moved"
        if person not in self.model.clients[request["pair"][0]]["members"]:
            promised = "not a member"
        stood = self.model.state(request, now)
        if promised == "done":
            request["withdrawn_at"] = now
            request["until"] = None
            if stood == "accepted":
                self.model.open_at[request["pair"]] = None
        came, _ = self.answer_of(
            lambda: answers.withdraw_request(
                request=self.row(request), member=self.world.members[person], clock=self.clock
            )
        )
        self.did("withdraw", f"{promised} {stood}", f"{came} {stood}")

    @precondition(lambda self: any(self.model.open_at.values()))
    @rule(number=which, who=which)
    def write(self, number: int, who: int) -> None:
        """In a conversation, mostly in an open one."""
        known = sorted(self.model.open_at)
        opened = [pair for pair in known if self.model.open_at[pair]]
        chosen = opened if number % 4 else known
        self.say_a_word(chosen[number % len(chosen)], who)

    def say_a_word(self, pair: Pair, who: int) -> None:
        self.moment(pair)
        person, key = self.writer(pair[0], who), self.new_key()
        promised = self.words_of_client(pair, person)
        came, _ = self.answer_of(
            lambda: conversations.write_as_client(
                member=self.world.members[person],
                conversation=self.conversation(pair),
                body="Thank you.",
                submission_key=key,
                clock=self.clock,
            )
        )
        if promised == "done":
            self.model.messages += 1
            self.keys_of_messages.append((pair, key))
        self.did("write", promised, came)
        self.judged = True

    def words_of_client(self, pair: Pair, person: str) -> str:
        client, freelancer = pair
        opened = self.model.open_at[pair]
        if person not in self.model.clients[client]["members"]:
            return "not a member"
        if opened is None or opened > self.now:
            return "not open"
        if (*pair, "client") in self.model.blocks:
            return "own_block"
        if not self.model.in_good_standing(client):
            return "hold"
        gone = freelancer in self.model.left
        return "blocked" if gone or (*pair, "freelancer") in self.model.blocks else "done"

    def row(self, request: Row) -> Any:
        return ContactRequest.objects.select_related("freelancer").get(pk=request["pk"])

    def conversation(self, pair: Pair) -> Conversation:
        return Conversation.objects.get(
            client=self.accounts[pair[0]], freelancer=self.profiles[pair[1]]
        )

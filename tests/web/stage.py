"""A small marketplace with something of every kind in it, and every form a person can fill in."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.apps import apps
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Invitation, Membership, User
from accounts.services import invite
from messaging.models import ContactRequest, Conversation, Message, OpenDoorLink
from messaging.services.conversations import write_as_freelancer
from messaging.services.door import make_link
from messaging.services.requests import RequestContent, send_request
from tests import people

LETTER = "We print maps, and we would like you to draw the cover of the next atlas."
SECRET = "The marker that only its two sides may ever read."
#: Rows that every visit moves, whoever comes.
_MOVING = {"sessions.session", "usersessions.usersession"}


@dataclass(frozen=True, kw_only=True)
class World:
    """Cleo and Finn talk; Ida's request waits for Finn under seal; Gina has no mail yet.

    Otto is an outsider on both sides, but has worked for Ida, so may write to her first. Wim has
    signed up and is neither client nor freelancer; Cleo has invited him.
    """

    cleo: Membership
    ida: Membership
    otto: Membership
    finn: FreelancerProfile
    gina: FreelancerProfile
    wim: User
    mona: User
    conversation: Conversation
    answered: ContactRequest
    waiting: ContactRequest
    reply: Message
    invitation: Invitation
    link: OpenDoorLink


def build(now: datetime) -> World:
    cleo = people.member(people.eligible_client(now), "Cleo")
    ida = people.member(people.eligible_client(now, "Ida Ink"), "Ida")
    otto = people.member(people.eligible_client(now, "Otto Outside"), "Otto")
    people.related(ida.client, people.freelancer("Otto", person=otto.user), now)
    finn, gina = people.freelancer("Finn"), people.freelancer("Gina")
    answered = write(cleo, finn)
    reply = write_as_freelancer(
        freelancer=finn,
        conversation=answered.conversation,
        body=f"With pleasure. {SECRET}",
        submission_key=uuid.uuid4().hex,
        clock=database_now,
    )
    answered.refresh_from_db()
    return World(
        cleo=cleo,
        ida=ida,
        otto=otto,
        finn=finn,
        gina=gina,
        wim=people.user("Wim"),
        mona=people.moderator("Mona"),
        conversation=answered.conversation,
        answered=answered,
        waiting=write(ida, finn),
        reply=reply,
        invitation=invite(owner=cleo, email="wim@people.example", clock=database_now),
        link=make_link(
            freelancer=finn, label="Readers", expires_at=None, most_uses=None, clock=database_now
        ),
    )


def write(member: Membership, freelancer: FreelancerProfile, body: str = "") -> ContactRequest:
    """A first message from the member to the freelancer."""
    content = RequestContent(
        skill=None, kind="advice", budget="open", start="now", body=body or f"{LETTER} {SECRET}"
    )
    return send_request(
        member=member,
        freelancer=freelancer,
        content=content,
        submission_key=uuid.uuid4().hex,
        clock=database_now,
    )


def rows() -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for those that each visit moves."""
    return {
        model._meta.label_lower: list(model._base_manager.order_by("pk").values_list(*_told(model)))
        for model in apps.get_models(include_auto_created=True)
        if model._meta.label_lower not in _MOVING
    }


def _told(model: type[Model]) -> list[str]:
    """Every column but the one that signing in writes."""
    return [field.attname for field in model._meta.concrete_fields if field.name != "last_login"]


def changed(before: dict[str, list[tuple[Any, ...]]]) -> set[str]:
    """The tables that are no longer as they were."""
    after = rows()
    return {table for table in after if after[table] != before[table]}


def browser(world: World, who: str, **options: Any) -> Client:
    """A browser of that person of the world; "" for a visitor. Errors are answers, not crashes."""
    client = Client(raise_request_exception=False, **options)
    if who:
        client.force_login(people.login_of(getattr(world, who)))
    return client


class Form(NamedTuple):
    """`who` fills it in, at `address`; `good` is accepted, and moves the tables of `writes`."""

    name: str
    who: str
    address: Callable[[World], str]
    good: dict[str, str]
    writes: frozenset[str]
    method: str = "post"

    def send(self, client: Client, world: World, data: dict[str, Any]) -> Any:
        return getattr(client, self.method)(self.address(world), data)


REQUEST = {
    "submission_key": "key-1",
    "kind": "advice",
    "budget": "open",
    "start": "now",
    "body": LETTER,
}
MESSAGE = {"submission_key": "key-2", "body": "Tell me more, please."}
SIGN_UP = {
    "role": "client",
    "name": "Nora",
    "company": "Nora Notes",
    "time_zone": "Europe/Oslo",
    "email": "nora@people.example",
    "password1": "a long walk in the rain",
    "password2": "a long walk in the rain",
}
_TOLD = "accounts.notification"
_DELIVERY = {"messaging.conversation", "messaging.message", "messaging.act", _TOLD}
_FIRST = _DELIVERY | {"messaging.contactrequest", "messaging.receipt", "messaging.quotaentry"}
_JOINED = {"user", "clientaccount", "membership", "planchange"}


def _form(
    name: str,
    who: str,
    address: Callable[[World], str],
    good: dict[str, str],
    writes: set[str],
    method: str = "post",
) -> Form:
    return Form(name, who, address, good, frozenset(writes), method)


FORMS = [
    _form(
        "sign-up",
        "",
        lambda w: reverse("account_signup"),
        SIGN_UP,
        {f"accounts.{table}" for table in _JOINED} | {"account.emailaddress"},
    ),
    _form(
        "sign-in",
        "",
        lambda w: reverse("account_login"),
        {"login": "cleo@people.example", "password": people.PASSWORD},
        set(),
    ),
    _form(
        "reset",
        "",
        lambda w: reverse("account_reset_password"),
        {"email": "cleo@people.example"},
        set(),
    ),
    _form("compose", "cleo", lambda w: reverse("compose", args=[w.gina.slug]), REQUEST, _FIRST),
    _form(
        "reply",
        "finn",
        lambda w: reverse("reply", args=[w.waiting.public_id]),
        MESSAGE,
        _DELIVERY | {"messaging.contactrequest"},
    ),
    _form(
        "thread",
        "cleo",
        lambda w: reverse("writing", args=[w.conversation.public_id]),
        MESSAGE,
        {"messaging.conversation", "messaging.message", _TOLD},
    ),
    _form(
        "flag",
        "finn",
        lambda w: reverse("flag", args=[w.waiting.message.public_id]),
        {"reason": "spam", "note": "The same to everybody."},
        {"messaging.flag", "messaging.act"},
    ),
    _form(
        "no thanks",
        "finn",
        lambda w: reverse("declining", args=[w.waiting.public_id]),
        {"ready": "booked", "line": "Ask me again in spring."},
        {"messaging.contactrequest", "messaging.act", _TOLD},
    ),
    _form(
        "not now",
        "finn",
        lambda w: reverse("putting_off", args=[w.waiting.public_id]),
        {"wait": "month", "until": ""},
        {"messaging.contactrequest", "messaging.act", _TOLD},
    ),
    _form(
        "selection",
        "finn",
        lambda w: reverse("acting"),
        {"do": "flag", "reason": "spam", "note": "The same to everybody."},
        {"messaging.flag", "messaging.act"},
    ),
    _form(
        "shelf",
        "finn",
        lambda w: reverse("requests"),
        {"show": "expired", "q": "maps"},
        set(),
        "get",
    ),
    _form(
        "door",
        "finn",
        lambda w: reverse("door"),
        {
            "door": "selective",
            "least_spend": "500000",
            "least_tenure": "6",
            "tenure_unit": "months",
            "has_hired": "on",
            "per_day": "3",
            "per_week": "10",
            "pause_until": "",
            "known_clients_pass": "on",
            "waiting": "keep",
        },
        {"accounts.freelancerprofile", "messaging.act"},
    ),
    _form(
        "link",
        "finn",
        lambda w: reverse("links"),
        {"label": "Newsletter readers", "last_day": "", "most_uses": "10"},
        {"messaging.opendoorlink", "messaging.act"},
    ),
    _form("block by link", "finn", lambda w: reverse("blocks"), {"client": ""}, set()),
    _form(
        "profile",
        "finn",
        lambda w: reverse("profile"),
        {
            "name": "Finn Fjeld",
            "headline": "Draws maps",
            "bio": "Maps, mostly.",
            "skill_names": "Maps, Illustration",
            "hourly_rate": "80",
            "country": "NO",
        },
        {"accounts.freelancerprofile", "accounts.skill", "accounts.freelancerprofile_skills"},
    ),
    _form(
        "client account",
        "cleo",
        lambda w: reverse("client_account"),
        {
            "name": "Cleo & Daughters",
            "country": "SE",
            "website": "https://cleo.example",
            "shows_reading": "on",
        },
        {"accounts.clientaccount"},
    ),
    _form(
        "person",
        "cleo",
        lambda w: reverse("settings"),
        {"name": "Cleo C.", "time_zone": "Europe/Oslo"},
        {"accounts.user"},
    ),
    _form(
        "invite",
        "cleo",
        lambda w: reverse("invite"),
        {"email": "nora@people.example"},
        {"accounts.invitation"},
    ),
    _form("role", "cleo", lambda w: reverse("role", args=[w.cleo.pk]), {"role": "owner"}, set()),
    _form(
        "write first",
        "otto",
        lambda w: reverse("write_first", args=[w.ida.client.public_id]),
        MESSAGE,
        _DELIVERY,
    ),
    _form(
        "draft",
        "cleo",
        lambda w: reverse("first_draft", args=[w.gina.slug]),
        REQUEST | {"skill": ""},
        {"messaging.draft"},
    ),
    _form("search", "", lambda w: reverse("talent"), {"q": "maps", "skill": "maps"}, set(), "get"),
]


def form(name: str) -> Form:
    return next(each for each in FORMS if each.name == name)


def complete(world: World, one: Form) -> dict[str, str]:
    """What is accepted in this world; a request names one of the freelancer's own skills, and what
    is done to many names them."""
    if one.name == "block by link":
        return {"client": f"https://threshold.example{world.ida.client.get_absolute_url()}"}
    if one.name == "selection":
        return {**one.good, "chosen": str(world.waiting.public_id)}
    if one.name != "compose":
        return dict(one.good)
    skill = world.gina.skills.all()[0]
    return {**one.good, "skill": str(skill.pk)}

"""Drafts: kept as somebody types, theirs alone, and gone once the words are sent."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.clock import database_now
from accounts.models import Membership
from messaging import wording
from messaging.models import ContactRequest, Draft
from messaging.models.draft import MOST
from messaging.selectors import draft_of
from messaging.services import drafts, upkeep
from messaging.services.door import block_client
from messaging.services.drafts import Typed, keep_draft
from messaging.services.requests import open_request
from tests import people
from tests.messaging.letters import LETTER, reply, send, start, write

DAY = timedelta(days=1)
HALF = "We would like you to draw the harbour"
HTMX = {"HX-Request": "true"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def talk(cleo, finn) -> ContactRequest:
    """Cleo and Finn talk."""
    request = send(cleo, finn)
    reply(finn, request.conversation, "Gladly.")
    return request


@pytest.fixture
def asked(otto, finn, now) -> ContactRequest:
    """Otto's request, opened by Finn."""
    request = send(otto, finn)
    open_request(request=request, clock=people.at(now))
    return request


def keep(browser: Client, name: str, place: Any, body: str = HALF, **more: str) -> Any:
    return browser.post(reverse(name, args=[place]), {"body": body, **more}, headers=HTMX)


def page(browser: Client, name: str, place: Any) -> str:
    answer = browser.get(reverse(name, args=[place]))
    assert answer.status_code == 200
    return answer.content.decode()


def key_on(shown: str) -> str:
    [key] = re.findall(r'name="submission_key" value="(\w+)"', shown)
    return str(key)


# Kept and restored


def test_a_first_message_comes_back_whole_in_another_browser(cleo, finn, signed_in):
    skill = finn.skills.all()[0]
    chosen = {"skill": str(skill.pk), "kind": "advice", "budget": "open", "start": "month"}
    said = keep(signed_in(cleo), "first_draft", finn.slug, **chosen)
    assert said.status_code == 200
    assert "Draft saved" in said.content.decode()
    one, other = (page(signed_in(cleo), "compose", finn.slug) for _ in range(2))
    assert f"{HALF}</textarea>" in one
    for value in (str(skill.pk), "open", "month"):
        assert f'<option value="{value}" selected>' in one
    assert re.search(r'value="advice"[^>]* checked', one)
    assert "Restored what you typed" in one
    assert key_on(one) != key_on(other)


def test_each_place_has_its_own(talk, asked, finn, now, signed_in):
    known = people.client("Known", now)
    people.related(known, finn, now)
    browser = signed_in(finn)
    places = {
        ("message_draft", "conversation"): talk.conversation.public_id,
        ("reply_draft", "request"): asked.public_id,
        ("write_first_draft", "write_first"): known.public_id,
    }
    for (name, _), place in places.items():
        keep(browser, name, place, f"Words for {name}")
    for (name, shown), place in places.items():
        assert f"Words for {name}</textarea>" in page(browser, shown, place)


def test_a_reply_begun_on_the_request_goes_on_in_the_conversation(asked, finn, signed_in):
    browser = signed_in(finn)
    keep(browser, "reply_draft", asked.public_id)
    browser.post(reverse("accepting", args=[asked.public_id]))
    assert HALF in page(browser, "conversation", asked.conversation.public_id)


def test_the_last_words_replace_those_before(cleo, finn, signed_in):
    browser = signed_in(cleo)
    for body in ("One", "Two"):
        keep(browser, "first_draft", finn.slug, body)
    assert Draft.objects.get().body == "Two"
    assert keep(browser, "first_draft", finn.slug, "").content.decode().strip() == ""
    assert not Draft.objects.exists()


def test_a_text_too_long_to_send_is_kept_and_a_boundless_one_is_cut(cleo, finn, signed_in):
    browser = signed_in(cleo)
    for length in (2_001, MOST + 1):
        keep(browser, "first_draft", finn.slug, "y" * length)
        assert len(Draft.objects.get().body) == min(length, MOST)


def test_what_fits_no_field_is_left_out_and_the_words_stay(cleo, finn, signed_in):
    odd = {"skill": "x", "kind": "x", "budget": "9" * 400, "start": "x"}
    assert keep(signed_in(cleo), "first_draft", finn.slug, "Half \r\nway", **odd).status_code == 200
    kept = Draft.objects.get()
    assert (kept.body, kept.skill, kept.kind, kept.budget, kept.start) == (
        "Half \nway", None, "", "", "",
    )  # fmt: skip


def test_without_scripts_a_button_keeps_and_one_throws_away(cleo, finn, signed_in):
    browser, address = signed_in(cleo), reverse("first_draft", args=[finn.slug])
    kept = browser.post(address, {"body": HALF, "link": "abc"})
    assert (kept.status_code, kept.url) == (303, reverse("compose", args=[finn.slug]) + "?link=abc")
    assert HALF in page(browser, "compose", finn.slug)
    browser.post(address, {"body": HALF, "discard": "yes"})
    assert not Draft.objects.exists()


# Theirs alone


def test_a_fellow_member_and_the_other_side_see_nothing_of_it(cleo, finn, talk, signed_in):
    fellow = people.member(cleo.client, "Carla", role=Membership.Role.MEMBER)
    gil = people.freelancer("Gil")
    keep(signed_in(cleo), "message_draft", talk.conversation.public_id)
    keep(signed_in(cleo), "first_draft", gil.slug)
    for other in (fellow, finn):
        assert HALF not in page(signed_in(other), "conversation", talk.conversation.public_id)
    assert HALF not in page(signed_in(fellow), "compose", gil.slug)
    keep(signed_in(fellow), "message_draft", talk.conversation.public_id, "Mine")
    assert HALF in page(signed_in(cleo), "conversation", talk.conversation.public_id)


def test_keeping_tells_nothing_of_a_door_and_logs_no_word(cleo, finn, olga, signed_in, caplog):
    browser = signed_in(cleo)
    with caplog.at_level(logging.DEBUG):
        answers = [keep(browser, "first_draft", each.slug) for each in (finn, olga)]
    clocks = re.compile(r"<time.*</time>")
    bodies = [clocks.sub("", answer.content.decode()) for answer in answers]
    assert bodies[0] == bodies[1]
    assert [answer.status_code for answer in answers] == [200, 200]
    told = [record for record in caplog.records if record.name != "django.db.backends"]
    assert HALF not in "".join(record.getMessage() for record in told)


# Gone


def test_sending_takes_the_draft_along_and_no_other(cleo, otto, finn, now):
    gil = people.freelancer("Gil")
    for member, place in ((cleo, finn), (cleo, gil), (otto, finn)):
        kept(member.user_id, place, now, member.client_id)
    send(cleo, finn)
    assert draft_of(cleo.user_id, finn) is None
    assert draft_of(cleo.user_id, gil)
    assert draft_of(otto.user_id, finn)


@pytest.mark.parametrize("way", ["client", "freelancer", "first"])
def test_so_does_every_other_way_to_send(way, cleo, finn, talk, now):
    known = people.client("Known", now)
    people.related(known, finn, now)
    conversation = talk.conversation
    conversation.refresh_from_db()
    kept(cleo.user_id, conversation, now, cleo.client_id)
    kept(finn.user_id, conversation, now)
    kept(finn.user_id, known, now)
    if way == "client":
        write(cleo, conversation, "Thanks.")
        assert draft_of(finn.user_id, conversation)
    elif way == "freelancer":
        reply(finn, conversation, "Thanks.")
        assert draft_of(cleo.user_id, conversation)
    else:
        start(finn, known, "Hello again.")
    assert Draft.objects.count() == 2


def kept(
    owner_id: int, place: Any, now, client_id: int | None = None, key: str = "k"
) -> Draft | None:
    return keep_draft(
        owner_id=owner_id,
        place=place,
        typed=Typed(body=HALF),
        submission_key=key,
        client_id=client_id,
        clock=people.at(now),
    )


def test_a_refused_sending_leaves_the_draft(nils, finn, now, signed_in):
    kept(nils.user_id, finn, now, nils.client_id)
    form = {"submission_key": "k", "kind": "advice", "budget": "open", "start": "now"}
    skill = {"skill": str(finn.skills.all()[0].pk), "body": LETTER.body}
    answer = signed_in(nils).post(reverse("compose", args=[finn.slug]), form | skill)
    assert answer.status_code == 422
    assert draft_of(nils.user_id, finn)


def test_the_last_keystrokes_may_arrive_after_the_sending(cleo, finn, now):
    request = send(cleo, finn, key="sent")
    assert kept(cleo.user_id, finn, now, cleo.client_id, key="sent") is None
    answer = reply(finn, request.conversation, "Gladly.", key="sent")
    assert kept(finn.user_id, answer.conversation, now, key="sent") is None
    assert not Draft.objects.exists()
    # Another's key of the same name is not in the way.
    assert kept(finn.user_id, cleo.client, now, key="k")


def test_upkeep_deletes_what_nobody_touched_for_ninety_days(cleo, finn, now, monkeypatch):
    for number, age in enumerate([91, 92, 93, 89]):
        kept(cleo.user_id, people.freelancer(f"F{number}"), now - age * DAY, cleo.client_id)
    assert drafts.delete_old(most=2, clock=people.at(now)) == 2
    upkeep.tidy_or_tell(clock=people.at(now))
    assert Draft.objects.get().saved_at == now - 89 * DAY


@pytest.mark.parametrize("places", [{}, {"freelancer": 1, "client": 1}])
def test_a_draft_is_for_one_place(cleo, finn, now, places):
    here = {"freelancer": finn, "client": cleo.client}
    columns: dict[str, Any] = {name: here[name] for name in places}
    with pytest.raises(IntegrityError), transaction.atomic():
        Draft.objects.create(owner=cleo.user, saved_at=now, **columns)


def test_nobody_at_the_desk_finds_drafts(root):
    assert "draft" not in root.get("/admin/").content.decode().lower()


def test_a_draft_stays_in_reach_when_the_door_is_shut(cleo, finn, signed_in):
    keep(signed_in(cleo), "first_draft", finn.slug)
    block_client(freelancer=finn, client=cleo.client, clock=database_now)
    shut = page(signed_in(cleo), "compose", finn.slug)
    assert f"{HALF}</textarea>" in shut
    assert escape(str(wording.NEUTRAL).format(name=finn.name)) in shut
    assert "Discard draft" in shut

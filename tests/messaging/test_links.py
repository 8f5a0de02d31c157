"""Open-door links as their freelancer makes, sees and revokes them."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import User
from messaging.door import Refusal
from messaging.models import Act, OpenDoorLink
from messaging.services.door import revoke_link
from messaging.services.outcomes import Refused
from tests.messaging.doors import link_of
from tests.messaging.letters import send, writes_nothing
from tests.messaging.obstacles import set_door
from tests.web.stage import changed, rows

DAY = timedelta(days=1)


@pytest.fixture
def owner(finn, signed_in) -> Client:
    page: Client = signed_in(finn)
    return page


# Made


def test_a_link_is_made_and_shown_with_its_address(owner, finn):
    form = {"label": "Newsletter readers", "last_day": "", "most_uses": "500"}
    assert owner.post(reverse("links"), form).status_code == 303
    link = OpenDoorLink.objects.get()
    assert (link.freelancer, link.label, link.expires_at, link.most_uses) == (
        finn,
        "Newsletter readers",
        None,
        500,
    )
    page = owner.get(reverse("links")).content.decode()
    assert f'value="http://testserver/door/{link.code}/"' in page
    assert "0 of 500 used" in page
    assert Act.objects.get().kind == "link_made"


@pytest.mark.sqlite
@pytest.mark.parametrize(
    ("zone", "last_day", "ends"),
    [
        ("UTC", "2026-11-26", datetime(2026, 11, 27, tzinfo=UTC)),
        ("Europe/Oslo", "2026-12-24", datetime(2026, 12, 24, 23, tzinfo=UTC)),
        ("Pacific/Auckland", "2026-11-27", datetime(2026, 11, 27, 11, tzinfo=UTC)),
    ],
)
def test_it_opens_through_its_last_day_where_the_freelancer_is(owner, finn, zone, last_day, ends):
    User.objects.filter(pk=finn.user_id).update(time_zone=zone)
    with time_machine.travel(datetime(2026, 11, 26, 12, tzinfo=UTC)):
        answer = owner.post(reverse("links"), {"label": "Readers", "last_day": last_day})
        assert answer.status_code == 303
    assert OpenDoorLink.objects.get().expires_at == ends


NAMELESS = "Say what the link is for, so that you know it again."
FIGURES = "Write how many in figures, such as 10, or leave it empty."


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("label", "", NAMELESS),
        ("label", "x" * 61, "Shorten it to 60 characters; this has 61."),
        ("last_day", "2020-01-01", "Choose today or a later day."),
        ("last_day", "9999-12-31", "Choose a day within five years, or leave it empty."),
        ("last_day", "soon", "Choose a day from the calendar, such as 2027-03-01."),
        ("most_uses", "0", "Let in at least 1, or leave it empty for no limit."),
        ("most_uses", "501", "Write at most 500, or leave it empty for no limit."),
        ("most_uses", "\u0663", FIGURES),
        ("most_uses", "1_0", FIGURES),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(owner, field, typed, sentence):
    before = rows()
    answer = owner.post(reverse("links"), {"label": "Kept", "most_uses": "7"} | {field: typed})
    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [sentence]
    if field != "label":
        assert 'value="Kept"' in answer.content.decode()
    assert changed(before) == set()


# Listed


def states(owner: Client) -> dict[str, str]:
    lines = owner.get(reverse("links")).context["lines"]
    return {line.link.label: line.state for line in lines}


def test_the_list_says_how_each_stands_the_newest_first(owner, cleo, finn, now):
    spent = link_of(finn, label="Spent", most_uses=1)
    set_door(finn, door="closed")
    send(cleo, finn, code=spent.code)
    gone = link_of(finn, label="Gone")
    revoke_link(freelancer=finn, link=gone, clock=database_now)
    OpenDoorLink.objects.create(
        freelancer=finn, label="Over", made_at=now - 2 * DAY, expires_at=now - DAY
    )
    link_of(finn, label="Good", expires_at=now + DAY)

    assert states(owner) == {"Good": "open", "Gone": "revoked", "Spent": "used_up", "Over": "over"}
    page = owner.get(reverse("links")).content.decode()
    assert page.count("Revoke<") == 1, "only one that opens can be revoked"
    assert page.index("Good") < page.index("Gone") < page.index("Spent") < page.index("Over")
    assert "1 of 1 used" in page


def test_nobody_elses_link_is_listed_or_revoked(owner, otto, signed_in, finn):
    theirs = link_of(otto.user.freelancer_profile, label="Theirs")
    assert states(owner) == {}
    assert owner.post(reverse("revocation", args=[theirs.code])).status_code == 404
    theirs.refresh_from_db()
    assert theirs.revoked_at is None


def test_revoking_takes_one_press_and_looking_revokes_nothing(owner, cleo, finn):
    link = link_of(finn)
    set_door(finn, door="closed")
    address = reverse("revocation", args=[link.code])
    assert owner.get(address).url == reverse("links")
    assert states(owner) == {"Readers": "open"}
    for _ in range(2):
        assert owner.post(address).status_code == 303
    assert states(owner) == {"Readers": "revoked"}
    assert Act.objects.filter(kind="link_revoked").count() == 1
    refused = writes_nothing(lambda: send(cleo, finn, code=link.code), Refused)
    assert refused.refusal == Refusal.CLOSED

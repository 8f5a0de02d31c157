"""The freelancer's answers through the pages: one press each, with scripts and without."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.clock import database_now
from accounts.models import FreelancerProfile
from eligibility.models import Hold
from messaging.models import Act, Block, ContactRequest, Receipt
from messaging.services.answers import decline_request, withdraw_request
from messaging.services.door import block_client
from messaging.services.requests import open_request
from tests import people
from tests.messaging.letters import LETTER, reply, send
from tests.messaging.test_pages import text_of

pytestmark = pytest.mark.django_db

State = ContactRequest.State
HTMX = {"HX-Request": "true"}
DAY = timedelta(days=1)
ANSWERS = [
    ("accepting", {}, State.ACCEPTED, "Accepted."),
    ("declining", {}, State.DECLINED, "Declined."),
    ("putting_off", {"wait": "month"}, State.PUT_OFF, "Not now, until"),
]


@pytest.fixture
def asked(cleo, finn) -> ContactRequest:
    """Cleo's request, which waits for Finn."""
    return send(cleo, finn)


@pytest.fixture
def finns(finn, signed_in) -> Client:
    """Finn's."""
    found: Client = signed_in(finn)
    return found


def press(finns: Client, act: str, asked: ContactRequest, data: Any = None, **headers: str):
    return finns.post(reverse(act, args=[asked.public_id]), data or {}, headers=headers)


def own_page(asked: ContactRequest) -> str:
    return reverse("request", args=[asked.public_id])


def answered_long_ago(asked: ContactRequest, finn: FreelancerProfile, now: datetime) -> None:
    """No thanks, a minute ago: the client has been told."""
    ContactRequest.objects.filter(pk=asked.pk).update(sent_at=now - DAY)
    decline_request(request=asked, freelancer=finn, clock=people.at(now - timedelta(minutes=1)))


# Without scripts


@pytest.mark.parametrize(("act", "data", "state", "said"), ANSWERS)
def test_an_answer_is_one_press_and_leads_back(finns, asked, act, data, state, said):
    done = press(finns, act, asked, data | {"next": "/requests/?q=cleo"})
    asked.refresh_from_db()
    assert (done.status_code, done.url) == (303, "/requests/?q=cleo")
    assert asked.state == state
    page = text_of(finns, "/requests/")
    assert said in page
    assert "They will be told in 30 seconds." in page
    assert reverse("undoing", args=[asked.public_id]) in page


@pytest.mark.parametrize(
    "next_page", ["", "//evil.example", "https://evil.example", "javascript:1"]
)
def test_without_a_way_back_of_ours_it_is_the_requests_own_page(finns, asked, next_page):
    done = press(finns, "accepting", asked, {"next": next_page})
    assert done.url == own_page(asked)


@pytest.mark.parametrize(("act", "data", "state", "said"), ANSWERS)
def test_an_answer_can_be_taken_back(finns, asked, act, data, state, said):
    press(finns, act, asked, data)
    undone = press(finns, "undoing", asked, {"next": "/requests/"})
    asked.refresh_from_db()
    assert undone.status_code == 303
    assert asked.state == State.WAITING
    assert reverse("accepting", args=[asked.public_id]) in text_of(finns, "/requests/")


@pytest.mark.parametrize(("act", "data", "state", "said"), ANSWERS)
def test_what_has_moved_is_told_and_stays(finns, asked, cleo, now, act, data, state, said):
    withdraw_request(request=asked, member=cleo, clock=database_now)
    for headers in ({}, HTMX):
        refused = press(finns, act, asked, data, **headers)
        assert refused.status_code == 409
        assert "They took it back" in refused.content.decode()
    asked.refresh_from_db()
    assert asked.state == State.WITHDRAWN


def test_a_line_that_came_too_late_is_not_lost(finns, asked, cleo):
    withdraw_request(request=asked, member=cleo, clock=database_now)
    line = {"line": "Not before the thaw, <thank> you."}
    for headers in ({}, HTMX):
        refused = press(finns, "declining", asked, line, **headers)
        assert refused.status_code == 409
        said = "Your line was not sent: “Not before the thaw, &lt;thank&gt; you.”"
        assert said in refused.content.decode()


def test_an_answer_that_was_told_stands(finns, asked, finn, now):
    answered_long_ago(asked, finn, now)
    assert reverse("undoing", args=[asked.public_id]) not in text_of(finns, "/requests/")
    for headers in ({}, HTMX):
        refused = press(finns, "undoing", asked, **headers)
        assert refused.status_code == 409
        assert "You said no thanks" in refused.content.decode()


def test_a_blocked_client_is_not_accepted_and_says_why(finns, asked, finn, now):
    block_client(freelancer=finn, client=asked.client, clock=people.at(now))
    for headers in ({}, HTMX):
        refused = press(finns, "accepting", asked, **headers)
        assert refused.status_code == 422
        assert "You have blocked this client." in refused.content.decode()


# With scripts


@pytest.mark.parametrize(("act", "data", "state", "said"), ANSWERS)
def test_a_row_takes_the_cards_place(finns, asked, act, data, state, said):
    shown = press(finns, act, asked, data | {"place": "waiting", "next": "/requests/"}, **HTMX)
    row = shown.content.decode()
    assert shown.status_code == 200
    assert said in row
    assert 'data-seconds="30"' in row
    assert reverse("undoing", args=[asked.public_id]) in row
    assert 'hx-swap-oob="innerHTML:#said"' in row
    assert "Requests · Threshold</title>" in row
    assert ("(1)" in row) is (state == State.ACCEPTED)  # the letter is unread in the conversation
    assert "<article" not in row
    assert LETTER.body not in row


def test_undoing_brings_the_card_back_where_it_lay_and_a_row_elsewhere(finns, asked):
    for place, part in (("waiting", "<article"), ("shelf", "It waits for your answer.")):
        press(finns, "declining", asked)
        shown = press(finns, "undoing", asked, {"place": place}, **HTMX).content.decode()
        assert part in shown
        assert ("<article" in shown) is (place == "waiting")


def test_a_block_is_undone_at_any_time(finns, asked):
    row = press(finns, "blocking", asked, {"place": "waiting"}, **HTMX).content.decode()
    assert "Nothing they send reaches you, and they are not told." in row
    assert "data-seconds" not in row
    assert Block.objects.filter(lifted_at=None).count() == 1
    back = press(finns, "unblocking", asked, {"place": "waiting"}, **HTMX).content.decode()
    assert "<article" in back
    assert not Block.objects.filter(lifted_at=None).exists()


# No thanks, with a line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ({}, ""),
        ({"line": "  Ask me\r\nagain in spring. "}, "Ask me again in spring."),
        ({"ready": "booked"}, "Thank you for asking. I am fully booked for the time being."),
        ({"ready": "booked", "line": "In spring."}, "In spring."),
        ({"line": "\u200b\u2800"}, ""),
        ({"line": "e\u0301" * 280}, "\u00e9" * 280),
    ],
)
def test_a_line_goes_with_a_no(finns, asked, typed, kept):
    assert press(finns, "declining", asked, typed).status_code == 303
    asked.refresh_from_db()
    assert (asked.state, asked.line) == (State.DECLINED, kept)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"line": "a" * 281}, "Shorten it to 280 characters; this has 281."),
        ({"line": "a\x1b"}, "One character can&#x27;t be shown"),
        ({"ready": "rude"}, "Choose one of these lines, or write your own."),
    ],
)
def test_a_line_that_is_refused_is_kept_and_nothing_is_said(finns, asked, typed, sentence):
    for headers in ({}, HTMX):
        refused = press(finns, "declining", asked, typed, **headers)
        shown = refused.content.decode()
        assert refused.status_code == 422
        assert sentence in shown
        assert f"{typed.get('line', '')}</textarea>" in shown.replace("\n", "")
        assert (refused.get("HX-Retarget") == "#ask") is bool(headers)
    asked.refresh_from_db()
    assert asked.state == State.WAITING


# Not now, until a day


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles", "Asia/Kolkata"])
def test_the_day_begins_where_the_freelancer_is(finns, asked, finn, zone):
    finn.user.time_zone = zone
    finn.user.save(update_fields=["time_zone"])
    today = timezone.localdate(timezone=ZoneInfo(zone))
    day = today + timedelta(days=40)
    assert press(finns, "putting_off", asked, {"until": day.isoformat()}).status_code == 303
    asked.refresh_from_db()
    midnight = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone))
    assert asked.put_off_until == midnight.astimezone(UTC)


@pytest.mark.parametrize(
    ("wait", "delta"),
    [
        ("week", relativedelta(weeks=1)),
        ("month", relativedelta(months=1)),
        ("quarter", relativedelta(months=3)),
    ],
)
def test_the_handy_choices_are_days_from_today(finns, asked, wait, delta):
    press(finns, "putting_off", asked, {"wait": wait})
    asked.refresh_from_db()
    assert asked.put_off_until is not None
    assert asked.put_off_until.date() == datetime.now(UTC).date() + delta


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (-1, "Choose a day after today."),
        (0, "Choose a day after today."),
        (1, ""),
        (366, ""),
        (367, "Choose a day within a year. Further away is a no."),
    ],
)
def test_a_day_is_after_today_and_within_a_year(finns, asked, days, sentence):
    day = datetime.now(UTC).date() + timedelta(days=days)
    done = press(finns, "putting_off", asked, {"until": day.isoformat()})
    assert done.status_code == (422 if sentence else 303)
    assert sentence in done.content.decode()


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"until": ""},
        {"wait": "never"},
        {"until": "soon"},
        {"until": "01/03/2027"},
        {"until": "\u0662\u0660\u0662\u0667-\u0660\u0663-\u0660\u0661"},
        {"until": "9999-12-31"},
        {"until": "0001-01-01"},
    ],
)
def test_what_is_no_day_is_refused_with_a_sentence(finns, asked, typed):
    for headers in ({}, HTMX):
        refused = press(finns, "putting_off", asked, typed, **headers)
        assert refused.status_code == 422
        assert "Choose" in refused.content.decode()
    asked.refresh_from_db()
    assert asked.state == State.WAITING


# Links that act


@pytest.mark.parametrize("do", ["accept", "decline", "put_off", "block"])
def test_a_link_opens_a_page_that_asks_and_changes_nothing(finns, asked, cleo, do):
    before = list(Act.objects.values()), list(ContactRequest.objects.values())
    address = f"{reverse('answer', args=[asked.public_id])}?do={do}"
    page = text_of(finns, address)
    assert cleo.client.name.replace("&", "&amp;") in page
    assert 'method="post"' in page
    assert LETTER.body not in page
    finns.head(address)
    assert (list(Act.objects.values()), list(ContactRequest.objects.values())) == before
    assert not Block.objects.exists()


@pytest.mark.parametrize("query", ["", "?do=", "?do=flag", "?do=undo", "?do=%00x"[:6]])
def test_a_link_that_asks_for_nothing_leads_to_the_request(finns, asked, query):
    answer = finns.get(reverse("answer", args=[asked.public_id]) + query)
    assert (answer.status_code, answer.url) == (302, own_page(asked))


def test_a_link_to_what_is_over_says_how_it_stands(finns, asked, finn, now):
    answered_long_ago(asked, finn, now)
    page = text_of(finns, f"{reverse('answer', args=[asked.public_id])}?do=accept")
    assert "You said no thanks" in page
    assert reverse("accepting", args=[asked.public_id]) not in page


def test_a_visitor_signs_in_before_a_link_acts(asked):
    answer = Client().get(f"{reverse('answer', args=[asked.public_id])}?do=accept")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/?next=")


def test_a_way_back_in_a_link_stays_on_the_site(finns, asked):
    address = reverse("answer", args=[asked.public_id])
    page = finns.get(address, {"do": "accept", "next": "javascript:alert(1)"}).content.decode()
    assert "javascript:alert" not in page


# The request's own page


def test_five_answers_and_a_reply_stand_under_the_opened_letter(finns, asked, now):
    open_request(request=asked, clock=database_now)
    page = text_of(finns, own_page(asked))
    assert LETTER.body in page
    assert set(re.findall(r'data-key="(\w)"', page)) == set("anlbf")
    assert page.index('formaction="/requests') > page.index(LETTER.body)
    assert reverse("reply", args=[asked.public_id]) in page


def test_a_sealed_request_can_be_opened_and_answered_from_its_page(finns, asked):
    page = text_of(finns, own_page(asked))
    assert "The letter is sealed." in page
    assert set(re.findall(r'data-key="(\w)"', page)) == set("oanlbf")
    assert press(finns, "opening", asked).status_code == 303
    assert LETTER.body in text_of(finns, own_page(asked))


def test_a_request_that_was_answered_keeps_its_page(finns, asked, finn, now):
    answered_long_ago(asked, finn, now)
    page = text_of(finns, own_page(asked))
    assert "You said no thanks" in page
    assert "?show=declined" in page
    assert reverse("reply", args=[asked.public_id]) not in page


def test_a_blocked_clients_request_offers_to_unblock_and_no_answer(finns, asked, finn, now):
    block_client(freelancer=finn, client=asked.client, clock=people.at(now))
    page = text_of(finns, own_page(asked))
    assert "It waits, and you block this client." in page
    assert reverse("unblocking", args=[asked.public_id]) in page
    assert reverse("accepting", args=[asked.public_id]) not in page


def test_an_accepted_request_leads_to_its_conversation(finns, asked, finn):
    reply(finn, asked.conversation, "Gladly.")
    page = text_of(finns, own_page(asked))
    assert reverse("conversation", args=[asked.conversation.public_id]) in page


def test_what_was_taken_back_under_seal_stays_sealed(finns, asked, cleo, now):
    withdraw_request(request=asked, member=cleo, clock=database_now)
    refused = press(finns, "opening", asked)
    assert refused.status_code == 409
    for page in (refused.content.decode(), text_of(finns, own_page(asked))):
        assert LETTER.body not in page
        assert "stays sealed" in page
    asked.refresh_from_db()
    assert asked.opened_at is None


def test_a_reply_that_comes_too_late_is_kept(finns, asked, cleo, now):
    open_request(request=asked, clock=database_now)
    withdraw_request(request=asked, member=cleo, clock=database_now)
    refused = press(finns, "reply", asked, {"body": "Gladly, and", "submission_key": "k"})
    assert refused.status_code == 409
    assert "They took it back" in refused.content.decode()
    assert "Gladly, and</textarea>" in refused.content.decode()


# Why they could write


def test_why_is_told_in_bands_and_thresholds(finns, asked):
    page = text_of(finns, own_page(asked))
    for told in (
        "<strong>$1k–5k</strong>",
        "asked: more than $1,000.00",
        "<strong>one to two years</strong>",
        "asked: more than 90 days",
        "<strong>verified</strong>",
        "<strong>in good standing</strong>",
        "Your door was open.",
        "policy 1",
    ):
        assert told in page
    assert "1,500" not in page
    assert "400 days" not in page


def test_a_relationship_is_the_reason_and_the_gate_was_not_asked(nils, finn, now, signed_in):
    people.related(nils.client, finn, now - 90 * DAY)
    page = text_of(signed_in(finn), own_page(send(nils, finn)))
    assert "You know each other already" in page
    assert page.count("not asked") == 4
    assert "asked: no hold and an active account" in page
    assert "<strong>under $1k</strong>" in page


def test_a_receipt_that_holds_is_said_to_hold(finns, asked):
    checked = press(finns, "checking", asked)
    assert (checked.status_code, checked.url) == (303, own_page(asked))
    page = text_of(finns, own_page(asked))
    assert "Checked again just now against the records as they were then: it holds." in page
    asked.refresh_from_db()
    assert asked.state == State.WAITING


def test_a_receipt_that_does_not_hold_takes_the_request_back(finns, asked):
    asked.client.payments.all().delete()
    press(finns, "checking", asked)
    page = text_of(finns, own_page(asked))
    assert page.count("Withdrawn by the marketplace: its receipt did not hold.") == 2
    assert "The client was put on hold for review, and moderators have it." in page
    assert Hold.objects.filter(client=asked.client, released_at=None).count() == 1
    assert reverse("accepting", args=[asked.public_id]) not in page


def test_a_conversation_stays_when_its_receipt_does_not_hold(finns, asked, finn):
    reply(finn, asked.conversation, "Gladly.")
    asked.client.payments.all().delete()
    press(finns, "checking", asked)
    page = text_of(finns, own_page(asked))
    assert "it does not hold. What became of the request stays as it is" in page
    assert Receipt.objects.count() == 1
    asked.refresh_from_db()
    assert (asked.state, asked.revoked_at) == (State.ACCEPTED, None)


def test_today_is_the_freelancers_own(asked, finns, finn):
    """Far west it is still yesterday, or far east tomorrow already, so one day differs."""
    days: set[date] = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        finn.user.time_zone = zone
        finn.user.save(update_fields=["time_zone"])
        page = text_of(finns, f"{reverse('answer', args=[asked.public_id])}?do=put_off")
        [earliest] = re.findall(r'min="([\d-]+)"', page)
        assert earliest == str(timezone.localdate(timezone=ZoneInfo(zone)) + DAY)
        days.add(date.fromisoformat(earliest))
    assert len(days) == 2

"""The page of the door: what it takes and refuses, and what it tries without saving."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import FreelancerProfile
from messaging.door import Bar, Door
from messaging.models import Act
from tests import people
from tests.messaging.doors import DAY, attempt, save, soon, stored
from tests.messaging.letters import send
from tests.web.stage import changed, rows


@pytest.fixture
def browser(finn, signed_in) -> Client:
    page: Client = signed_in(finn)
    return page


# What is saved


def test_everything_is_kept_as_it_was_filled_in(browser, finn):
    skill = finn.skills.all()[0]
    answer = save(
        browser,
        door="selective",
        least_spend="500000",
        least_tenure="45",
        tenure_unit="days",
        has_hired="on",
        skills=[skill.pk],
        countries=["SE", "NO"],
        per_day="3",
        per_week="200",
        known_clients_pass="",
    )
    assert answer.status_code == 303
    bar = Bar(
        spend_cents=500_000,
        tenure_days=45,
        hired=True,
        skills=frozenset({skill.pk}),
        countries=frozenset({"NO", "SE"}),
    )
    assert stored(finn) == Door(
        state="selective", known_clients_pass=False, bar=bar, intake_day=3, intake_week=200
    )
    shown = browser.get(reverse("door")).context["form"]
    assert shown.initial["least_tenure"] == 45
    assert shown.initial["tenure_unit"] == "days"
    assert shown.limits_countries
    again = {name: value for name, value in shown.initial.items() if value not in (None, False)}
    assert browser.post(reverse("door"), again).status_code == 303
    assert stored(finn).bar == bar
    assert Act.objects.count() == 1, "the same again is no change"


def test_what_is_left_empty_asks_for_nothing(browser, finn):
    save(browser, door="selective", least_spend="", least_tenure="", per_day="", per_week="")
    assert stored(finn) == Door(state="selective")


@pytest.mark.parametrize(
    ("typed", "unit", "days", "shown"),
    [
        ("6", "months", 180, (6, "months")),
        ("90", "days", 90, (3, "months")),
        ("31", "days", 31, (31, "days")),
        ("1", "", 30, (1, "months")),
        (" 7 ", "days", 7, (7, "days")),
    ],
)
def test_a_month_of_membership_is_30_days(browser, finn, typed, unit, days, shown):
    save(browser, door="selective", least_tenure=typed, tenure_unit=unit)
    assert stored(finn).bar.tenure_days == days
    initial = browser.get(reverse("door")).context["form"].initial
    assert (initial["least_tenure"], initial["tenure_unit"]) == shown


def test_the_bar_outlives_an_open_door(browser, finn):
    save(browser, door="selective", least_spend="100000")
    save(browser, door="open", least_spend="100000")
    assert stored(finn) == Door(bar=Bar(spend_cents=100_000))


WRONG: list[tuple[str, Any, str]] = [
    ("door", "ajar", "Choose who may send you a first message."),
    ("door", "", "Choose who may send you a first message."),
    ("least_spend", "123456", "Choose one of these amounts."),
    ("least_spend", "\u0665\u0660\u0660\u0660", "Choose one of these amounts."),
    ("least_tenure", "six", "Write how long in figures, such as 6, or leave it empty."),
    ("least_tenure", "\u0666", "Write how long in figures, such as 6, or leave it empty."),
    ("least_tenure", "1_0", "Write how long in figures, such as 6, or leave it empty."),
    ("least_tenure", "6.0", "Write how long in figures, such as 6, or leave it empty."),
    ("least_tenure", "0", "Write 1 or more, or leave it empty."),
    ("least_tenure", "-3", "Write 1 or more, or leave it empty."),
    ("least_tenure", "122", "Ask for ten years at most."),
    ("least_tenure", "9" * 5000, "Write how long in figures, such as 6, or leave it empty."),
    ("tenure_unit", "years", "Choose days or months."),
    ("skills", ["0"], "You no longer list one of these skills. Look over them again."),
    ("skills", ["x"], "You no longer list one of these skills. Look over them again."),
    ("skills", ["9" * 30], "You no longer list one of these skills. Look over them again."),
    ("countries", ["ZZ"], "Choose countries from the list."),
    ("per_day", "0", "Let in at least 1, or close the door instead."),
    ("per_day", "201", "Write at most 200, or leave it empty for no limit."),
    ("per_day", "3.5", "Write how many in figures, such as 3, or leave it empty."),
    ("per_week", "\uff13", "Write how many in figures, such as 3, or leave it empty."),
    ("per_week", "many", "Write how many in figures, such as 3, or leave it empty."),
    ("pause_until", "soon", "Choose a day from the calendar, such as 2027-03-01."),
    (
        "pause_until",
        "\u0662\u0660\u0662\u0667-\u0660\u0663-\u0660\u0661",
        "Choose a day from the calendar, such as 2027-03-01.",
    ),
    ("pause_until", "2020-01-01", "Choose a day after today."),
    ("pause_until", "9999-12-31", "Choose a day within a year. For longer, close the door."),
    ("waiting", "burn", "Choose what becomes of the requests that wait."),
]


@pytest.mark.parametrize(("field", "typed", "sentence"), WRONG)
def test_what_cannot_be_is_refused_with_a_sentence_and_nothing_lost(
    browser, cleo, finn, field, typed, sentence
):
    send(cleo, finn)
    before = rows()
    good = {"door": "selective", "least_tenure": "8", "per_week": "17"}
    answer = save(browser, **good | {field: typed})
    assert answer.status_code == 422
    assert answer.context["form"].errors[field] == [sentence]
    page = answer.content.decode()
    assert sentence.replace("'", "&#x27;") in page
    for name in {"least_tenure", "per_week"} - {field}:
        assert re.search(rf'name="{name}" value="{good[name]}"', page)
    assert changed(before) == set()
    tried = attempt(browser, by_htmx=True, **good | {field: typed})
    assert tried.status_code == 422
    assert "Not tried yet." in tried.content.decode()
    assert sentence in tried.content.decode().replace("&#x27;", "'")


def test_a_skill_of_others_is_none_of_mine(browser, finn):
    theirs = people.freelancer("Gina", skills=("Juggling",)).skills.all()[0]
    assert save(browser, door="selective", skills=[theirs.pk]).status_code == 422


def test_no_country_is_ever_chosen_beforehand(browser, finn):
    page = browser.get(reverse("door"))
    assert page.context["form"].initial["countries"] == []
    assert '<details class="door-countries">' in page.content.decode()
    assert "rarely wise" in page.content.decode()


def test_an_amount_that_is_no_edge_of_a_band_is_not_lost(browser, finn):
    FreelancerProfile.objects.filter(pk=finn.pk).update(bar_spend_cents=123_400)
    assert "$1,234 or more" in browser.get(reverse("door")).content.decode()
    assert save(browser, least_spend="123400").status_code == 303
    assert stored(finn).bar.spend_cents == 123_400


# Tried, not saved


def test_trying_shows_what_would_have_been_and_saves_nothing(browser, cleo, otto, finn, now):
    send(cleo, finn, now=now - DAY)
    people.related(otto.client, finn, now - DAY)
    send(otto, finn)
    before = rows()

    partial = attempt(browser, by_htmx=True, door="closed")
    page = attempt(browser, door="closed", pause_until=soon())

    assert (partial.status_code, page.status_code) == (200, 200)
    for answer in (partial, page):
        text = answer.content.decode()
        assert "Of the 2 requests you ever got, 1 would have arrived." in text
        assert "Cleo &amp; Co" in text
        assert "the door is closed" in text
        assert "you know each other" in text
        assert "We are looking for" not in text, "no word of a letter"
        assert "1,500" not in text, "no figure of what was spent"
    assert "<html" not in partial.content.decode()
    assert "Tried, not saved" in page.content.decode()
    assert re.search(r'name="door" value="closed"[^>]*checked', page.content.decode())
    assert re.search(r'name="pause_until" value="\d{4}-', page.content.decode())
    assert changed(before) == set()


def test_the_page_tries_the_door_as_it_is_saved(browser, cleo, finn):
    send(cleo, finn)
    save(browser, door="selective", least_spend="500000")
    text = browser.get(reverse("door")).content.decode()
    assert "Of the one request you ever got, 0 would have arrived." in text
    assert "paid freelancers less than your minimum" in text


def test_with_no_request_yet_it_says_so(browser):
    text = browser.get(reverse("door")).content.decode()
    assert "No request has come to you yet" in text
    assert "No request waits just now." in text


def test_the_page_costs_the_same_however_many_came(browser, finn, now):
    costs = []
    browser.get("/settings/")  # the first visit of a session writes its row
    for many in (range(1), range(1, 22)):
        for number in many:
            send(people.member(people.eligible_client(now, f"Client {number}")), finn)
        with CaptureQueriesContext(connection) as queries:
            browser.get(reverse("door"))
        with CaptureQueriesContext(connection) as tried:
            attempt(browser, by_htmx=True, door="closed")
        costs.append((counted(queries), counted(tried)))
    assert costs == [(12, 11)] * 2


def counted(queries: CaptureQueriesContext) -> int:
    """But for PostgreSQL's reading of the clock."""
    return len([query for query in queries if "clock_timestamp" not in query["sql"]])

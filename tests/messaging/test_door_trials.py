"""Twenty neutral answers an hour are enough for an account: then every door looks the same to it,
and moderators find a row."""

import re
import threading
import time
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership
from messaging.models import ContactRequest, DoorTrial
from messaging.services.door import block_client
from messaging.services.trials import note_trial
from tests import people
from tests.messaging.cases import address, flagged
from tests.messaging.letters import LETTER, reply, send

TOLD_NOTHING = "You have looked too often at who takes no messages at the moment."
NEUTRAL = "isn&#x27;t taking new messages at the moment."
MOST = 20
TOKENS = re.compile(r'name="(csrfmiddlewaretoken|submission_key)" value="[^"]*"')

pytestmark = pytest.mark.usefixtures("rate_limits")


@pytest.fixture(autouse=True)
def _clock_stands_still():
    """A window that ends half-way through a test would be a test that fails now and then."""
    with time_machine.travel(time.time(), tick=False):
        yield


def profile(browser, freelancer):
    return browser.get(reverse("talent_profile", args=[freelancer.slug]))


def composer(browser, freelancer):
    return browser.get(reverse("compose", args=[freelancer.slug]))


def post(browser, freelancer, key: str = "k"):
    form = {
        "submission_key": key,
        "skill": freelancer.skills.all()[0].pk,
        "kind": "advice",
        "budget": "open",
        "start": "now",
        "body": LETTER.body,
    }
    return browser.post(reverse("compose", args=[freelancer.slug]), form)


def use_up(browser, shut, ask=composer) -> None:
    for number in range(MOST):
        answer = ask(browser, shut)
        assert NEUTRAL in answer.content.decode(), number
        assert TOLD_NOTHING not in answer.content.decode()


ASKS = {"profile": profile, "compose": composer, "post": post}


# What counts, and what happens then


@pytest.mark.parametrize("ask", ASKS)
def test_every_way_to_read_the_neutral_sentence_counts(cleo, olga, signed_in, ask):
    browser = signed_in(cleo)
    use_up(browser, olga, ASKS[ask])
    answer = ASKS[ask](browser, olga)
    told = answer.content.decode()
    assert TOLD_NOTHING in told
    assert NEUTRAL not in told
    assert answer.status_code == (200 if ask == "profile" else 429)
    if ask != "profile":
        assert 0 < int(answer["Retry-After"]) <= 3600
    assert DoorTrial.objects.get().client == cleo.client


def test_who_lost_the_answer_finds_what_was_sent_all_the_same(cleo, finn, olga, signed_in):
    browser = signed_in(cleo)
    sent = post(browser, finn)
    assert sent.status_code == 303
    use_up(browser, olga)
    again = post(browser, finn)
    assert (again.status_code, again.url) == (303, sent.url)
    assert post(browser, finn, key="another").status_code == 429
    assert ContactRequest.objects.count() == 1


def test_the_ways_are_counted_together_and_for_the_whole_account(cleo, olga, signed_in):
    colleague = people.member(cleo.client, role=Membership.Role.MEMBER)
    browsers = [signed_in(cleo), signed_in(colleague)]
    for number in range(MOST):
        ask = list(ASKS.values())[number % 3]
        assert NEUTRAL in ask(browsers[number % 2], olga).content.decode()
    for browser in browsers:
        assert composer(browser, olga).status_code == 429


def test_over_the_limit_an_open_door_looks_like_a_shut_one(cleo, finn, olga, signed_in):
    browser = signed_in(cleo)
    assert "Send a message" in profile(browser, finn).content.decode()
    use_up(browser, olga)
    for ask in ASKS.values():
        answers = [ask(browser, each) for each in (finn, olga)]
        texts = [TOKENS.sub("", answer.content.decode()) for answer in answers]
        texts[0] = texts[0].replace("Finn", "Olga").replace("/finn/", "/olga/")
        ids = [str(skill.pk) for skill in finn.skills.all()]
        assert ids == [str(skill.pk) for skill in olga.skills.all()], "the premise"
        assert texts[0] == texts[1]
        assert answers[0].status_code == answers[1].status_code
        assert sorted(answers[0].headers) == sorted(answers[1].headers)
    assert not ContactRequest.objects.exists()


def test_a_text_that_came_too_late_is_kept(cleo, finn, olga, signed_in):
    browser = signed_in(cleo)
    use_up(browser, olga)
    answer = post(browser, finn)
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0
    assert f"{LETTER.body}</textarea>" in answer.content.decode()
    assert "<textarea" not in composer(browser, finn).content.decode()


def test_after_the_hour_doors_are_told_again(cleo, finn, olga, signed_in):
    browser = signed_in(cleo)
    use_up(browser, olga)
    wait = int(composer(browser, olga)["Retry-After"])
    with time_machine.travel(time.time() + wait + 1, tick=False):
        assert NEUTRAL in composer(browser, olga).content.decode()
        assert composer(browser, finn).status_code == 200
        assert post(browser, finn).status_code == 303


def test_what_is_the_clients_own_is_told_as_ever(cleo, finn, olga, signed_in):
    """It tells nothing about anybody's door, and the way to an open conversation stays."""
    talks, waits = people.freelancer("Tess"), people.freelancer("Wanda")
    reply(talks, send(cleo, talks).conversation, "Gladly.")
    send(cleo, waits)
    browser = signed_in(cleo)
    use_up(browser, olga)
    assert "Open your conversation" in profile(browser, talks).content.decode()
    assert composer(browser, talks).status_code == 302
    assert "is waiting for an answer" in composer(browser, waits).content.decode()
    assert composer(browser, waits).status_code == 200


# What does not count


def test_only_neutral_answers_count(cleo, nils, finn, olga, signed_in):
    browser = signed_in(cleo)
    send(cleo, finn)
    for _ in range(MOST + 5):
        assert "is waiting for an answer" in composer(browser, finn).content.decode()
    poor = signed_in(nils)
    for _ in range(MOST + 5):
        assert composer(poor, olga).status_code == 200
        assert NEUTRAL not in profile(poor, olga).content.decode()
    assert NEUTRAL in composer(browser, olga).content.decode()
    assert not DoorTrial.objects.exists()


def test_one_account_does_not_use_up_anothers(cleo, otto, olga, signed_in):
    use_up(signed_in(cleo), olga)
    assert composer(signed_in(cleo), olga).status_code == 429
    assert NEUTRAL in composer(signed_in(otto), olga).content.decode()


def test_a_visitor_and_a_freelancer_are_told_nothing_and_count_nothing(cleo, gina, olga, signed_in):
    for _ in range(MOST + 1):
        assert NEUTRAL not in profile(signed_in(gina), olga).content.decode()
    assert NEUTRAL in composer(signed_in(cleo), olga).content.decode()


@pytest.fixture
def gina(db) -> FreelancerProfile:
    return people.freelancer("Gina")


def test_each_cause_counts_alike(cleo, now, signed_in):
    """Nine blocked and eleven closed make twenty."""
    browser = signed_in(cleo)
    for number in range(MOST):
        cause = people.freelancer(f"F{number}", door="closed" if number > 8 else "open")
        if number <= 8:
            block_client(freelancer=cause, client=cleo.client, clock=people.at(now))
        assert NEUTRAL in profile(browser, cause).content.decode()
    assert TOLD_NOTHING in profile(browser, people.freelancer("Open")).content.decode()


# The row


def test_one_row_an_hour_however_often(cleo, olga, signed_in):
    browser = signed_in(cleo)
    use_up(browser, olga)
    assert not DoorTrial.objects.exists(), "up to the limit nobody is noted"
    for ask in [*ASKS.values()] * 3:
        ask(browser, olga)
    row = DoorTrial.objects.get()
    assert (row.client, row.person, row.refusals) == (cleo.client, cleo.user, MOST)
    assert row.hour == row.at.replace(minute=0, second=0, microsecond=0)


def test_a_new_hour_is_a_new_row(cleo, now):
    for at in (now, now, now + timedelta(hours=1), now + timedelta(hours=1)):
        note_trial(member=cleo, refusals=MOST, clock=people.at(at))
    assert DoorTrial.objects.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_at_once_make_one_row(cleo):
    failed: list[Exception] = []

    def note(start: threading.Barrier) -> None:
        try:
            start.wait()
            note_trial(member=cleo, refusals=MOST, clock=database_now)
        except Exception as error:  # noqa: BLE001 - whatever it is, the test tells it
            failed.append(error)
        finally:
            connection.close()

    for _ in range(10):
        DoorTrial.objects.using("default").count()
        start = threading.Barrier(8)
        threads = [threading.Thread(target=note, args=[start]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failed == []
    assert DoorTrial.objects.count() == 1


# The desk


def test_moderators_read_the_newest_first_with_a_link_to_the_account(
    cleo, otto, mona, now, signed_in
):
    note_trial(member=cleo, refusals=MOST, clock=people.at(now - timedelta(hours=3)))
    note_trial(member=otto, refusals=MOST, clock=people.at(now))
    browser = signed_in(mona)
    shown = browser.get("/admin/messaging/doortrial/").content.decode()
    assert shown.index("Otto Outside") < shown.index("Cleo &amp; Co")
    assert f'href="/admin/accounts/clientaccount/{cleo.client_id}/change/"' in shown
    assert f'<td class="field-person nowrap">{cleo.user}</td>' in shown
    row = DoorTrial.objects.get(client=cleo.client)
    one = browser.get(f"/admin/messaging/doortrial/{row.pk}/change/")
    assert one.status_code == 200
    assert "Save" not in one.content.decode()
    for act in ("add/", f"{row.pk}/change/", f"{row.pk}/delete/"):
        assert browser.post(f"/admin/messaging/doortrial/{act}", {}).status_code == 403


def test_nobody_else_reads_them(cleo, otto, now, signed_in):
    note_trial(member=cleo, refusals=MOST, clock=people.at(now))
    assert signed_in(otto).get("/admin/messaging/doortrial/", follow=True).status_code == 403
    staff = signed_in(people.user("Stefan", is_staff=True))
    assert staff.get("/admin/messaging/doortrial/").status_code == 403


def test_a_moderators_own_account_is_for_others_to_look_at(cleo, mona, now, signed_in):
    note_trial(member=cleo, refusals=MOST, clock=people.at(now))
    Membership.objects.create(client=cleo.client, user=mona, role="member", joined_at=now)
    assert (
        "Cleo &amp; Co" not in signed_in(mona).get("/admin/messaging/doortrial/").content.decode()
    )


def test_a_flags_case_tells_of_them(cleo, finn, mona, now, signed_in):
    flag = flagged(cleo, finn)
    assert "Tried doors" not in signed_in(mona).get(address(flag)).content.decode()
    note_trial(member=cleo, refusals=MOST, clock=people.at(now - timedelta(days=91)))
    assert "Tried doors" not in signed_in(mona).get(address(flag)).content.decode()
    for hours in (1, 5):
        note_trial(member=cleo, refusals=MOST, clock=people.at(now - timedelta(hours=hours)))
    assert "In 2 hours of the last 90 days" in signed_in(mona).get(address(flag)).content.decode()

"""What the mail server does to the outbox: it refuses, is slow, is away, and comes back."""

import os
import signal
import threading
from collections import Counter
from datetime import timedelta

import pytest
from django.conf import settings as site
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.models import Notification, User
from accounts.services.mail_choices import choose_mail
from messaging.services import outbox
from tests import people
from tests.messaging import drainer
from tests.messaging.letters import send
from tests.messaging.outbox import choose, decided, drain
from tests.sink import NOBODY

SECOND = timedelta(seconds=1)
#: How often a sender is killed between sending and marking.
KILLS = int(os.environ.get("OUTBOX_KILLS", "3"))


@pytest.fixture(autouse=True)
def _believed(monkeypatch):
    """The mail server, so far."""
    monkeypatch.setattr(outbox._Post, "refused_in_a_row", 0)


@pytest.fixture
def row(cleo, now) -> Notification:
    """A mail to Cleo is due."""
    return decided(cleo, 1, now)


def fresh(row: Notification) -> Notification:
    return Notification.objects.select_related("recipient").get(pk=row.pk)


def test_a_mailbox_that_is_not_there(sink, cleo, row, now):
    sink.moods["*"] = NOBODY
    assert drain(now) == {"bounced": 1}
    assert fresh(row).recipient.bounced_at == now
    decided(cleo, 2, now)
    sink.moods.clear()
    assert drain(now + SECOND) == {"needless": 1}
    assert sink.mails == []


@pytest.mark.parametrize(
    "said",
    [
        *("451 4.3.2 Not just now", "550 5.7.1 Relaying denied", "554 5.7.1 Go away"),
        *("552 5.2.2 Full", "550 Relaying denied", "553 5.1.8 Who are you?"),
    ],
)
def test_what_is_no_fault_of_the_address_is_tried_again(sink, row, now, said):
    sink.moods["*"] = said
    assert drain(now) == {"failed": 1}
    later = fresh(row)
    assert (later.recipient.bounced_at, later.trouble) == (None, "SMTPRecipientsRefused")
    sink.moods.clear()
    assert drain(now + 14 * SECOND) == {}
    assert drain(now + 15 * SECOND) == {"sent": 1}
    assert fresh(row).trouble == ""


def test_one_refused_address_keeps_no_other_back(sink, cleo, finn, row, now):
    sink.moods[cleo.user.email] = "451 Not just now"
    decided(finn, 2, now)
    assert drain(now) == {"failed": 1, "sent": 1}


def test_a_server_that_knows_nobody_is_not_believed_for_long(sink, now):
    """A relay that is set up wrong would silence everybody otherwise."""
    sink.moods["*"] = NOBODY
    for number in range(5):
        decided(people.freelancer(f"F{number}"), number, now)
    assert drain(now) == {"bounced": outbox.MOST_REFUSALS, "failed": 5 - outbox.MOST_REFUSALS}


def test_nor_with_one_mail_at_a_time(sink, cleo, finn, now):
    sink.moods["*"] = NOBODY
    for number in range(20):
        decided(people.freelancer(f"F{number}"), number, now)
        assert len(drain(now)) == 1
    bounced = User.objects.exclude(bounced_at=None)
    assert bounced.count() == outbox.MOST_REFUSALS
    sink.moods = {finn.user.email: NOBODY}
    for number, person in enumerate((cleo, finn)):
        decided(person, 20 + number, now)
        drain(now)
    assert bounced.filter(pk=finn.user_id).exists(), "it takes mail again, so it is believed"


def test_a_server_without_codes_blames_nobody(sink, now):
    sink.moods["*"] = "550 Relaying denied"
    for number in range(20):
        decided(people.freelancer(f"F{number}"), number, now)
        assert drain(now) == {"failed": 1}
    assert not User.objects.exclude(bounced_at=None).exists()


def test_an_address_that_was_changed_meanwhile_is_not_the_one_that_bounced(sink, cleo, row, now):
    sink.moods["*"] = NOBODY
    claimed = outbox._claim(people.at(now))
    type(cleo.user).objects.update(email="new@people.example")
    post = outbox._Post()
    post.send(claimed, float("inf"), people.at(now))
    post.close()
    assert fresh(row).recipient.bounced_at is None


def test_a_server_that_is_away_is_asked_once(sink, cleo, finn, row, now):
    decided(finn, 2, now)
    sink.down()
    assert drain(now) == {"failed": 1}
    assert sorted(Notification.objects.values_list("tries", flat=True)) == [0, 1]
    sink.up()
    assert drain(now + 15 * SECOND) == {"sent": 2}
    assert len(set(sink.ids)) == 2


def test_later_and_later_and_then_parked_and_tried_again_by_hand(sink, row, now, root):
    sink.down()
    at, waits = now, []
    while fresh(row).parked_at is None:
        assert drain(at)["failed"] == 1
        waits.append(fresh(row).claimed_until)
        at = waits[-1] or at
    assert len(waits) == Notification.MOST_TRIES
    assert (at - now) > timedelta(hours=17)
    page = "/admin/accounts/notification/?mail=parked"
    assert ">Cleo</td>" in root.get(page).content.decode()
    again = {"action": "send_again", "_selected_action": [row.pk]}
    assert "1 mail is tried again." in root.post(page, again, follow=True).content.decode()
    sink.up()
    assert drain(at) == {"sent": 1}


def test_only_superusers_see_what_is_stuck(row, mona, finn, signed_in):
    for person in (mona, finn):
        assert signed_in(person).get("/admin/accounts/notification/").status_code in (302, 403)


def test_a_slow_server_takes_what_there_is_time_for(sink, cleo, now):
    for number in range(5):
        decided(cleo, number, now)
    sink.slow = 0.4
    done = drain(now, seconds=1.0)
    assert 1 <= done["sent"] <= 4
    sink.slow = 0.0
    assert done["sent"] + drain(now)["sent"] == 5
    assert sink.ids == list(dict.fromkeys(sink.ids))
    assert set(Notification.objects.values_list("tries", flat=True)) == {1}


def test_bells_are_rung_while_it_takes_its_time(sink, cleo, finn, now, monkeypatch):
    """An answer that becomes due meanwhile does not wait for the last mail."""
    for number in range(3):
        decided(cleo, number, now)
    monkeypatch.setattr(outbox, "RING_EVERY", 0.0)
    waited: list[int] = []

    def marked(rows, at) -> None:
        waited.append(Notification.objects.filter(rung_at=None).count())
        late = decided(finn, len(waited), now)
        Notification.objects.filter(pk=late.pk).update(rung_at=None, mail_due_at=None)

    monkeypatch.setattr(outbox, "_mark_sent", marked)
    assert outbox.drain(clock=people.at(now))["rung"] == 3
    assert waited == [0, 0, 0]


def test_what_there_is_no_time_for_is_given_back_together(cleo, finn, now):
    for number in range(6):
        decided((cleo, finn)[number % 2], number, now)
    claimed = outbox._claim(people.at(now))
    with CaptureQueriesContext(connection) as captured:
        outbox._Post().send(claimed, 0.0, people.at(now))
    assert sum(query["sql"].startswith("UPDATE") for query in captured) == 1
    assert set(Notification.objects.values_list("claimed_until", "tries")) == {(None, 0)}


def test_a_server_that_does_not_answer_in_time(sink, row, now, settings):
    settings.EMAIL_TIMEOUT = 0.3
    sink.slow = 0.6
    assert drain(now) == {"failed": 1}
    assert fresh(row).claimed_until == now + 15 * SECOND


def test_stopped_while_it_is_on_its_way(sink, cleo, row, now, transactional_db):
    """It was sent and is marked so, nothing breaks, and no other follows."""
    stopped = threading.Event()

    def stop(mail) -> None:
        def choice() -> None:
            choose(cleo, "decision", "off", now)
            connections.close_all()
            stopped.set()

        threading.Thread(target=choice).start()
        assert stopped.wait(10)

    sink.then = stop
    decided(cleo, 2, now)
    assert drain(now) == {"sent": 1}
    assert len(sink.mails) == 1
    assert Notification.objects.filter(mailed_at=now).count() == 1
    assert not outbox.waiting_mails().exists()


def test_whose_senders_died_each_time_is_parked(sink, row, now):
    Notification.objects.update(tries=Notification.MOST_TRIES)
    assert drain(now) == {"parked": 1}
    assert fresh(row).trouble == "HolderDied"


def test_sending_messages_does_not_wait_for_the_mail_server(sink, cleo, finn, now):
    choose_mail(person=finn.user, times={"request": "at_once"}, clock=people.at(now))
    sink.down()
    send(cleo, finn)
    assert Notification.objects.get(kind="request").mail_due_at is not None


@pytest.mark.django_db(transaction=True)
def test_who_is_killed_between_sending_and_marking(sink, cleo, finn, otto, now):
    """Each mail comes, at most one more for each kill, and that with the same Message-ID."""
    rows = [decided(person, n, now) for n in range(4) for person in (cleo, finn, otto)]
    running: list[int] = []

    def kill(mail) -> None:
        if killed < KILLS and len(sink.mails) % 3 == 0:
            os.kill(running[-1], signal.SIGKILL)

    sink.then = kill
    killed = 0
    while outbox.waiting_mails().exists():
        process = drainer.start(sink.port, ahead=killed * 100)
        running.append(process.pid)
        killed += process.wait(60) == -signal.SIGKILL
    assert killed == KILLS
    counted = Counter(sink.ids)
    assert len(counted) == len(rows)
    assert sum(counted.values()) <= len(rows) + KILLS
    assert Notification.objects.filter(mailed_at=None).count() == 0


def test_the_lease_outlasts_one_mail_at_a_slow_server():
    """Connect, greeting, EHLO, STARTTLS, EHLO, AUTH twice, MAIL, RCPT, DATA, the mail, QUIT."""
    assert timedelta(seconds=12 * site.EMAIL_TIMEOUT) < outbox.LEASE


def test_a_claim_is_nobody_elses_until_it_runs_out(row, now):
    assert len(outbox._claim(people.at(now))) == 1
    assert outbox._claim(people.at(now + outbox.TURN - SECOND)) == []
    assert len(outbox._claim(people.at(now + outbox.TURN))) == 1
    assert fresh(row).tries == 0


@pytest.mark.postgres
def test_what_is_claimed_is_found_by_its_id(row, now):
    """Or each turn goes through all that wait: of a table that was mostly empty PostgreSQL expects
    no more by one index than by the other."""
    claimed = outbox._claim(people.at(now))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = outbox._claimed(claimed).explain()
        cursor.execute("SET LOCAL enable_seqscan = on")
    assert "accounts_notification_pkey" in plan


def test_whose_claim_was_taken_over_does_not_send(sink, row, now):
    late = outbox._claim(people.at(now))
    taken = outbox._claim(people.at(now + outbox.TURN))
    for claimed in (late, taken):
        post = outbox._Post()
        post.send(claimed, float("inf"), people.at(now + outbox.TURN))
        post.close()
    assert len(sink.mails) == 1
    assert (fresh(row).tries, fresh(row).mailed_at) == (1, now + outbox.TURN)

"""What the site says of itself to whoever runs it, and what it keeps to itself."""

import os
import re
import subprocess
import sys
import threading
import time
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from prometheus_client import REGISTRY

from accounts import heartbeat
from accounts.clock import database_now
from accounts.models import FreelancerProfile, Notification
from marketplace import parts
from marketplace.parts import PARTS, Part
from messaging.services.door import block_client
from tests import services
from tests.web.stage import REQUEST, browser

ELSEWHERE = {"host": "10.0.0.7", "cookie": "session=whatever; csrf=whatever"}


@pytest.fixture(autouse=True)
def _asked_afresh(monkeypatch):
    monkeypatch.setattr(parts, "KEPT", 0.0)


def test_it_answers_by_any_name_without_asking_anything(db, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = Client().get("/healthz", headers=ELSEWHERE)

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert answer["Cache-Control"].startswith("max-age=0")


def test_ready_says_one_word_for_each_part(db):
    heartbeat.beat()
    answer = Client().get("/readyz", headers=ELSEWHERE)

    assert answer.status_code == 200
    assert answer.json() == dict.fromkeys(PARTS, "ok")
    assert {"database", "outbox", "beat"} <= PARTS.keys()


@pytest.mark.parametrize(("age", "word"), [(None, "late"), (89, "ok"), (91, "late")])
def test_a_worker_that_stopped_is_told_and_takes_no_site_out_of_service(db, age, word):
    if age is not None:
        cache.set(heartbeat.KEY, time.time() - age)
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["beat"]) == (200, word)


@pytest.mark.parametrize(("late", "word"), [(-60, "ok"), (299, "ok"), (301, "late")])
def test_mail_that_waits_too_long_is_told(transactional_db, settings, cleo, late, word):
    due = database_now() - timedelta(seconds=late)
    Notification.objects.create(
        recipient=cleo.user, kind="gate", subject=1, at=due, due_at=due, mail_due_at=due
    )
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["outbox"]) == (200, word)
    assert f"threshold_outbox_mails {float(late > 0)}\n" in figures(settings)
    assert "threshold_outbox_parked 0.0\n" in figures(settings)


def raising() -> str:
    raise RuntimeError("postgres://user:secret@host/name")


def test_without_the_database_it_is_not_ready_and_tells_no_secret(db, monkeypatch):
    monkeypatch.setitem(PARTS, "database", Part(raising))
    answer = Client().get("/readyz")

    assert (answer.status_code, answer.json()["database"]) == (503, "away")
    assert "secret" not in answer.content.decode()


def test_a_part_that_hangs_is_waited_for_a_second_and_asked_once(db, monkeypatch):
    asked, released = [], threading.Event()

    def hang() -> str:
        asked.append(1)
        released.wait(20)
        return "ok"

    monkeypatch.setitem(PARTS, "database", Part(hang))
    before = time.monotonic()
    try:
        answers = [Client().get("/readyz") for _ in range(2)]
        seconds = time.monotonic() - before
    finally:
        released.set()

    assert {answer.json()["database"] for answer in answers} == {"silent"}
    assert {answer.status_code for answer in answers} == {503}
    assert 1.9 < seconds < 10
    assert len(asked) == 1, "each question would keep a thread"


def test_a_flood_of_questions_asks_the_parts_once(db, monkeypatch):
    asked: list[int] = []

    def ask() -> str:
        asked.append(1)
        return "ok"

    monkeypatch.setattr(parts, "KEPT", 60.0)
    monkeypatch.setitem(PARTS, "database", Part(ask))

    assert {Client().get("/readyz").status_code for _ in range(20)} == {200}
    assert len(asked) == 1


@pytest.mark.parametrize("given", ["", "Bearer ", "Bearer wrong", "secret", "Bearer s\xe9cret"])
def test_the_figures_are_for_who_knows_the_token(db, settings, given):
    assert Client().get("/metrics", HTTP_AUTHORIZATION="Bearer ").status_code == 404
    settings.METRICS_TOKEN = "secret"
    answer = Client().get("/metrics", HTTP_AUTHORIZATION=given)

    assert (answer.status_code, answer.content) == (401, b"")


def figures(settings) -> str:
    settings.METRICS_TOKEN = "secret"
    answer = Client().get("/metrics", headers=ELSEWHERE | {"authorization": "Bearer secret"})
    assert answer.status_code == 200
    return answer.content.decode()


def test_answers_are_counted_by_view_and_status(world, settings):
    def talent() -> float:
        labels = {"view": "talent", "status": "200"}
        return REGISTRY.get_sample_value("threshold_request_seconds_count", labels) or 0.0

    before = talent()
    Client().get("/talent/", {"q": "their very own words"})

    assert talent() == before + 1
    assert 'threshold_request_seconds_bucket{le="0.3",status="200",view="talent"}' in figures(
        settings
    )
    assert "words" not in figures(settings)


COUNT = """
from accounts import metrics
metrics.STREAMS_OPEN.inc(3)
metrics.MAILS.labels("sent").inc()
"""
ADD_UP = """
import django
django.setup()
from marketplace import figures
print(figures._figures().decode())
"""


@pytest.mark.sqlite
def test_processes_add_up_and_who_is_gone_has_nothing_open(tmp_path):
    around = services.embedded(os.environ) | {"DJANGO_SETTINGS_MODULE": "marketplace.settings"}
    around |= {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "VAR_DIR": str(tmp_path)}

    def run(code: str) -> str:
        command = [sys.executable, "-c", code]
        return subprocess.run(
            command, env=around, check=True, capture_output=True, text=True
        ).stdout

    told = [run(COUNT), run(COUNT), run(ADD_UP)][-1]

    assert 'threshold_mails_total{outcome="sent"} 2.0' in told
    assert "threshold_streams_open 0.0" in told


def outcomes() -> dict[str, float]:
    samples = next(m for m in REGISTRY.collect() if m.name == "threshold_first_messages").samples
    return {s.labels["outcome"]: s.value for s in samples if s.name.endswith("_total")}


def test_no_figure_tells_a_block_from_a_closed_door(world):
    """Nor, of course, whose door it was."""

    def moved(act) -> dict[str, float]:
        before = outcomes()
        act()
        after = outcomes()
        return {name: n - before.get(name, 0) for name, n in after.items() if n != before.get(name)}

    cleo = browser(world, "cleo")

    def write() -> None:
        letter = REQUEST | {"skill": world.gina.skills.all()[0].pk}
        assert cleo.post(reverse("compose", args=[world.gina.slug]), letter).status_code == 422

    FreelancerProfile.objects.filter(pk=world.gina.pk).update(door="closed")
    closed = moved(write)
    FreelancerProfile.objects.filter(pk=world.gina.pk).update(door="open")
    block_client(freelancer=world.gina, client=world.cleo.client, clock=database_now)
    assert moved(write) == closed == {"door": 1.0}


def test_a_label_is_a_view_a_status_or_a_word_of_ours(world, settings):
    browser(world, "cleo").get(f"/talent/{world.finn.slug}/")
    labels = set(re.findall(r'(\w+)="', figures(settings)))

    assert labels <= {
        *("view", "status", "le", "outcome", "limit", "service", "generation"),
        *("implementation", "major", "minor", "patchlevel", "version"),
    }


@pytest.mark.parametrize(
    ("proxies", "given", "kept"),
    [
        (1, "4f2a9c0b7d6e4f2a9c0b7d6e4f2a9c0b", True),
        (0, "4f2a9c0b7d6e4f2a9c0b7d6e4f2a9c0b", False),
        (1, "short", False),
        (1, "a" * 65, False),
        (1, "4f2a9c0b\u2028d6e4f2a", False),
        (1, '4f2a9c0b","level":"x', False),
    ],
)
def test_a_request_keeps_the_name_that_our_proxy_gave_it(db, settings, proxies, given, kept):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    answer = Client().get("/talent/", HTTP_X_REQUEST_ID=given)

    assert (answer["X-Request-ID"] == given) is kept
    assert re.fullmatch(r"[\w-]{8,64}", answer["X-Request-ID"])

"""Beat rings for ever, taken or not; what nobody takes must not fill the broker."""

import pytest
from django.conf import settings
from kombu.exceptions import OperationalError
from kombu.transport.redis import Channel
from kombu.utils.imports import symbol_by_name

from marketplace import beat, celery_app


@pytest.fixture
def clock():
    """The scheduler that the settings name, at the broker they name, whose queues are empty."""
    clock = symbol_by_name(settings.CELERY_BEAT_SCHEDULER)(celery_app)
    empty(clock)
    yield clock
    empty(clock)
    clock.close()


def empty(clock: beat.Sparing) -> None:
    for queue in settings.CELERY_TASK_QUEUES:
        clock.producer.channel.queue_purge(queue)


def lie(clock: beat.Sparing, queue: str) -> int:
    return int(clock.producer.channel._size(queue))


def ring(clock: beat.Sparing, name: str, times: int = 1) -> None:
    for _ in range(times):
        clock.apply_entry(clock.schedule[name], producer=clock.producer)


def test_the_worker_brings_it(clock):
    assert type(clock) is beat.Sparing
    assert celery_app.conf.beat_scheduler == settings.CELERY_BEAT_SCHEDULER


def test_what_nobody_takes_does_not_pile_up(clock):
    ring(clock, "mail", 3 * beat.MOST)
    assert (lie(clock, "mail"), lie(clock, "upkeep")) == (beat.MOST, 0)
    ring(clock, "upkeep", 3 * beat.MOST)
    assert lie(clock, "upkeep") == beat.MOST, "each queue for itself"


def test_once_they_are_taken_it_rings_again(clock):
    ring(clock, "mail", 3 * beat.MOST)
    empty(clock)
    ring(clock, "mail")
    assert lie(clock, "mail") == 1


@pytest.mark.postgres
def test_a_broker_that_does_not_say_how_many_lie_is_rung_at(clock, monkeypatch):
    ring(clock, "mail", beat.MOST)
    monkeypatch.setattr(Channel, "_size", refuse)
    ring(clock, "mail")
    monkeypatch.undo()
    assert lie(clock, "mail") == beat.MOST + 1


@pytest.mark.postgres
def test_a_broker_that_is_away_does_not_end_it(clock, monkeypatch):
    monkeypatch.setattr(Channel, "_size", refuse)
    monkeypatch.setattr(Channel, "_put", refuse)
    ring(clock, "mail")
    monkeypatch.undo()
    ring(clock, "mail")
    assert lie(clock, "mail") == 1


def refuse(*_asked: object, **_told: object) -> int:
    raise OperationalError("away")

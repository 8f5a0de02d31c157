"""A service that does not answer is left alone for a while, and asked again by one caller first."""

import threading

import pytest

from accounts.breaker import Breaker, Open

pytestmark = pytest.mark.sqlite


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch):
    stands = Clock()
    monkeypatch.setattr("accounts.breaker.time", stands)
    return stands


@pytest.fixture
def breaker(clock):
    return Breaker("tried", OSError, failures=3, rest=5.0)


def fail(breaker: Breaker, error: Exception | None = None) -> None:
    with pytest.raises(type(error or OSError())), breaker:
        raise error or OSError


def succeed(breaker: Breaker) -> None:
    with breaker:
        pass


def test_it_opens_after_three_failures_in_a_row(breaker):
    for _ in range(2):
        fail(breaker)
    succeed(breaker)
    for _ in range(3):
        assert not breaker.is_open
        fail(breaker)

    assert breaker.is_open
    with pytest.raises(Open), breaker:
        raise AssertionError("the service was asked")


def test_what_is_no_fault_of_the_service_does_not_count(breaker):
    for _ in range(5):
        fail(breaker, ValueError())

    assert not breaker.is_open


def test_after_its_rest_one_caller_tries_while_the_others_are_kept_out(breaker, clock):
    for _ in range(3):
        fail(breaker)
    clock.now += 5

    with breaker, pytest.raises(Open), breaker:
        raise AssertionError("a second caller tried")

    assert not breaker.is_open
    succeed(breaker)


def test_a_try_that_fails_begins_another_rest(breaker, clock):
    for _ in range(3):
        fail(breaker)
    clock.now += 5
    fail(breaker)
    clock.now += 4.9

    with pytest.raises(Open), breaker:
        raise AssertionError("the service was asked")


def test_a_caller_who_never_came_back_does_not_hold_it_open(breaker, clock):
    """Its try ended in an error that says nothing of the service."""
    for _ in range(3):
        fail(breaker)
    clock.now += 5
    fail(breaker, ValueError())
    clock.now += 5
    succeed(breaker)

    assert not breaker.is_open


def test_from_many_threads_at_most_one_tries():
    breaker = Breaker("tried", OSError, failures=1, rest=60.0)
    tried: list[int] = []
    fail(breaker)
    breaker._asked_again = 0.0
    start = threading.Barrier(16)

    def call(number: int) -> None:
        start.wait()
        try:
            with breaker:
                tried.append(number)
                raise OSError
        except (Open, OSError):
            pass

    threads = [threading.Thread(target=call, args=[number]) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(tried) == 1

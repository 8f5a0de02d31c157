"""Entries that leave the spend window and come back to it on a leap day are read from the start."""

from datetime import timedelta

from eligibility.rules import Criterion
from eligibility.selectors import verdict_at
from tests import people
from tests.eligibility.case import TICK, good, paid, stored, utc

NOON = utc(2028, 2, 28, 12)  # the day before a leap day: the window starts on 28 Feb 2027, noon
LEAP_DAY = utc(2028, 2, 29)  # the window starts on 28 Feb 2027 again, at midnight


def spend(client, now):
    return verdict_at(client.pk, now).result(Criterion.SPEND)


def test_a_refund_that_comes_back_into_the_window_is_foreseen(db):
    client = stored(good(payments=(paid(120_000, utc(2027, 9, 1)),)))
    people.refund_of_nothing(client, 50_000, utc(2027, 2, 28, 10))
    assert spend(client, NOON).met
    assert spend(client, NOON).lapses_at == LEAP_DAY
    assert spend(client, LEAP_DAY - TICK).met
    assert not spend(client, LEAP_DAY).met


def test_a_payment_that_comes_back_into_the_window_is_foreseen(db):
    client = stored(
        good(payments=(paid(60_000, utc(2027, 2, 28, 6)), paid(60_000, utc(2027, 3, 20))))
    )
    people.pay(client, 60_000, utc(2027, 2, 28, 13))
    # At noon the second and third count; the third leaves at 13:00, and with the leap day the
    # first and the third are back for some hours.
    assert spend(client, NOON).observed == 120_000
    assert spend(client, NOON).lapses_at == utc(2028, 2, 28, 13)
    assert spend(client, LEAP_DAY).observed == 180_000
    assert spend(client, LEAP_DAY).lapses_at == LEAP_DAY + timedelta(hours=13)
    assert not spend(client, LEAP_DAY + timedelta(hours=13)).met

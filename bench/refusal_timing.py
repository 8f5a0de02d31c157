"""Can a client tell by the clock why a freelancer takes no message?

    python bench/refusal_timing.py [--trials 1000]

Sends first messages through the site in this process, to freelancers who differ in nothing but the
cause, in a new random order each round, and compares the causes in pairs. Everything happens in a
database of its own beside the one of the environment (see bench/README.md), which is removed.

AUC is the chance that a refusal for the one cause took longer than one for the other: 0.5 tells
nothing. p is that of the Mann-Whitney U test (normal approximation, ties corrected), times the
number of pairs (Bonferroni). As a control each cause is compared with itself, even rounds with odd.
Exits with 1 when an AUC lies outside 0.45 to 0.55.
"""

import argparse
import gc
import itertools
import logging
import os
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
TOLERATED = (0.45, 0.55)
WARM_UP = 30  # rounds that are not counted
PLENTY = 1_000_000_000


def main() -> int:
    """Print the table; 1 when a cause can be told from another."""
    options = _options()
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    django.setup()
    # A line for each refusal is not news here.
    logging.getLogger("django.request").setLevel(logging.ERROR)
    with _own_database(), _as_measured():
        post = _world()
        seconds = _measure(post, options.trials)
    return _report(seconds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1000, help="of each cause")
    return parser.parse_args()


@contextmanager
def _own_database() -> Iterator[None]:
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)


@contextmanager
def _as_measured() -> Iterator[None]:
    """The site as it is, but with limits that count and never stop anybody."""
    from django.test import override_settings

    from accounts import limits

    without_end = f"{PLENTY}/h"
    for name in ("sending", "refusals"):
        person, network, client = (
            without_end if rate else ""
            for rate in (
                limits.LIMITS[name].person,
                limits.LIMITS[name].network,
                limits.LIMITS[name].client,
            )
        )
        limits.LIMITS[name] = limits.Limit(person, network, open_without_store=True, client=client)
    storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
    with override_settings(
        ALLOWED_HOSTS=["testserver"],
        STORAGES={
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
            "staticfiles": {"BACKEND": storage},
        },
    ):
        yield


def _world() -> dict[str, Callable[[], None]]:
    """For each cause the sending of a message that is refused for it."""
    from django.test import Client

    from accounts.clock import database_now
    from tests import people

    now = database_now()
    cleo = people.member(people.eligible_client(now, "Cleo & Co"), "Cleo")
    people.pay(cleo.client, people.PLENTY, now - timedelta(days=300))
    ida = people.member(people.client("Ida Ink", now, plan="plus"), "Ida")
    browser = Client()
    browser.force_login(cleo.user)
    found = {}
    for number, (name, cause) in enumerate(_causes().items()):
        finn = people.freelancer(f"Freelancer {chr(ord('A') + number)}")
        _history(cleo, ida, finn, now)
        cause(cleo.client, finn, now)
        _expect(cleo.client, finn, name)
        found[name] = _sender(browser, finn)
    return found


def _history(cleo: Any, ida: Any, finn: Any, now: datetime) -> None:
    """The same for all: somebody wrote today, and this client weeks ago, and took it back."""
    from messaging.services.answers import withdraw_request
    from tests import people
    from tests.messaging.letters import send

    send(ida, finn, now=now - timedelta(hours=2))
    past = send(cleo, finn, now=now - timedelta(days=60 - finn.pk))
    taken_back = people.at(past.sent_at + timedelta(seconds=20))
    withdraw_request(request=past, member=cleo, clock=taken_back)


def _causes() -> dict[str, Callable[[Any, Any, datetime], object]]:
    from accounts.clock import database_now
    from accounts.models import Relationship
    from messaging.models import ContactRequest
    from messaging.services.door import DoorSettings, block_client, set_door
    from tests import people

    def door(state: str, **more: Any) -> Callable[[Any, Any, datetime], object]:
        to = DoorSettings(door=state, **more)
        return lambda client, finn, now: set_door(freelancer=finn, to=to, clock=database_now)

    def declined(client: Any, finn: Any, now: datetime) -> None:
        rows = ContactRequest.objects.filter(client=client, freelancer=finn)
        rows.update(declined_at=now - timedelta(days=40))

    def declined_invitation(client: Any, finn: Any, now: datetime) -> None:
        kind = Relationship.Kind.INVITATION_DECLINED
        people.related(client, finn, now - timedelta(days=9), kind=kind)

    soon = database_now() + timedelta(days=3)
    return {
        "closed": door("closed"),
        "paused": door("open", paused_until=soon),
        "bar": door("selective", bar_spend_cents=PLENTY),
        "full day": door("selective", intake_day=1),
        "full week": door("selective", intake_week=1),
        "blocked": lambda client, finn, now: block_client(
            freelancer=finn, client=client, clock=database_now
        ),
        "no": declined,
        "invitation": declined_invitation,
    }


def _expect(client: Any, finn: Any, name: str) -> None:
    """Make sure that this is what stands in the way."""
    from accounts.clock import database_now
    from accounts.models import FreelancerProfile
    from messaging import selectors
    from messaging.policy import Refuse, decide

    profile = FreelancerProfile.objects.get(pk=finn.pk)
    judged = decide(selectors.send_context(client, profile, database_now()))
    refusal = {
        "paused": "closed",
        "full day": "full",
        "full week": "full",
        "no": "cooling",
        "invitation": "cooling",
    }
    assert judged == Refuse(refusal.get(name, name)), (name, judged)  # noqa: S101


def _sender(browser: Any, finn: Any) -> Callable[[], None]:
    from django.urls import reverse

    address = reverse("compose", args=[finn.slug])
    letter = {
        "submission_key": "k" * 32,
        "skill": finn.skills.all()[0].pk,
        "kind": "advice",
        "budget": "open",
        "start": "now",
        "body": "We are looking for somebody to draw a map of our town.",
    }

    def post() -> None:
        answer = browser.post(address, letter, secure=True)
        assert answer.status_code == 422, answer.status_code  # noqa: S101

    return post


def _measure(post: dict[str, Callable[[], None]], trials: int) -> dict[str, list[float]]:
    """The seconds of each trial, by cause. Ctrl-C ends it early, with what was measured so far."""
    seconds: dict[str, list[float]] = {name: [] for name in post}
    order = list(post)
    gc.disable()
    with suppress(KeyboardInterrupt):
        for number in range(-WARM_UP, trials):
            random.shuffle(order)
            for name in order:
                started = time.perf_counter()
                post[name]()
                took = time.perf_counter() - started
                if number >= 0:
                    seconds[name].append(took)
            gc.collect()
    gc.enable()
    return seconds


def _report(seconds: dict[str, list[float]]) -> int:
    from django.db import connection

    pairs = list(itertools.combinations(seconds, 2))
    print(f"{connection.vendor}, {len(seconds['closed']):,} trials of each cause, in random order")
    print(f"\n{'cause':<12}{'median':>10}{'95 %':>10}{'itself':>9}{'p':>8}")
    failed = False
    for name, values in seconds.items():
        auc, p = mann_whitney(values[::2], values[1::2])
        median, late = statistics.median(values), statistics.quantiles(values, n=20)[-1]
        print(f"{name:<12}{median * 1000:>7.2f} ms{late * 1000:>7.2f} ms{auc:>9.3f}{p:>8.3f}")
        failed |= _tells(auc)
    print(f"\n{'pair':<26}{'AUC':>8}{'p x ' + str(len(pairs)):>9}")
    for one, other in pairs:
        auc, p = mann_whitney(seconds[one], seconds[other])
        told = "  told apart" if _tells(auc) else ""
        print(f"{one + ' : ' + other:<26}{auc:>8.3f}{min(p * len(pairs), 1):>9.3f}{told}")
        failed |= _tells(auc)
    print(f"\nMann-Whitney U, Bonferroni over {len(pairs)} pairs; tolerated: AUC 0.45 to 0.55")
    return int(failed)


def _tells(auc: float) -> bool:
    return not TOLERATED[0] <= auc <= TOLERATED[1]


def mann_whitney(one: list[float], other: list[float]) -> tuple[float, float]:
    """The chance that a value of `one` is larger than one of `other` (ties half), and p."""
    ranks = _ranks([*one, *other])
    n, m = len(one), len(other)
    u = sum(ranks[value] for value in one) - n * (n + 1) / 2
    ties = sum(count**3 - count for count in Counter([*one, *other]).values())
    total = n + m
    spread = (n * m / 12 * (total + 1 - ties / (total * (total - 1)))) ** 0.5
    z = (u - n * m / 2) / spread
    return u / (n * m), 2 * (1 - statistics.NormalDist().cdf(abs(z)))


def _ranks(values: list[float]) -> dict[float, float]:
    """The rank of each value, from 1; equal ones share the middle of theirs."""
    ranks, before = {}, 0
    for value, count in sorted(Counter(values).items()):
        ranks[value] = before + (count + 1) / 2
        before += count
    return ranks


if __name__ == "__main__":
    sys.exit(main())

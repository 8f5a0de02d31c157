"""Sites of several sizes in one process, and what is asked of them in turn."""

import gc
import statistics
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test.utils import CaptureQueriesContext

from bench import rows, senders, visits
from bench.rows import SLOTS, Marketplace
from bench.visits import Visits

WARM = 5  # rounds before those that count


@dataclass(frozen=True)
class Site:
    """A database, and the marketplace in it."""

    database: str
    wrapper: BaseDatabaseWrapper
    marketplace: Marketplace

    def enter(self) -> None:
        """From now on this process, and every thread that begins, speaks to this database."""
        connections.settings["default"]["NAME"] = self.database
        connections["default"] = self.wrapper


@dataclass(frozen=True)
class Figure:
    """The median of a visit, in seconds, and how many queries it asks."""

    median: float
    queries: int


@contextmanager
def sites(sizes: Sequence[int], rounds: int, bursts: int) -> Iterator[list[Site]]:
    """A filled site for each number of messages, with senders enough; removed again."""
    own = connection.settings_dict["NAME"]
    creation = connection.creation
    connection.settings_dict["TEST"]["NAME"] = f"{own}_bench"
    first = creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    others = [str(size) for size in sizes[1:]]
    found: list[Site] = []
    try:
        for suffix in others:
            creation.clone_test_db(suffix, verbosity=0, autoclobber=True)
        names = [first, *(f"{first}_{suffix}" for suffix in others)]
        for name, size in zip(names, sizes, strict=True):
            marketplace = Marketplace(messages=size, senders=_senders(rounds, bursts))
            found.append(Site(name, connections.create_connection("default"), marketplace))
            found[-1].enter()
            rows.fill(marketplace)
        yield found
    finally:
        for site in found:
            site.wrapper.close()
        connections.settings["default"]["NAME"] = first
        for suffix in others:
            creation.destroy_test_db(verbosity=0, suffix=suffix)
        creation.destroy_test_db(own, verbosity=0)


def _senders(rounds: int, bursts: int) -> int:
    """Clients enough for the rounds, and for as many bursts of each of the two kinds."""
    return -(-_turns(rounds) // SLOTS) + 2 * bursts * senders.AT_ONCE


def _turns(rounds: int) -> int:
    return 1 + min(WARM, rounds) + rounds


def pages(found: Sequence[Site], rounds: int) -> list[dict[str, Figure]]:
    """The figures of each site, in rounds that visit every page of every site in turn."""
    signed_in = []
    for site in found:
        site.enter()
        signed_in.append(visits.of(site.marketplace, _turns(rounds)))
    queries = [_counted(*pair) for pair in zip(found, signed_in, strict=True)]
    for _ in range(min(WARM, rounds)):
        _round(found, signed_in)
    times = [_round(found, signed_in) for _ in range(rounds)]
    return [
        {
            name: Figure(statistics.median(one[place][name] for one in times), queries[place][name])
            for name in signed_in[place].named
        }
        for place in range(len(found))
    ]


def _counted(site: Site, signed_in: Visits) -> dict[str, int]:
    site.enter()
    counted = {}
    for name, visit in signed_in.named.items():
        with CaptureQueriesContext(site.wrapper) as asked:
            visit()
        counted[name] = len(asked)
    return counted


def _round(found: Sequence[Site], signed_in: Sequence[Visits]) -> list[dict[str, float]]:
    """The seconds of every visit, site by site. Garbage is collected between them, not in them."""
    taken: list[dict[str, float]] = [{} for _ in found]
    gc.disable()
    for name in signed_in[0].named:
        for site, mine, times in zip(found, signed_in, taken, strict=True):
            site.enter()
            times[name] = mine.named[name]()
        gc.collect()
    gc.enable()
    return taken


def sending(found: Sequence[Site], rounds: int, bursts: int) -> list[tuple[float, float]]:
    """Of each site the messages a second that sixteen senders get through, and those of the plain
    inserts: medians of alternating bursts."""
    rates = []
    for site in found:
        site.enter()
        left = iter(site.marketplace.slots()[_first_free(rounds) :])
        taken = [
            [
                senders.burst([next(left) for _ in range(senders.BURST)], plain=plain)
                for plain in (False, True)
            ]
            for _ in range(bursts)
        ]
        whole, plain = (statistics.median(column) for column in zip(*taken, strict=True))
        rates.append((whole, plain))
    return rates


def _first_free(rounds: int) -> int:
    """The first slot of the first client that sent nothing in the rounds."""
    return -(-_turns(rounds) // SLOTS) * SLOTS

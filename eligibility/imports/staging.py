"""The checked rows of one file, in a temporary database of their own until all of it is known.

On disk, so that memory does not grow with the file; private to this process; gone afterwards.
"""

import json
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from types import TracebackType
from typing import Self

from eligibility.imports.refusals import BadRow, ImportRefused

Content = Mapping[str, str | int | bool | None]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE staged (
    line INTEGER PRIMARY KEY, key TEXT UNIQUE, customer TEXT, freelancer TEXT, alone TEXT UNIQUE,
    turn INTEGER, at INTEGER, content TEXT
);
CREATE TABLE bad (line INTEGER PRIMARY KEY, reason TEXT);
CREATE TABLE customer (external_id TEXT PRIMARY KEY, client_id INTEGER);
CREATE TABLE freelancer (slug TEXT PRIMARY KEY, freelancer_id INTEGER);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a row says. `key` is unique in its file, and so is `alone` if it is there; of one
    customer, lower `turn`s go first. `freelancer` is a profile's slug."""

    key: str
    customer: str
    at: datetime
    content: Content
    turn: int = 0
    freelancer: str = ""
    alone: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedRow:
    """An entry with its line in the file, and the ids of its client and its freelancer (0 in a file
    that names none)."""

    line: int
    key: str
    client_id: int
    at: datetime
    content: Content
    freelancer_id: int = 0


class Staging:
    """Use as a context manager."""

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="import-")
        self._db = sqlite3.connect(Path(self._folder.name) / "rows.sqlite3", isolation_level=None)
        self._db.executescript(_TABLES)
        self._db.execute("BEGIN")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()
        self._folder.cleanup()

    def add(self, line: int, entry: Entry) -> bool:
        """Keep the entry; False if an earlier line says just the same. Raises BadRow if an
        earlier line says something else under the same key, or excludes this one."""
        told = (
            entry.key,
            entry.customer,
            entry.freelancer,
            entry.alone,
            entry.turn,
            (entry.at - _EPOCH) // _MICROSECOND,
            json.dumps(entry.content),
        )
        added = self._db.execute(
            "INSERT OR IGNORE INTO staged VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (line, *told)
        )
        if added.rowcount:
            return True
        earlier = self._db.execute("SELECT * FROM staged WHERE key = ?", (entry.key,)).fetchone()
        if earlier is None:
            (first,) = self._db.execute(
                "SELECT line FROM staged WHERE alone = ?", (entry.alone,)
            ).fetchone()
            raise BadRow(f"{entry.alone}, as line {first} says already")
        if earlier[1:] != told:
            raise BadRow(f"{entry.key} is already on line {earlier[0]}, with other content")
        return False

    def refuse(self, line: int, reason: str) -> None:
        """Note a bad row."""
        self._db.execute("INSERT INTO bad VALUES (?, ?)", (line, reason))

    def refuse_customers(self, external_ids: Iterable[str], reason: str) -> None:
        """Turn every row of these customers into a bad one."""
        for external_id in external_ids:
            self._db.execute(
                "INSERT INTO bad SELECT line, ? FROM staged WHERE customer = ?",
                (reason.format(external_id), external_id),
            )
            self._db.execute("DELETE FROM staged WHERE customer = ?", (external_id,))

    def refuse_freelancers(self, slugs: Iterable[str], reason: str) -> None:
        """Turn every row of these freelancers into a bad one."""
        for slug in slugs:
            self._db.execute(
                "INSERT INTO bad SELECT line, ? FROM staged WHERE freelancer = ?",
                (reason.format(slug), slug),
            )
            self._db.execute("DELETE FROM staged WHERE freelancer = ?", (slug,))

    def bad_rows(self, most: int) -> tuple[int, list[tuple[int, str]]]:
        """How many there are, and the first ones as (line, reason)."""
        (count,) = self._db.execute("SELECT COUNT(*) FROM bad").fetchone()
        rows = self._db.execute("SELECT line, reason FROM bad ORDER BY line LIMIT ?", (most,))
        return count, rows.fetchall()

    def __len__(self) -> int:
        (count,) = self._db.execute("SELECT COUNT(*) FROM staged").fetchone()
        return int(count)

    def index_customers(self) -> None:
        """Call once, when all rows are in: by customer is how they are read from here on."""
        self._db.execute("CREATE INDEX by_customer ON staged (customer, at)")
        self._db.execute("CREATE INDEX by_freelancer ON staged (freelancer)")

    def customers(self, size: int) -> Iterator[list[tuple[str, datetime]]]:
        """(external id, instant of the first row) of every customer, in order, in batches."""
        last = ""
        while True:
            rows = self._db.execute(
                "SELECT customer, MIN(at) FROM staged WHERE customer > ? "
                "GROUP BY customer ORDER BY customer LIMIT ?",
                (last, size),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield [(external_id, _instant(at)) for external_id, at in rows]

    def freelancers(self, size: int) -> Iterator[list[str]]:
        """The slug of every freelancer, in order, in batches."""
        last = ""
        while True:
            rows = self._db.execute(
                "SELECT DISTINCT freelancer FROM staged WHERE freelancer > ? "
                "ORDER BY freelancer LIMIT ?",
                (last, size),
            ).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield [slug for (slug,) in rows]

    def match(self, client_ids: Mapping[str, int]) -> None:
        """Remember the ids of customers' accounts, by external id."""
        self._db.executemany("INSERT OR REPLACE INTO customer VALUES (?, ?)", client_ids.items())

    def match_freelancers(self, freelancer_ids: Mapping[str, int]) -> None:
        """Remember the ids of freelancers' profiles, by slug."""
        self._db.executemany(
            "INSERT OR REPLACE INTO freelancer VALUES (?, ?)", freelancer_ids.items()
        )

    def shift_to(self, instant: datetime) -> None:
        """Add one constant to every row's instant, so that the last one falls on `instant`."""
        first, last = self._db.execute("SELECT MIN(at), MAX(at) FROM staged").fetchone()
        if last is None:
            return
        delta = (instant - _EPOCH) // _MICROSECOND - last
        try:
            _instant(first + delta)
        except OverflowError as error:
            raise ImportRefused(
                f"With its last event at {instant.date()}, the file would begin before the year 1."
            ) from error
        self._db.execute("UPDATE staged SET at = at + ?", (delta,))

    def chunks(self, size: int) -> Iterator[list[StagedRow]]:
        """All rows in order of client, then turn, then line; at most `size` at a time."""
        rows = self._db.execute(
            "SELECT line, key, COALESCE(client_id, 0), COALESCE(freelancer_id, 0), at, content "
            "FROM staged LEFT JOIN customer ON external_id = customer "
            "LEFT JOIN freelancer ON slug = staged.freelancer ORDER BY client_id, turn, line"
        )
        for _, numbered in groupby(enumerate(rows), key=lambda pair: pair[0] // size):
            yield [
                StagedRow(
                    line=line,
                    key=key,
                    client_id=client_id,
                    freelancer_id=freelancer_id,
                    at=_instant(at),
                    content=json.loads(content),
                )
                for _, (line, key, client_id, freelancer_id, at, content) in numbered
            ]


def _instant(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND

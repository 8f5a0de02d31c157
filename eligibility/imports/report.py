"""What an import did, in numbers and in the first few lines of each kind of trouble."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

SHOWN = 20


class Told(StrEnum):
    """What became of rows. The first six add up to the rows read."""

    NEW = "new"
    KNOWN = "already known"
    REPEATED = "repeated in the file"
    CHANGED = "changed, not applied"
    SKIPPED = "skipped as bad rows"
    EXCLUDED = "left out, because what is stored excludes them"
    WAITING = "waiting for their payment, and counting for nothing until then"
    FOUND = "from earlier files that found their payment now"
    REMOVED = "removals added to known methods"
    RELEASED = "releases added to known holds"
    CLIENTS = "clients made"


_LISTED = (Told.SKIPPED, Told.CHANGED, Told.EXCLUDED, Told.WAITING)


@dataclass
class Report:
    """Counts by what became of the rows, and the first lines worth a look."""

    name: str
    read: int = 0
    seconds: float = 0
    counts: Counter[Told] = field(default_factory=Counter)
    notes: list[tuple[Told, int, str]] = field(default_factory=list)

    def note(self, told: Told, line: int, text: str) -> None:
        """Count the row, and keep the sentence on it if it is one of the first."""
        self.counts[told] += 1
        if self.counts[told] <= SHOWN:
            self.notes.append((told, line, text))

    def sentences(self) -> Iterator[str]:
        """The report as a person reads it, line by line."""
        yield f"Read {self.read:,} rows of {self.name} in {self.seconds:.1f} s."
        for told in Told:
            count = self.counts[told]
            if count or told in (Told.NEW, Told.KNOWN):
                yield f"{count:>11,} {told}"
        for told in _LISTED:
            yield from listed(told, self.counts[told], self._noted(told))

    def _noted(self, told: Told) -> list[tuple[int, str]]:
        return sorted((line, text) for kind, line, text in self.notes if kind is told)


def listed(title: str, count: int, rows: list[tuple[int, str]]) -> Iterator[str]:
    """The rows under a title, and how many more there are. Nothing when there are none."""
    if not count:
        return
    yield f"{title[0].upper()}{title[1:]}:"
    for line, text in rows:
        yield f"  line {line:,}: {text}"
    if count > len(rows):
        yield f"  ... and {count - len(rows):,} more"

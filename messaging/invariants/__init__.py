"""What must hold of the stored rows at any moment: after every test, fault and restore.

Each check is one query, so it sees one instant of a site at work; those that judge again what was
let through do so for a bounded number of receipts. A check gives the ids of the rows that break it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from messaging.invariants import delivery, desk, door, gate, notices, pairs, quota
from messaging.invariants.invariant import SHOWN, Invariant

__all__ = ["INVARIANTS", "Invariant", "Violation", "violations"]

INVARIANTS = (
    *gate.INVARIANTS,
    *quota.INVARIANTS,
    *door.INVARIANTS,
    *pairs.INVARIANTS,
    *delivery.INVARIANTS,
    *desk.INVARIANTS,
    *notices.INVARIANTS,
)


@dataclass(frozen=True, slots=True)
class Violation:
    """A sentence that does not hold, and the first rows that show it."""

    sentence: str
    rows: tuple[object, ...]


def violations() -> Iterator[Violation]:
    """Every invariant that does not hold now."""
    for invariant in INVARIANTS:
        rows = tuple(islice(invariant.broken(), SHOWN))
        if rows:
            yield Violation(invariant.sentence, rows)

"""Counts what a pytest run did, from the JUnit report it wrote."""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree


@dataclass(frozen=True)
class Tally:
    """Tests by how they ended; `reasons` are the skipped ones' own words."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    reasons: tuple[str, ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.reasons + other.reasons,
        )

    def __str__(self) -> str:
        parts = [f"{self.passed} passed"]
        if self.failed:
            parts.append(f"{self.failed} failed")
        if self.skipped:
            parts.append(f"{self.skipped} skipped")
        return ", ".join(parts)


def read_tally(report: Path) -> Tally:
    """The counts in a JUnit file; all zero when pytest ended before it wrote one."""
    if not report.exists():
        return Tally()
    # pytest wrote the file a moment ago into a folder of ours: nobody else's XML is read.
    cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314
    # One test has two cases when it fails and its tear-down fails as well.
    ended: dict[str, Tally] = {}
    for case in cases:
        name = f"{case.get('classname')}::{case.get('name')}"
        now = ending(case)
        if name not in ended or now.failed:
            ended[name] = now
    return sum(ended.values(), Tally())


def ending(case: ElementTree.Element) -> Tally:
    """How one test ended. An error while it was set up, torn down or collected is a failure."""
    if case.find("failure") is not None or case.find("error") is not None:
        return Tally(failed=1)
    skipped = case.find("skipped")
    if skipped is not None:
        return Tally(skipped=1, reasons=(skipped.get("message") or "no reason given",))
    return Tally(passed=1)

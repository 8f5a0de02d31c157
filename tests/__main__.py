"""Runs every test on everything that is here: `python -m tests [pytest's own arguments]`.

Four passes, one after the other: the suite on SQLite; the same suite on PostgreSQL and Redis; the
browser journeys; the site as it is deployed. The last lines say what ran where and what was left
out. What is missing is left out with its reason, unless CI=true: then it fails the run.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests import rig, services
from tests.tally import Tally, read_tally

ROOT = Path(__file__).resolve().parent.parent
NOTHING_COLLECTED = 5  # pytest's exit code
# Each worker has one half in a row, so that races, which take turns, mostly meet in one; who is
# done early takes from the other's end.
PARALLEL = ("-n", "2", "--dist", "worksteal")


@dataclass(frozen=True)
class Pass:
    """One run of pytest: the tests it selects, the site they meet, and why it cannot run."""

    name: str
    marker: str
    environment: dict[str, str]
    options: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Outcome:
    """How a pass ended. `line` is what a person reads; `tally` is None when it was left out."""

    line: str
    tally: Tally | None = None
    failed: bool = False


def planned() -> list[Pass]:
    """The four passes, each with what it misses on this machine."""
    embedded = services.embedded(os.environ)
    real = services.production(os.environ) | {
        # The test client speaks plain HTTP to a host of its own name.
        "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
        "SECURE_SSL_REDIRECT": "false",
    }
    troubles = (
        services.postgres_trouble(real["DATABASE_URL"]),
        services.redis_trouble(real["REDIS_URL"]),
    )
    no_browser = "no Chromium found (apt-get install chromium, or set CHROMIUM to its path)"
    return [
        Pass("SQLite", "not postgres and not browser and not deployment", embedded, PARALLEL),
        Pass(
            "PostgreSQL and Redis",
            "not sqlite and not browser and not deployment",
            real,
            (*PARALLEL, "-p", "tests.own_redis"),
            missing=" and ".join(filter(None, troubles)),
        ),
        Pass(
            "Browser",
            "browser",
            embedded,
            (*PARALLEL, "--tracing", "retain-on-failure"),
            missing="" if services.chromium() else no_browser,
        ),
        Pass("Deployment", "deployment", embedded, missing=rig.missing()),
    ]


def carry_out(one: Pass, chosen: str, arguments: Sequence[str]) -> Outcome:
    """Run one pass with its output streaming by. `chosen` is the person's own marker expression."""
    if one.missing:
        return Outcome(f"{one.name}: left out, {one.missing}")
    marker = f"({one.marker}) and ({chosen})" if chosen else one.marker
    print(f"\n== {one.name} ==", flush=True)
    with tempfile.TemporaryDirectory(prefix="threshold-test-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-m", marker, f"--junitxml={report}"]
        started = time.monotonic()
        code = watch(
            [*command, *one.options, *arguments],
            # The demo site's data, mail and secret key stay untouched.
            one.environment | {"VAR_DIR": str(Path(folder) / "var")},
        )
        tally = read_tally(report)
        seconds = time.monotonic() - started
    return outcome(one.name, code, tally, seconds, narrowed=bool(chosen or arguments))


def outcome(name: str, code: int, tally: Tally, seconds: float, *, narrowed: bool) -> Outcome:
    """Judge a pass that ran. Only a run the person narrowed may find no test at all."""
    if code == NOTHING_COLLECTED:
        line = "no test matched" if narrowed else "no test was found, which fails this run"
        return Outcome(f"{name}: {line}", Tally(), failed=not narrowed)
    if code and not tally.failed:
        tally = tally + Tally(failed=1)
        line = f"{name}: broke off, pytest ended with code {code} (its last lines say why)"
    else:
        line = f"{name}: {tally} in {seconds:.0f} s"
    return Outcome(line, tally, failed=bool(code or tally.failed))


def watch(command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command to its end, also after Ctrl-C, so that it can remove its databases."""
    with subprocess.Popen(command, cwd=ROOT, env=environment) as child:
        try:
            return child.wait()
        except KeyboardInterrupt:
            child.wait()
            raise


def report(outcomes: Sequence[Outcome], *, strict: bool) -> int:
    """Print the closing lines and return the exit code. `strict`: what was left out fails."""
    total = sum((one.tally for one in outcomes if one.tally), Tally())
    left_out = any(one.tally is None for one in outcomes) or total.skipped > 0
    ran_nothing = not total.passed and not total.failed
    print("\n== What ran where ==")
    for one in outcomes:
        print(one.line)
    for why in dict.fromkeys(total.reasons):
        print(f"  skipped: {why}")
    if strict and left_out:
        print("CI=true: what was left out or skipped above fails this run.")
    if ran_nothing:
        print("No test ran, so nothing was shown: this run fails.")
    print(f"{total.passed} passed, {total.failed} failed, {total.skipped} skipped", flush=True)
    return int(any(one.failed for one in outcomes) or ran_nothing or (strict and left_out))


def main() -> int:
    """Run the passes that can run. Returns 0 only when everything that had to pass did."""
    parser = argparse.ArgumentParser(prog="python -m tests", add_help=False, allow_abbrev=False)
    parser.add_argument("-m", dest="chosen", default="")
    known, arguments = parser.parse_known_args()
    outcomes = [carry_out(one, known.chosen, arguments) for one in planned()]
    return report(outcomes, strict=services.is_strict(os.environ))


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("\nStopped before the end: nothing was shown.")
        sys.exit(130)

"""Outlives a run, also one that is killed, and ends what it started: `python guard.py FOLDER`.

Waits until its standard input ends, as it does with whoever holds the other end. Then it kills
every process whose number lies in FOLDER/pids, with all that came from it, and removes FOLDER.
"""

import contextlib
import os
import shutil
import signal
import sys
from pathlib import Path


def family(first: int) -> list[int]:
    """The process and everything that comes from it, parents first."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            # The name, in brackets, may hold anything.
            after = (folder / "stat").read_text().rpartition(")")[2].split()
            parents[int(folder.name)] = int(after[1])
    found = [first]
    for each in found:
        found.extend(pid for pid, parent in parents.items() if parent == each)
    return found


def send(number: int, *pids: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    folder = Path(sys.argv[1])
    sys.stdin.read()
    for note in (folder / "pids").glob("*"):
        send(signal.SIGKILL, *family(int(note.read_text())))
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()

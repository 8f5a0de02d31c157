"""Prepares `.venv` and hands over to it, with nothing but the standard library.

    python3 marketplace/bootstrap.py run      serve the site: `manage.py up`
    python3 marketplace/bootstrap.py test     run the tests: `python -m tests`, arguments passed on
    python3 marketplace/bootstrap.py check    run the checks: `python -m tests.checks`
    python3 marketplace/bootstrap.py bench    measure: `python -m bench`, arguments passed on

A Python too old for the project must still get as far as the sentence that says so. So nothing
here uses syntax newer than Python 3.7.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed"
UNFINISHED = "unfinished"

# Every file a command needs is installed together: two pins that differ are refused, not guessed.
SITE = ("requirements.txt",)
WORKSHOP = ("requirements.txt", "requirements-dev.txt")
COMMANDS = {
    "run": (SITE, ("manage.py", "up")),
    "test": (WORKSHOP, ("-m", "tests")),
    "check": (WORKSHOP, ("-m", "tests.checks")),
    "bench": (WORKSHOP, ("-m", "bench")),
}


def main(arguments: Sequence[str]) -> None:
    """Prepare what the command named by the first argument needs, then become that command."""
    if sys.version_info < (3, 11):  # noqa: UP036 - `python3` may be older than the project allows
        start_again_under_a_newer_python()
    if not arguments or arguments[0] not in COMMANDS:
        sys.exit(__doc__)
    requirements, command = COMMANDS[arguments[0]]
    prepare(requirements)
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), *command, *arguments[1:]])


def start_again_under_a_newer_python() -> NoReturn:
    """Become this same command under Python 3.11 or newer; exits where there is none."""
    for minor in range(14, 10, -1):
        found = shutil.which(f"python3.{minor}")
        # A version manager's stand-in can be on the path without the Python behind it.
        if found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            os.execv(found, [found, *sys.argv])
    sys.exit(
        "Threshold needs Python 3.11 or newer, and python3 here is "
        f"{sys.version_info[0]}.{sys.version_info[1]}. Install a newer Python beside it "
        "(python3.11 to python3.14 are found by name) and run this again."
    )


def prepare(requirements: Sequence[str]) -> None:
    """Leave the pinned `requirements` installed in `.venv`, at once when they already are."""
    if is_ready(requirements):
        return
    with one_at_a_time():
        if is_ready(requirements):
            return
        uv = shutil.which("uv")
        if not is_reusable():
            make_venv(uv)
        # Written last, the full stamp can only stand for an install that came to its end.
        STAMP.write_text(UNFINISHED)
        install(requirements, uv)
        STAMP.write_text("\n".join(stamp_lines(requirements)))


def is_ready(requirements: Sequence[str]) -> bool:
    """Whether the finished install was made from these very files by this very Python."""
    return set(stamp_lines(requirements)) <= set(read_stamp())


def is_reusable() -> bool:
    """Whether to install into the `.venv` that is there.

    One made by hand has no stamp and is kept. One whose install was cut short may hold half a
    package that pip takes for a whole one, and one whose Python was replaced finds no packages.
    """
    stamp = read_stamp()
    return PYTHON.exists() and (not stamp or python_line() in stamp)


def stamp_lines(requirements: Sequence[str]) -> list[str]:
    """What the stamp says once `requirements` are installed: the Python, each file's SHA-256."""
    return [python_line(), *(f"{name} {sha256(ROOT / name)}" for name in requirements)]


def sha256(file: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def python_line() -> str:
    """The stamp's line for the interpreter that `.venv` stands on."""
    return f"python {PYTHON.resolve()}"


def read_stamp() -> list[str]:
    """The stamp's lines; none when there is no stamp."""
    return STAMP.read_text().splitlines() if STAMP.exists() else []


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let one install run at a time, however many commands are started together."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def make_venv(uv: str | None) -> None:
    """Put a fresh, empty `.venv` in place of whatever is there; exits when this Python cannot."""
    if not uv and importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            "This Python cannot make virtual environments: its ensurepip module is missing. "
            "Debian and Ubuntu keep it in the package python3-venv.\n"
            "Install that (sudo apt-get install python3-venv) and run this again."
        )
    # The real path: `python3` may be the one inside the very .venv that is about to go.
    base = os.path.realpath(sys.executable)
    shutil.rmtree(VENV, ignore_errors=True)
    VENV.mkdir()
    STAMP.write_text(UNFINISHED)
    if uv:
        made = run([uv, "venv", "--quiet", "--allow-existing", "--python", base, str(VENV)])
    else:
        made = run([base, "-m", "venv", str(VENV)])
    if not made:
        sys.exit("The virtual environment .venv could not be made. The lines above say why.")


def install(requirements: Sequence[str], uv: str | None) -> None:
    """Install the files into `.venv`, each package checked against its hash; exits on failure."""
    print(f"Installing {' and '.join(requirements)} into .venv (about a minute).", flush=True)
    files = [part for name in requirements for part in ("-r", str(ROOT / name))]
    if uv:
        installer = [uv, "pip", "install", "--quiet", "--python", str(PYTHON)]
    else:
        installer = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if not run([*installer, "--require-hashes", *files]):
        sys.exit(
            "The requirements were not installed. The lines above say why: most often the package "
            "index cannot be reached. Run this again once that is put right."
        )


def run(command: Sequence[str]) -> bool:
    """Run one command with its output shown; whether it succeeded."""
    return subprocess.call(command) == 0


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("Stopped. Nothing half-installed will be used: run this again.")

"""The files of `deploy/` as this machine needs them: other ports and folders, nothing else."""

import os
import shlex
import shutil
import string
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
INSTALLED = "/srv/threshold"  # where the files of `deploy/` take the site to be
#: What must be found here, and the Debian package that brings it.
PROGRAMS = {
    "initdb": "postgresql",
    "nginx": "nginx",
    "pgbouncer": "pgbouncer",
    "redis-server": "redis-server",
    "openssl": "openssl",
}


def rendered(name: str, changes: dict[str, str]) -> str:
    """The file with each of `changes` made. Fails where there is nothing to change, so that the
    file and its readers here do not drift apart."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    for old, new in changes.items():
        if old not in text:
            raise AssertionError(f"deploy/{name} has no {old!r}")
        text = text.replace(old, new)
    return text


def environment() -> dict[str, str]:
    """The variables of `environment.example`, as a shell would read them."""
    lines = (DEPLOY / "environment.example").read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: "".join(shlex.split(value)) for name, _, value in pairs}


def unit(name: str, around: dict[str, str], instance: str = "") -> tuple[list[str], dict[str, str]]:
    """A systemd unit's command, run by this Python, and its environment: the unit's own, with
    `around` over it, as an EnvironmentFile goes over Environment; without what it unsets."""
    text = (DEPLOY / "systemd" / name).read_text(encoding="utf-8").replace("%i", instance)
    lines = [line.partition("=") for line in text.replace("%%", "%").splitlines()]
    own = [pair for key, _, value in lines if key == "Environment" for pair in value.split()]
    known = dict(pair.split("=", 1) for pair in own) | around
    for key, _, value in lines:
        if key == "UnsetEnvironment":
            known.pop(value, None)
    (command,) = [value for key, _, value in lines if key == "ExecStart"]
    words = shlex.split(string.Template(command).substitute(known))
    if not words[0].startswith(f"{INSTALLED}/.venv/bin/"):
        raise AssertionError(f"{name} starts {words[0]}")
    # By its module: a script's first line is wrong once the folder has been moved.
    return [sys.executable, "-m", Path(words[0]).name, *words[1:]], known


def program(name: str) -> str:
    """The path of a program; empty when it is not here. PostgreSQL's own are in a folder by
    version, of which the newest is taken."""
    by_version = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"),
        key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
    )
    places = [os.environ.get("PATH", ""), "/usr/sbin", *map(str, reversed(by_version))]
    return shutil.which(name, path=os.pathsep.join(places)) or ""


def missing() -> str:
    """Why the site cannot be put up here; empty when it can."""
    if not sys.platform.startswith("linux"):
        return "it is deployed on Linux"
    lacking = [name for name in PROGRAMS if not program(name)]
    if not lacking:
        return ""
    packages = " ".join(PROGRAMS[name] for name in lacking)
    return f"no {' or '.join(lacking)} found (apt-get install {packages})"

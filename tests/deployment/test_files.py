"""The files of `deploy/` agree with each other, without anything being started."""

import re
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.urls import URLResolver, get_resolver

from tests.rig.files import DEPLOY, INSTALLED, ROOT, environment, program

pytestmark = pytest.mark.sqlite
UNITS = {path.name: path.read_text() for path in (DEPLOY / "systemd").glob("*.service")}
NGINX = (DEPLOY / "nginx.conf").read_text()
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
QUEUES = ("upkeep", "mail")


def command(unit: str, instance: str = "") -> list[str]:
    """What a unit starts, without what only it has."""
    (line,) = re.findall(r"^ExecStart=/srv/threshold/\.venv/bin/(.+)$", UNITS[unit], re.MULTILINE)
    line = line.replace("--hostname %i@%%h ", "").replace("%i", instance)
    return shlex.split(line.replace("${STREAM_PORT}", "8002"))


@pytest.mark.parametrize(
    ("service", "unit", "queue"),
    [
        ("web", "threshold-web.service", ""),
        ("stream", "threshold-stream.service", ""),
        ("beat", "threshold-beat.service", ""),
        *((f"worker-{queue}", "threshold-worker@.service", queue) for queue in QUEUES),
    ],
)
def test_compose_starts_what_the_units_start(service: str, unit: str, queue: str):
    assert shlex.split(COMPOSE[service]["command"]) == command(unit, queue)


@pytest.mark.parametrize(
    ("service", "unit"),
    [
        ("web", "threshold-web.service"),
        ("stream", "threshold-stream.service"),
        ("beat", "threshold-beat.service"),
        *((f"worker-{queue}", "threshold-worker@.service") for queue in QUEUES),
    ],
)
def test_compose_waits_as_long_as_the_units_for_who_finishes(service: str, unit: str):
    (seconds,) = re.findall(r"^TimeoutStopSec=(\d+)$", UNITS[unit], re.MULTILINE)
    assert COMPOSE[service].get("stop_grace_period", "10s") == f"{seconds}s"


def test_pages_are_asked_for_where_the_socket_is():
    socket = (DEPLOY / "systemd" / "threshold-web.socket").read_text()
    (place,) = re.findall(r"^ListenStream=(.+)$", socket, re.MULTILINE)
    assert f"upstream threshold_web {{\n    server {place};" in NGINX
    assert "Requires=threshold-web.socket" in UNITS["threshold-web.service"]


@pytest.mark.parametrize("unit", sorted(UNITS))
def test_a_unit_is_a_user_of_its_own_who_can_change_little(unit: str):
    told = dict(line.partition("=")[::2] for line in UNITS[unit].splitlines() if "=" in line)
    assert told["User"] == "threshold"
    assert told["NoNewPrivileges"] == told["PrivateTmp"] == told["ProtectHome"] == "yes"
    assert told["ProtectSystem"] == "strict"
    assert told["CapabilityBoundingSet"] == ""
    assert told["EnvironmentFile"] == "/etc/threshold/environment"


def test_systemd_finds_nothing_wrong_with_the_units():
    """But that what they start is not installed here."""
    if not (analyze := program("systemd-analyze")):
        pytest.skip("no systemd-analyze found")
    units = sorted(map(str, (DEPLOY / "systemd").iterdir()))
    done = subprocess.run([analyze, "verify", *units], capture_output=True, text=True)
    told = done.stderr.splitlines()
    assert len(told) == len(UNITS), done.stderr
    assert [line for line in told if "/srv/threshold/.venv/bin/" not in line] == []


def test_every_variable_of_the_example_is_explained():
    explained = (DEPLOY.parent / "docs" / "settings.md").read_text()
    own = {"PRIMARY_URL"}  # of the scripts beside it, which the file says itself
    assert [name for name in environment().keys() - own if f"`{name}`" not in explained] == []


def test_what_is_gathered_lies_apart_from_the_code():
    """collectstatic refuses to gather static files into the folder it takes them from."""
    gathered = Path(environment()["STATIC_ROOT"])
    assert not gathered.is_relative_to(INSTALLED)
    assert f"alias {gathered}/;" in NGINX
    assert f"static:{gathered}" in COMPOSE["prepare"]["volumes"]
    assert f"static:{gathered}:ro" in COMPOSE["nginx"]["volumes"]


def test_postgresql_takes_the_file_that_compose_gives_it(tmp_path: Path):
    if not (postgres := program("postgres")):
        pytest.skip("no postgres found")
    _, *options = shlex.split(COMPOSE["postgres"]["command"])
    here = [word.replace("/etc/threshold", str(DEPLOY)) for word in options]
    command = [postgres, "-C", "log_min_error_statement", "-D", str(tmp_path), *here]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.stdout == "panic\n", done.stderr


@pytest.mark.parametrize("ignoring", [".dockerignore", ".gitignore"])
def test_secrets_beside_compose_are_neither_copied_nor_committed(ignoring: str):
    lines = (ROOT / ignoring).read_text().splitlines()
    secrets = ("environment", "database-password", "userlist.txt", "tls")
    assert [name for name in secrets if f"deploy/{name}" not in lines] == []


def test_containers_share_no_folder_for_their_figures():
    """Its files are named by process ids, which two containers have in common."""
    for service in COMPOSE.values():
        if folder := service.get("environment", {}).get("PROMETHEUS_MULTIPROC_DIR"):
            assert folder in service["tmpfs"]
            # Covered a second time, it has the mode of what it covers.
            dockerfile = (DEPLOY / "Dockerfile").read_text()
            assert f"install --directory --mode=1777 {folder}" in dockerfile


def test_compose_changes_hosts_of_databases_and_nothing_else(tmp_path: Path):
    shell, option, line = COMPOSE["pgbouncer"]["command"]
    line = line.replace("/tmp/pgbouncer.ini", str(tmp_path / "ini"))  # noqa: S108 - theirs
    line = line.replace("exec pgbouncer", "true")
    subprocess.run([shell, option, line], cwd=ROOT, check=True)
    shipped = (DEPLOY / "pgbouncer.ini").read_text().splitlines()
    made = (tmp_path / "ini").read_text().splitlines()
    assert set(made) - set(shipped) == {"threshold = host=127.0.0.1 port=5432 dbname=threshold"}
    assert [line.split()[0] for line in shipped if line not in made] == [
        "threshold",
        "threshold_replica",
    ]


def test_no_log_of_a_container_grows_for_ever():
    assert [
        name for name, each in COMPOSE.items() if "max-size" not in each["logging"]["options"]
    ] == []


def test_a_new_image_of_the_site_leaves_databases_and_network_alone():
    ours = {name for name, each in COMPOSE.items() if each["image"] == COMPOSE["web"]["image"]}
    assert not ours & {"pod", "postgres", "redis"}
    assert [name for name, each in COMPOSE.items() if "build" in each] == ["prepare"]


def secret_routes(patterns: list[Any], before: str = "/") -> Iterator[str]:
    """The fixed beginning of every address that has a secret in it."""
    for each in patterns:
        route = before + str(each.pattern).lstrip("^")
        if isinstance(each, URLResolver):
            yield from secret_routes(each.url_patterns, route)
        elif {"code", "token", "key"} & set(
            each.pattern.converters | each.pattern.regex.groupindex
        ):
            yield re.split(r"[<(]", route)[0]


def test_no_secret_address_is_logged():
    (kept,) = re.findall(r"~\^\(\?<told>(.+)\) \$told…;", NGINX)
    routes = list(secret_routes(get_resolver().url_patterns))
    assert {"/mail/", "/account/confirm-email/", "/settings/client/invitations/"} <= set(routes)
    assert [route for route in routes if not re.match(kept, route)] == []


def manage(around: dict[str, str], *asked: str) -> subprocess.CompletedProcess[str]:
    """`deploy/manage` with `printenv` in the place of Python."""
    env = {"PATH": "/usr/bin:/bin", "PYTHON": "printenv"} | around
    command = [str(DEPLOY / "manage"), *asked]
    return subprocess.run(command, env=env, capture_output=True, text=True)


PARTS = ("PGUSER", "PGPASSWORD", "PGHOST", "PGPORT", "PGDATABASE")


@pytest.mark.parametrize(
    ("url", "parts"),
    [
        ("postgres://a:b@db.example/c", "a b db.example 5432 c"),
        ("postgresql://a:b%40%2F@10.0.0.7:5433/c", "a b@/ 10.0.0.7 5433 c"),
        ("postgres://a:b@[::1]/c", "a b ::1 5432 c"),
        ("postgres://a:b@[fd00::7]:5433/c?sslmode=require", "a b fd00::7 5433 c"),
    ],
)
def test_scripts_find_the_primary(url: str, parts: str):
    told = manage({"DATABASE_URL": "unused", "PRIMARY_URL": url}, *PARTS)
    assert told.stdout.split() == parts.split(), told.stderr


def test_scripts_trust_the_primary_as_the_site_does():
    url = "postgres://a:b@db.example/c?sslmode=verify-full&sslrootcert=/etc/ssl/ours.pem"
    told = manage({"DATABASE_URL": url}, "PGSSLMODE", "PGSSLROOTCERT", "DATABASE_URL")
    assert told.stdout.split() == ["verify-full", "/etc/ssl/ours.pem", url], told.stderr


@pytest.mark.parametrize(
    "url", ["db.example/c", "postgres://a:b@[::1/c", "postgres://a:b@db.example/c?options=-c"]
)
def test_scripts_refuse_what_is_no_address_of_a_primary(url: str):
    told = manage({"DATABASE_URL": url}, "PGHOST")
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("PRIMARY_URL ")


def test_no_limit_of_pages_comes_back_in_deploy_manage():
    around = {"DATABASE_URL": "postgres://a:b@127.0.0.1/c", "STATEMENT_TIMEOUT": "9"}
    (options,) = manage(around, "STATEMENT_TIMEOUT", "PGOPTIONS").stdout.splitlines()
    assert "statement_timeout=0" in options

"""Migrating to zero and back leaves the schema that migrating from nothing makes."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
OURS = ("messaging", "eligibility", "accounts")
Query = Callable[[str], list[tuple[Any, ...]]]
Site = tuple[dict[str, str], Query]

ON_SQLITE = """
SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'
"""
COLUMNS = """
SELECT table_name, column_name, data_type, is_nullable, column_default
FROM information_schema.columns WHERE table_schema = 'public'
"""
INDEXES = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
CONSTRAINTS = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
"""
TRIGGERS = """
SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid)
FROM pg_trigger WHERE NOT tgisinternal
"""
FUNCTIONS = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
SCHEMA = {
    "sqlite": [ON_SQLITE],
    "postgresql": [COLUMNS, INDEXES, CONSTRAINTS, TRIGGERS, FUNCTIONS],
}
PUBLISHED = "SELECT version, spend_over_cents, spend_window_months FROM eligibility_policy"
MODERATORS = (
    "SELECT codename FROM auth_permission JOIN auth_group_permissions"
    " ON permission_id = auth_permission.id ORDER BY codename"
)


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[Site]:
    """The environment of a site whose database has nothing in it yet, and a way to ask it."""
    if connection.vendor == "sqlite":
        yield sqlite_site(tmp_path)
    else:
        yield from postgres_site()


def sqlite_site(folder: Path) -> Site:
    def query(statement: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(folder / "threshold.sqlite3") as database:
            return database.execute(statement).fetchall()

    return {"VAR_DIR": str(folder)}, query


def postgres_site() -> Iterator[Site]:
    address = urlsplit(os.environ["DATABASE_URL"])
    name = f"{address.path.strip('/')}_migrations_{os.getpid()}"
    url = address._replace(path=f"/{name}").geturl()

    def query(statement: str) -> list[tuple[Any, ...]]:
        with psycopg2.connect(url) as database, database.cursor() as cursor:
            cursor.execute(statement)
            return list(cursor.fetchall())

    server = psycopg2.connect(address._replace(path="/postgres").geturl())
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
        yield {"DATABASE_URL": url}, query
        cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    server.close()


def migrate(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
    )


def schema(query: Query) -> list[list[tuple[Any, ...]]]:
    return [sorted(query(each), key=repr) for each in SCHEMA[connection.vendor]]


def test_to_zero_and_back_leaves_the_same_schema(empty_site: Site):
    environment, query = empty_site
    migrate(environment)
    before = schema(query), query(PUBLISHED), query(MODERATORS)
    # Accounts hold the user, so that everything that points to a user goes with it.
    migrate(environment, "accounts", "zero")
    left = {str(row[0]) + str(row[1]) for row in schema(query)[0]}
    assert not [name for name in left if any(f"{app}_" in name for app in OURS)]
    migrate(environment)
    assert (schema(query), query(PUBLISHED), query(MODERATORS)) == before
    assert len(before[1]) == 1
    assert len(before[2]) > 0

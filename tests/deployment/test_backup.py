"""A copy taken while people write, put into an empty cluster, is whole: it holds what there was at
its instant, to the row, and all that must hold of it does."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.rig import Site
from tests.rig.people import People
from tests.rig.program import free_ports
from tests.rig.servers import PostgreSQL
from tests.rig.writers import Writers

pytestmark = pytest.mark.deployment
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


@pytest.fixture
def elsewhere(site: Site) -> Iterator[PostgreSQL]:
    """Another cluster, with the site's role and an empty database."""
    cluster = PostgreSQL(site.folder, free_ports(1)[0], "elsewhere")
    cluster.create()
    cluster.start()
    cluster.wait_ready()
    cluster.create_database()
    yield cluster
    cluster.stop()


def counts(cursor: Any) -> dict[str, int]:
    """The rows of every table, as the cursor's transaction sees them."""
    cursor.execute(TABLES)
    found = {}
    for (table,) in cursor.fetchall():
        cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608 - PostgreSQL's own names
        (found[table],) = cursor.fetchone()
    return found


@contextlib.contextmanager
def asking(cluster: PostgreSQL) -> Iterator[Any]:
    with contextlib.closing(psycopg2.connect(cluster.url())) as there, there.cursor() as cursor:
        yield cursor


def test_a_copy_under_load_is_whole_where_it_is_restored(
    site: Site, elsewhere: PostgreSQL, writing: People, rounds: int
):
    folder = site.folder / "copies"
    with Writers(site, people=writing) as writers:
        for number in range(rounds):
            writers.wait_for(15)
            before = set(writers.acknowledged)
            with asking(site.primary) as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("SELECT pg_export_snapshot()")
                (snapshot,) = cursor.fetchone()
                writers.wait_for(5)
                copy = backup(site, folder, f"--snapshot={snapshot}")
                there_were = counts(cursor)
            if number:
                elsewhere.empty()
            restored(site, elsewhere, copy)
            with asking(elsewhere) as cursor:
                assert counts(cursor) == there_were
                cursor.execute("SELECT submission_key FROM messaging_message")
                assert before <= {key for (key,) in cursor.fetchall()}
    assert writers.errors() == [], writers.summary()


def backup(site: Site, folder: Path, *options: str, **around: str) -> Path:
    return Path(site.script("backup", str(folder), *options, around=around))


def restored(site: Site, cluster: PostgreSQL, copy: Path) -> None:
    told = site.script("restore", str(copy), around={"PRIMARY_URL": cluster.url()})
    assert told.endswith("invariants hold.")


def test_only_the_newest_copies_are_kept_and_only_their_owner_reads_them(site: Site):
    folder = site.folder / "kept"
    folder.mkdir()
    old = [folder / f"threshold-2026010{day}T000000Z.dump" for day in range(1, 5)]
    for each in old:
        each.touch()
    kept = backup(site, folder, "--schema-only", BACKUPS_KEPT="3", BACKUP_FILTER="gzip -1")
    assert sorted(folder.iterdir()) == [*old[-2:], kept]
    assert kept.stat().st_mode & 0o077 == 0
    assert kept.read_bytes().startswith(b"\x1f\x8b"), "through the filter"


def test_nothing_is_restored_over_what_is_there(site: Site, tmp_path: Path):
    with pytest.raises(AssertionError, match="Name an empty database"):
        restored(site, site.primary, tmp_path)

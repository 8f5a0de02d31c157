"""The next release's migrations run, forward and back, under this release while people write."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from tests.rig import Site
from tests.rig.files import ROOT
from tests.rig.people import People
from tests.rig.watch import LockWatch
from tests.rig.writers import Writers

pytestmark = pytest.mark.deployment
MOST = 2.0  # seconds that nobody may have to wait for a migration

#: What a release adds to a table that is written to, in the ways that docs/operations.md names.
EXPAND = """
from django.db import migrations, models
from django.contrib.postgres.operations import AddConstraintNotValid


class Migration(migrations.Migration):
    dependencies = [("messaging", "{before}")]
    operations = [
        migrations.AddField("message", "tone", models.CharField(db_default="", max_length=9)),
        migrations.AddField("message", "mood", models.CharField(null=True, max_length=9)),
        AddConstraintNotValid(
            "message",
            models.CheckConstraint(condition=~models.Q(mood="grim"), name="nobody_is_grim"),
        ),
    ]
"""
AFTERWARDS = """
from django.db import migrations, models
from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("messaging", "{before}")]
    operations = [
        AddIndexConcurrently("message", models.Index(fields=["tone"], name="message_tone")),
        ValidateConstraint("message", "nobody_is_grim"),
    ]
"""
COLUMNS = "SELECT count(*) FROM information_schema.columns WHERE column_name IN ('tone', 'mood')"


@pytest.fixture
def newest() -> str:
    """The last migration of `messaging`."""
    return max(path.stem for path in (ROOT / "messaging" / "migrations").glob("0*.py"))


@pytest.fixture
def release(another_release: Path, newest: str) -> Path:
    """The next release: this one with two more migrations."""
    migrations = another_release / "messaging" / "migrations"
    (migrations / "9001_expand.py").write_text(EXPAND.format(before=newest))
    (migrations / "9002_afterwards.py").write_text(AFTERWARDS.format(before="9001_expand"))
    return another_release


@contextlib.contextmanager
def long_look(site: Site) -> Iterator[None]:
    """Somebody reads messages for a long time, a report or a backup, in one transaction."""
    with contextlib.closing(psycopg2.connect(site.primary.url())) as there:
        there.cursor().execute("SELECT count(*) FROM messaging_message")
        yield


def test_migrations_go_forward_and_back_and_nobody_notices(
    site: Site, release: Path, newest: str, writing: People, rounds: int
):
    with Writers(site, people=writing) as writers, LockWatch(site.primary) as watch:
        for _ in range(rounds):
            writers.wait_for(5)
            migrate(site, release)
            assert site.primary.ask(COLUMNS) == [(2,)]
            writers.wait_for(5)
            migrate(site, release, "messaging", newest)
            assert site.primary.ask(COLUMNS) == [(0,)]
        writers.wait_for(5)
    assert writers.errors() == [], writers.summary()
    assert not any(writers.amiss().values())
    assert "AccessExclusiveLock on messaging_message" in watch.seen, "the premise"
    assert watch.longest < MOST, watch.seen


def test_a_migration_that_would_have_to_wait_gives_up(site: Site, release: Path, writing: People):
    """Whoever comes after it would wait behind it: so it waits two seconds and changes nothing."""
    with Writers(site, people=writing) as writers:
        writers.wait_for(5)
        with long_look(site), pytest.raises(AssertionError, match="lock timeout"):
            migrate(site, release)
        assert site.primary.ask(COLUMNS) == [(0,)]
        writers.wait_for(5)
    assert writers.errors() == [], writers.summary()


def migrate(site: Site, release: Path, *to: str) -> None:
    site.script("manage", "migrate", "--verbosity=0", *to, root=release)

"""A migration runs while people write, so what would stop them, or the code that still runs beside
it, is refused: an index built under a lock, a column that old code cannot fill, does not find or
does not understand, a constraint that reads the whole table under a lock."""

import re

import pytest
from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django_migration_linter.sql_analyser.analyser import analyse_sql_statements
from django_migration_linter.sql_analyser.postgresql import PostgresqlAnalyser

from accounts.indexes import AddIndexBeside

# Some SQL is only made outside a transaction.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
#: Until the first release migrations only run before anybody writes: each app's last one of those.
BEFORE_THE_FIRST_RELEASE = {"accounts": 4, "eligibility": 3, "messaging": 9}
UNCHECKED = re.compile(r"ADD CONSTRAINT \S+ CHECK (?!.*NOT VALID)")


def loader() -> MigrationLoader:
    return MigrationLoader(None, replace_migrations=False)


def released() -> list[tuple[str, str]]:
    return [
        (app, name)
        for app, name in sorted(loader().disk_migrations)
        if app in BEFORE_THE_FIRST_RELEASE and int(name[:4]) > BEFORE_THE_FIRST_RELEASE[app]
    ]


def troubles(migration: migrations.Migration, state) -> list[str]:
    """What the linter, and the one rule it lacks, have against the migration's SQL."""
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(state, editor, collect_sql=True)
    statements = ["BEGIN;"] * migration.atomic + editor.collected_sql
    errors, _ignored, warnings = analyse_sql_statements(PostgresqlAnalyser, statements, [])
    found = [issue.code for issue in (*errors, *warnings)]
    made = {part.split()[2] for part in statements if part.startswith("CREATE TABLE")}
    checks = [part for part in statements if UNCHECKED.search(part)]
    return found + ["CHECK" for part in checks if part.split()[2] not in made]


def test_every_migration_since_the_first_release_lets_people_write():
    loaded = loader()
    for key in released():
        state = loaded.project_state(key, at_end=False)
        assert troubles(loaded.disk_migrations[key], state) == [], key


INDEX = models.Index(fields=["expires_at"], name="a_new_index")
CHECK = models.CheckConstraint(condition=models.Q(body__gt=""), name="a_new_check")
UNIQUE = models.UniqueConstraint(fields=["body"], name="a_new_rule")
NEW_TABLE = migrations.CreateModel(
    "Fresh",
    [("id", models.BigAutoField(primary_key=True)), ("word", models.CharField(db_index=True))],
)


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        (migrations.AddIndex("contactrequest", INDEX), {"CREATE_INDEX"}),
        (AddIndexConcurrently("contactrequest", INDEX), set()),
        (AddIndexBeside("contactrequest", INDEX), set()),
        (migrations.AddField("message", "tone", models.CharField(default="")), {"NOT_NULL"}),
        (migrations.AddField("message", "tone", models.CharField(db_default="")), set()),
        (migrations.AddField("message", "tone", models.CharField(null=True)), set()),
        (migrations.RemoveField("message", "body"), {"DROP_COLUMN"}),
        (migrations.RenameField("message", "body", "text"), {"RENAME_COLUMN"}),
        (migrations.AlterField("message", "body", models.IntegerField()), {"ALTER_COLUMN"}),
        (migrations.DeleteModel("DoorTrial"), {"DROP_TABLE"}),
        (migrations.AlterModelTable("message", "letters"), {"RENAME_TABLE"}),
        (migrations.AddConstraint("message", UNIQUE), {"ADD_UNIQUE"}),
        (migrations.AddConstraint("message", CHECK), {"CHECK"}),
        (AddConstraintNotValid("message", CHECK), set()),
        (NEW_TABLE, set()),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Operation) else None,
)
def test_what_would_stop_people_is_found(operation: Operation, expected: set[str]):
    alone = {"operations": [operation], "atomic": False}
    migration = type("Migration", (migrations.Migration,), alone)("a_new_one", "messaging")
    assert set(troubles(migration, loader().project_state())) == expected


def test_an_index_that_broke_off_is_made_again():
    """PostgreSQL leaves one that counts for nothing, under the name."""
    alone = {"operations": [AddIndexBeside("contactrequest", INDEX)], "atomic": False}
    migration = type("Migration", (migrations.Migration,), alone)("a_new_one", "messaging")
    made = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_new_index'::regclass"
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX a_new_index ON messaging_contactrequest (expires_at)")
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'a_new_index'::regclass"
        )
        with connection.schema_editor(atomic=False) as editor:
            migration.apply(loader().project_state(), editor)
        cursor.execute(made)
        assert cursor.fetchall() == [(True,)]
        cursor.execute("DROP INDEX a_new_index")

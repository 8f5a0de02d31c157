"""Final rows: the database refuses every way to change or delete them, also past the models."""

import pytest
from django.apps import apps
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction

from accounts.append_only import AppendOnly, protect, release
from eligibility.models import Policy
from messaging.models import Act
from tests.rows import there

FINAL = sorted(
    (model for model in apps.get_models() if issubclass(model, AppendOnly)),
    key=lambda model: model._meta.label,
)
pytestmark = pytest.mark.django_db


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def table(row: AppendOnly) -> str:
    return connection.ops.quote_name(row._meta.db_table)


def date_column(row: AppendOnly) -> str:
    names = {field.name for field in row._meta.fields}
    return next(name for name in ("at", "evaluated_at", "recorded_at") if name in names)


def replace(row: AppendOnly) -> None:
    """What SQLite's REPLACE does to a row: delete it without a word, insert another."""
    names = ", ".join(connection.ops.quote_name(field.attname) for field in row._meta.fields)
    sql(f"REPLACE INTO {table(row)} ({names}) SELECT {names} FROM {table(row)}")  # noqa: S608


def truncate(row: AppendOnly) -> None:
    # Checks still to come at the commit would refuse it before any trigger does.
    sql("SET CONSTRAINTS ALL IMMEDIATE")
    sql(f"TRUNCATE {table(row)} CASCADE")


WAYS = {
    "save": lambda row: row.save(),
    "update": lambda row: type(row).objects.filter(pk=row.pk).update(id=row.pk),
    "bulk_update": lambda row: type(row).objects.bulk_update([row], [date_column(row)]),
    "delete": lambda row: row.delete(),
    "delete of a queryset": lambda row: type(row).objects.filter(pk=row.pk).delete(),
    "raw delete": lambda row: type(row).objects.filter(pk=row.pk)._raw_delete("default"),
    "SQL update": lambda row: sql(f"UPDATE {table(row)} SET id = id + 1000"),  # noqa: S608
    "SQL delete": lambda row: sql(f"DELETE FROM {table(row)}"),  # noqa: S608
}
if connection.vendor == "postgresql":
    WAYS["truncate"] = truncate
else:
    WAYS["replace"] = replace


def test_there_are_final_tables():
    assert {model.__name__ for model in FINAL} >= {
        "Act",
        "ModerationAction",
        "Policy",
        "QuotaEntry",
        "Receipt",
    }


@pytest.mark.parametrize("model", FINAL, ids=lambda model: model.__name__)
@pytest.mark.parametrize("way", WAYS)
def test_a_final_row_is_never_changed(model: type[AppendOnly], way: str):
    row = there(model)
    before = model.objects.filter(pk=row.pk).values().get()  # type: ignore[attr-defined]
    with pytest.raises(IntegrityError, match="are never changed"), transaction.atomic():
        WAYS[way](row)
    assert model.objects.filter(pk=row.pk).values().get() == before  # type: ignore[attr-defined]


@pytest.mark.parametrize("way", WAYS)
def test_it_is_the_protection_that_refuses(way: str):
    row = there(Act)
    # PostgreSQL drops no trigger of a table while a check of it is still to come.
    if connection.vendor == "postgresql":
        sql("SET CONSTRAINTS ALL IMMEDIATE")
    release(connection, Act._meta.db_table)
    WAYS[way](row)
    protect(connection, Act._meta.db_table)


@pytest.mark.parametrize("turn", ["first", "second"])
@pytest.mark.django_db(transaction=True)
def test_a_flush_takes_final_rows_and_leaves_what_migrations_made(turn: str):
    assert Act.objects.count() == 0
    assert Policy.objects.get().version == 1
    assert Group.objects.get(name="Moderators").permissions.exists()
    act = there(Act)
    with pytest.raises(IntegrityError, match="are never changed"):
        act.delete()

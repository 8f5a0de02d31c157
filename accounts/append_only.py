"""Tables that only grow: the database itself refuses to change or delete a row of theirs."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

_REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


class AppendOnly(models.Model):
    """A model whose rows are never changed. Its first migration ends in `ProtectRows`."""

    class Meta:
        abstract = True


def protect(connection: BaseDatabaseWrapper, table: str) -> None:
    """Make the database refuse UPDATE, DELETE and TRUNCATE on `table`, with an IntegrityError."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_REFUSE)
            cursor.execute(
                f'CREATE TRIGGER rows_are_final BEFORE UPDATE OR DELETE ON "{table}" '
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            cursor.execute(
                f'CREATE TRIGGER table_is_final BEFORE TRUNCATE ON "{table}" '
                "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
            )
            return
        for verb in ("UPDATE", "DELETE"):
            cursor.execute(
                f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
            )


def release(connection: BaseDatabaseWrapper, table: str) -> None:
    """Undo `protect`."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f'DROP TRIGGER rows_are_final ON "{table}"')
            cursor.execute(f'DROP TRIGGER table_is_final ON "{table}"')
            return
        for verb in ("update", "delete"):
            cursor.execute(f'DROP TRIGGER "{table}_no_{verb}"')


class ProtectRows(Operation):
    """Migration operation: the model's rows are final from here on."""

    reversible = True
    reduces_to_sql = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        protect(schema_editor.connection, self._table(app_label, to_state))

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        release(schema_editor.connection, self._table(app_label, from_state))

    def describe(self) -> str:
        return f"Rows of {self.model_name} are final"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (self.__class__.__qualname__, [self.model_name], {})

    def _table(self, app_label: str, state: ProjectState) -> str:
        return str(state.apps.get_model(app_label, self.model_name)._meta.db_table)


class ReleaseRows(ProtectRows):
    """Migration operation: the opposite. Stands before a change of the table itself, which SQLite
    makes by a new table, losing the triggers without a word; `ProtectRows` follows the change."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Rows of {self.model_name} can be changed by the steps that follow"

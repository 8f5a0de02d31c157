"""Words of messages, where the database has an index for them.

The column is not in the model: SQLite has no such type. Adding it rewrites the table under a lock,
which is free here because this is older than the first release: the table is empty. The index is
built beside those who write.
"""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

COLUMN = (
    "ALTER TABLE messaging_message ADD COLUMN words tsvector"
    " GENERATED ALWAYS AS (to_tsvector('simple', body)) STORED"
)
INDEX = "CREATE INDEX CONCURRENTLY message_words ON messaging_message USING gin (words)"


def add_words(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(COLUMN)
        schema_editor.execute(INDEX)


def remove_words(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE messaging_message DROP COLUMN words")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("messaging", "0007_drafts")]
    operations = [migrations.RunPython(add_words, remove_words)]

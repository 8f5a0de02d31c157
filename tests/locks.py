"""Reads from captured queries whether rows were locked before facts about them were written."""

import re
from collections.abc import Iterable

_WRITES = re.compile(r'(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')


def locks_before_writes(
    queries: Iterable[dict[str, str]], *tables: str, to: str | tuple[str, ...]
) -> bool:
    """Whether a row of each of `tables` was locked, as PostgreSQL locks it, before the first
    write to a table whose name begins with `to`. Fails when there was no such write."""
    statements = [query["sql"] for query in queries]
    written = [number for number, sql in enumerate(statements) if _writes(sql, to)]
    assert written, f"nothing was written to {to}"
    earlier = statements[: written[0]]
    return all(
        any(f'FROM "{table}"' in sql and "FOR NO KEY UPDATE" in sql for sql in earlier)
        for table in tables
    )


def _writes(sql: str, to: str | tuple[str, ...]) -> bool:
    found = _WRITES.match(sql)
    return bool(found and found[1].startswith(to))

"""Queries whose SQL is made once: for a few that a send asks, making it took longer than asking.

    @Prepared
    def _holds() -> QuerySet[Hold, Any]:
        return Hold.objects.filter(client=CLIENT, at__lte=AT).values_list("reason")

    for (reason,) in _holds(client=7, at=now): ...

The statement is the query set's own, with blanks for what changes from call to call.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import DateTimeField, Expression, Field, IntegerField, QuerySet

Row = tuple[Any, ...]


class Blank(Expression):
    """Stands in a query set for the value that a call gives under this name."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)

    def filled(self, values: dict[str, Any]) -> Any:
        """The value as the database wants it. NULL equals nothing, so nobody may give None."""
        value = values[self.name]
        if value is None:
            raise ValueError(f"{self.name} is None")
        return self.output_field.get_db_prep_value(value, connection)


CLIENT = Blank("client", IntegerField())
FREELANCER = Blank("freelancer", IntegerField())
AT = Blank("at", DateTimeField())


class Prepared:
    """Decorates `build`, which gives a `values_list` and runs once in a process. A call gives the
    rows for its values."""

    def __init__(self, build: Callable[[], "QuerySet[Any, Any]"]) -> None:
        self.build = build

    def __call__(self, **values: Any) -> list[Row]:
        statement, parameters, columns = self.made
        filled = [one.filled(values) if isinstance(one, Blank) else one for one in parameters]
        with connection.cursor() as cursor:
            cursor.execute(statement, filled)
            return _converted(columns, cursor.fetchall())

    @cached_property
    def made(self) -> tuple[str, list[Any], list[Any]]:
        """The statement, its parameters and its columns."""
        compiler = self.build().query.get_compiler(connection=connection)
        statement, parameters = compiler.as_sql()
        return statement, list(parameters), [column for column, *_ in compiler.select]


def _converted(columns: list[Any], rows: list[Row]) -> list[Row]:
    """As the query set gives them: SQLite knows no instants and no booleans."""
    steps = [
        (column, connection.ops.get_db_converters(column) + column.get_db_converters(connection))
        for column in columns
    ]
    if not any(converters for _, converters in steps):
        return rows
    return [tuple(map(_value, row, steps)) for row in rows]


def _value(value: Any, step: tuple[Any, list[Any]]) -> Any:
    column, converters = step
    for convert in converters:
        value = convert(value, column, connection)
    return value

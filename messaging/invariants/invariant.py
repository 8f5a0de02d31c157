"""A sentence that must hold, and the ways to name the rows that break it."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from django.db.models import Count, IntegerField, Model, QuerySet, Subquery
from django.db.models.functions import Coalesce

SHOWN = 20  # ids that one broken invariant names at most


@dataclass(frozen=True, slots=True)
class Invariant:
    """`broken` gives ids of the rows that break `sentence`; nothing when it holds."""

    sentence: str
    broken: Callable[[], Iterable[object]]


def ids(rows: QuerySet[Model]) -> Iterator[object]:
    return rows.order_by().values_list("pk", flat=True)[:SHOWN].iterator()


def twice(rows: QuerySet[Model], *columns: str) -> Iterator[object]:
    """The values of `columns` that more than one of `rows` has."""
    groups = rows.order_by().values(*columns).annotate(rows=Count("pk")).filter(rows__gt=1)
    yield from groups.values_list(*columns)[:SHOWN].iterator()


def number_of(rows: QuerySet[Model], of: str) -> Coalesce:
    """How many `rows` there are, which all have the same `of` (they look outside by OuterRef)."""
    counted = rows.order_by().values(of).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())

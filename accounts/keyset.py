"""Pages by key, not by number: page 1,000 costs what page 1 costs."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode

M = TypeVar("M", bound=Model)
PAGE = 25


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Rows newest first, and the addresses of the pages beside this one ("" at the end)."""

    rows: list[M]
    newer_url: str
    older_url: str


def page(request: HttpRequest, rows: QuerySet[M], instant: str, size: int = PAGE) -> Page[M]:
    """The page of `rows` that the address asks for, ordered by (`instant`, id), newest first.

    `instant` names the field that orders the rows: a time, or a number that only grows.

    The key in the address is `before` or `after`; one that makes no sense shows the first page.
    """
    before, after = (_key(rows, instant, request.GET.get(name)) for name in ("before", "after"))
    if after is not None and before is None:
        found = list(_beyond(rows, instant, after, "gt").order_by(instant, "id")[: size + 1])
        more_newer, found = len(found) > size, found[:size][::-1]
        more_older = bool(found)
    else:
        limited = rows if before is None else _beyond(rows, instant, before, "lt")
        found = list(limited.order_by(f"-{instant}", "-id")[: size + 1])
        more_older, found = len(found) > size, found[:size]
        more_newer = before is not None and bool(found)
    return Page(
        rows=found,
        newer_url=_url(request, "after", found[0], instant) if more_newer else "",
        older_url=_url(request, "before", found[-1], instant) if more_older else "",
    )


def ending_with(row: Model, instant: str) -> str:
    """The query of the page whose newest row this is."""
    at = _field(type(row), instant).value_to_string(row)
    return f"?{urlencode({'before': signing.dumps((at, row.pk + 1), salt='keyset')})}"


def _beyond(rows: QuerySet[M], instant: str, key: tuple[Any, int], side: str) -> QuerySet[M]:
    at, pk = key
    # Written so that an index on (instant, id) is walked from the key on.
    return rows.filter(
        Q(**{f"{instant}__{side}e": at}),
        Q(**{f"{instant}__{side}": at}) | Q(**{f"pk__{side}": pk}),
    )


def _key(rows: QuerySet[M], instant: str, text: str | None) -> tuple[Any, int] | None:
    if not text:
        return None
    try:
        at, pk = signing.loads(text, salt="keyset")
        return _field(rows.model, instant).to_python(at), int(pk)
    except (signing.BadSignature, ValidationError, ValueError, TypeError):
        return None


def _url(request: HttpRequest, name: str, row: Model, instant: str) -> str:
    query = request.GET.copy()
    query.pop("before", None)
    query.pop("after", None)
    at = _field(type(row), instant).value_to_string(row)
    query[name] = signing.dumps((at, row.pk), salt="keyset")
    return f"?{query.urlencode()}"


def _field(model: type[Model], name: str) -> Field[Any, Any]:
    return cast("Field[Any, Any]", model._meta.get_field(name))

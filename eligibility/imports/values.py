"""Reads the cells of a row. Every reader raises BadRow with a reason that names the column."""

import re
from datetime import UTC, datetime

from django.core.exceptions import ValidationError

from accounts.text import check_name, check_text, is_blank, normalise, normalise_name
from eligibility.imports.refusals import BadRow
from eligibility.imports.source import Row

_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII
)
_MOST_DIGITS = 15  # ten trillion US dollars in cents; sums of them stay far inside 64 bits
_ID_LENGTH = 64


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant with its zone, as UTC. Raises ValueError with a reason."""
    if not _INSTANT.fullmatch(text):
        raise ValueError(f"{text!r} is no instant with a time zone (like 2026-11-20T09:30:00Z)")
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{text!r} is no instant of the calendar") from error


def instant(row: Row, column: str) -> datetime:
    """A UTC instant."""
    try:
        return parse_instant(row[column])
    except ValueError as error:
        raise BadRow(f"{column} {error}") from error


def optional_instant(row: Row, column: str) -> datetime | None:
    """A UTC instant, or None where the cell is empty."""
    return instant(row, column) if row.get(column) else None


def identifier(row: Row, column: str) -> str:
    """1 to 64 visible characters."""
    value = row[column]
    if not value:
        raise BadRow(f"{column} is empty")
    return optional_identifier(row, column)


def optional_identifier(row: Row, column: str) -> str:
    """At most 64 visible characters, or an empty cell."""
    value = row[column]
    if len(value) > _ID_LENGTH:
        raise BadRow(f"{column} is longer than {_ID_LENGTH} characters")
    if not value.isprintable() or " " in value:
        raise BadRow(f"{column} has a character that can't be seen")
    return value


def positive(row: Row, column: str) -> int:
    """A whole number above 0 in the digits 0 to 9, without sign, point or blank."""
    value = row.get(column, "")
    if not (value.isascii() and value.isdigit()):
        raise BadRow(f"{column} {value!r} is no whole number of minor units (like 12050)")
    if len(value) > _MOST_DIGITS:
        raise BadRow(f"{column} {value} has more than {_MOST_DIGITS} digits")
    if not int(value):
        raise BadRow(f"{column} is 0, and must be more")
    return int(value)


def one_of(row: Row, column: str, allowed: tuple[str, ...], default: str = "") -> str:
    """One of the allowed words; `default` where the cell is empty or the column is not there."""
    value = row.get(column) or default
    if value not in allowed:
        raise BadRow(f"{column} {value!r} is none of {', '.join(allowed)}")
    return value


def name(row: Row, column: str, longest: int) -> str:
    """A visible name on one line, as the site would take it from a person."""
    value = normalise_name(row[column])
    try:
        check_name(value)
    except ValidationError as error:
        raise BadRow(f"{column}: {' '.join(error.messages)}") from error
    if len(value) > longest:
        raise BadRow(f"{column} is longer than {longest} characters")
    return value


def sentence(row: Row, column: str, longest: int) -> str:
    """Something visible on one line, in the words that came."""
    value = " ".join(normalise(row[column]).split())
    if is_blank(value):
        raise BadRow(f"{column} is empty")
    try:
        check_text(value)
    except ValidationError as error:
        raise BadRow(f"{column}: {' '.join(error.messages)}") from error
    if len(value) > longest:
        raise BadRow(f"{column} is longer than {longest} characters")
    return value

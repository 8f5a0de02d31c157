"""Logs hold what happened, never what somebody wrote.

Not the text of a message, a query, a session, a token or an address: a view's name stands for the
path, a class for an exception's own words.
"""

import json
import logging
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from django.db import Error
from django.http import HttpRequest

#: What celery knows of a task that went wrong, or well, in its own words.
CELERYS_WORDS = ("args", "exc", "kwargs", "return_value", "traceback")
#: What a line may hold beside what happened; nothing else that a record carries gets into it.
FIELDS = ("request_id", "user_id", "view", "status", "milliseconds", "trace")


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that this thread is about to answer, and the name it has in the log."""

    request_id: str
    request: HttpRequest


asked: ContextVar[Asked | None] = ContextVar("asked", default=None)


class NoTexts(logging.Filter):
    """Takes out of a record whatever may quote a person, and says which request it belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if isinstance(request, HttpRequest):
            status = HTTPStatus(getattr(record, "status_code", 500))
            record.msg, record.args = f"{status.phrase} at {view_of(request) or 'no view'}", ()
        record.args = _without_texts(record.args)
        if record.exc_info and record.exc_info[1]:
            record.trace = "\n".join(_told(record.exc_info[1]))
        # Not even a handler that knows nothing of this may print the exception's own words.
        record.exc_info, record.exc_text = None, None
        if now := asked.get():
            record.request_id, record.user_id = now.request_id, user_of(now.request)
        return True


class OneObject(logging.Formatter):
    """A line is one JSON object in ASCII, so no text can end it early or steer a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        told = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        return json.dumps(told | _fields(record), default=str)


class Readable(logging.Formatter):
    """The same for eyes: a line, and below it where an error came from."""

    def format(self, record: logging.LogRecord) -> str:
        fields = _fields(record)
        trace = fields.pop("trace", "")
        more = " ".join(f"{name}={value}" for name, value in fields.items())
        at = self.formatTime(record, "%H:%M:%S")
        line = f"{at} {record.levelname} {record.name} {record.getMessage()} {more}".rstrip()
        return _escaped(line) + (f"\n{trace}" if trace else "")


def view_of(request: HttpRequest) -> str:
    """The name of the view that answers; empty before it is found, or where there is none."""
    return request.resolver_match.view_name if request.resolver_match else ""


def user_of(request: HttpRequest) -> int | None:
    """The signed-in user's id, as far as it was asked for: this asks no database."""
    return getattr(getattr(request, "_cached_user", None), "pk", None)


def config(*, level: str, readable: bool) -> dict[str, Any]:
    """Logging's own settings, for Django as well as for a server that starts before it.

    Answers are told by `marketplace.observed`, so the servers' own lists of them, which hold whole
    addresses, are left out.
    """
    told = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"no_texts": {"()": "marketplace.logs.NoTexts"}},
        "formatters": {
            "line": {"()": f"marketplace.logs.{'Readable' if readable else 'OneObject'}"}
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "line",
                "filters": ["no_texts"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "django": told | {"level": "INFO"},
            "django.request": told | {"level": "ERROR"},
            "django.server": told | {"level": "ERROR"},
            "marketplace.observed": told | {"level": level if readable else "INFO"},
            "gunicorn.error": told | {"level": "INFO"},
            "gunicorn.access": told | {"level": "WARNING"},
            "uvicorn": told | {"level": "WARNING"},
            "uvicorn.error": told | {"level": "WARNING"},
            "uvicorn.access": told | {"level": "WARNING"},
        },
    }


def _without_texts(args: Any) -> Any:
    if isinstance(args, dict):
        return {name: "…" if name in CELERYS_WORDS else _plain(args[name]) for name in args}
    return tuple(map(_plain, args)) if isinstance(args, tuple) else args


def _plain(value: object) -> object:
    return type(value).__name__ if isinstance(value, BaseException) else value


def _told(raised: BaseException) -> Iterator[str]:
    """Each exception of the chain: its class, a database's constraint, and the lines of code."""
    for error in _chain(raised):
        yield f"{type(error).__module__}.{type(error).__qualname__}{_constraint(error)}"
        for frame in traceback.extract_tb(error.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"


def _constraint(error: BaseException) -> str:
    if not isinstance(error, Error):
        return ""
    diagnosis = getattr(error.__cause__, "diag", None)
    return f" ({getattr(diagnosis, 'constraint_name', None) or 'no constraint'})"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    found = {name: getattr(record, name, None) for name in FIELDS}
    return {name: value for name, value in found.items() if value is not None}


def _escaped(text: str) -> str:
    shown = (c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    return "".join(shown)

"""Points at which a process of the site ends at once, as if killed, when a test has armed them.

They are put around the site's functions from here: the site itself has no such points. A point is
armed by a file of its name in the folder CRASHES; the process that comes by takes it away and ends.
"""

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from typing import Any

from django.apps import AppConfig

IN_A_SENDING = ("before the commit", "after the commit", "before the answer")
IN_THE_POST = ("before the mail", "after the mail")
ENDED = 137
_sending = threading.local()


def come_by(point: str) -> None:
    try:
        (Path(os.environ["CRASHES"]) / point).unlink()
    except FileNotFoundError:
        return
    os._exit(ENDED)


class Crashes(AppConfig):
    name = "tests.faults"

    def ready(self) -> None:
        from django.core.mail.backends.smtp import EmailBackend
        from django.db.backends.base.base import BaseDatabaseWrapper

        from messaging.views import compose

        _put_around(compose, "send_request", _sending_goes_on)
        _put_around(BaseDatabaseWrapper, "commit", _committing)
        _put_around(EmailBackend, "send_messages", _mailing)
        _raise_limits()


def _put_around(owner: Any, name: str, around: Callable[..., Any]) -> None:
    """`around` takes the function's place, and has the function as its first value."""
    function = getattr(owner, name)

    @wraps(function)
    def instead(*values: Any, **named: Any) -> Any:
        return around(function, *values, **named)

    setattr(owner, name, instead)


def _sending_goes_on(send_request: Callable[..., Any], **values: Any) -> Any:
    _sending.goes_on = True
    try:
        sent = send_request(**values)
    finally:
        _sending.goes_on = False
    come_by("before the answer")
    return sent


def _committing(commit: Callable[..., Any], connection: Any) -> None:
    goes_on = getattr(_sending, "goes_on", False)
    if goes_on:
        come_by("before the commit")
    commit(connection)
    if goes_on:
        come_by("after the commit")


def _mailing(send_messages: Callable[..., Any], *values: Any) -> Any:
    come_by("before the mail")
    sent = send_messages(*values)
    come_by("after the mail")
    return sent


def _raise_limits() -> None:
    """The counters are asked as ever, but the few visitors here come from one network."""
    from accounts.limits import LIMITS

    often = "1000000/h"
    LIMITS["sending"] = replace(LIMITS["sending"], person=often, network=often)

"""Errors reported to a Sentry server, where SENTRY_DSN names one: classes and places, no texts."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

#: What leaves the house; of an event everything else is dropped.
KEPT = ("event_id", "timestamp", "level", "platform", "logger", "server_name", "release", "sdk")
#: Of each line that an error came through.
PLACE = ("filename", "abs_path", "function", "module", "lineno", "in_app")


def start(dsn: str) -> None:
    """Report from now on. Raises ImproperlyConfigured without the package."""
    try:
        import sentry_sdk
    except ImportError as missing:
        raise ImproperlyConfigured(
            "SENTRY_DSN is set, but the package sentry-sdk is not installed. "
            "Install it beside the site (pip install sentry-sdk), or leave SENTRY_DSN out."
        ) from missing
    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        traces_sample_rate=0,
        before_send=without_texts,
    )


def without_texts(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """What may be told of an error: its class and the lines of code it came through. Not its own
    words, which may quote a person, nor the request, the variables and the log line beside it."""
    told = {name: event[name] for name in KEPT if name in event}
    raised = event.get("exception", {}).get("values", [])
    told["exception"] = {"values": [_without_words(each) for each in raised]}
    return told


def _without_words(raised: dict[str, Any]) -> dict[str, Any]:
    frames = (raised.get("stacktrace") or {}).get("frames", [])
    places = [{name: frame[name] for name in PLACE if name in frame} for frame in frames]
    kind = {name: raised[name] for name in ("type", "module") if name in raised}
    return kind | {"value": "", "stacktrace": {"frames": places}}

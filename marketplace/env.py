"""Typed reading of environment variables: nonsense is refused with a sentence, at start-up."""

import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The variable without surrounding white space; `default` when unset or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    """A yes or no. Raises ImproperlyConfigured for anything else."""
    value = text(name).lower()
    if not value:
        return default
    if value in _TRUE:
        return True
    if value in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} is {value!r}. Set it to true or false, or leave it out.")


def integer(name: str, default: int, *, least: int = 0) -> int:
    """A whole number in ASCII digits, at least `least`. Raises ImproperlyConfigured."""
    value = text(name)
    if not value:
        return default
    if not (value.isascii() and value.isdigit()) or int(value) < least:
        raise ImproperlyConfigured(
            f"{name} is {value!r}. Set it to a whole number of {least} or more, or leave it out."
        )
    return int(value)


def names(name: str, default: list[str]) -> list[str]:
    """A list separated by commas."""
    parts = [part.strip() for part in text(name).split(",")]
    return [part for part in parts if part] or default


def required(name: str, why: str) -> str:
    """The variable, or ImproperlyConfigured with the reason it is needed."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. {why}")
    return value


def kept_secret(path: Path) -> str:
    """A random secret made at the first start and kept in `path`, readable by its owner only."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    secret = secrets.token_urlsafe(64)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
    return secret

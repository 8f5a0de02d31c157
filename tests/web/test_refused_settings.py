"""Nonsense in the environment is refused at the start, with a sentence."""

import os
import subprocess
import sys

import pytest

from tests.services import production

pytestmark = pytest.mark.sqlite


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("DATABASE_URL", "sqlite:////tmp/site.sqlite3", "DATABASE_URL must name PostgreSQL"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL must name PostgreSQL"),
        ("DEBUG", "true", "DEBUG shows what people wrote"),
        ("DEBUG", "perhaps", "DEBUG is 'perhaps'. Set it to true or false"),
        ("SECRET_KEY", "", "SECRET_KEY is not set"),
        ("ALLOWED_HOSTS", "", "ALLOWED_HOSTS is not set"),
        ("REDIS_URL", "", "REDIS_URL is not set"),
        ("EMAIL_URL", "", "EMAIL_URL is not set"),
        ("DEFAULT_FROM_EMAIL", "", "DEFAULT_FROM_EMAIL is not set"),
        ("SENTRY_DSN", "https://key@errors.example/1", "the package sentry-sdk is not installed"),
        ("PROMETHEUS_MULTIPROC_DIR", "/nowhere", "PROMETHEUS_MULTIPROC_DIR is not a folder"),
        ("STATEMENT_TIMEOUT", "10s", "STATEMENT_TIMEOUT is '10s'. Set it to a whole number"),
        ("TRUSTED_PROXY_COUNT", "-1", "TRUSTED_PROXY_COUNT is '-1'. Set it to a whole number"),
        ("NOTICES_KEPT_DAYS", "29", "NOTICES_KEPT_DAYS is '29'. Set it to a whole number of 30"),
    ],
)
def test_a_site_does_not_start_on(name, value, sentence):
    surroundings = {**production(os.environ), name: value}
    command = [sys.executable, "-c", "import marketplace.settings"]
    ended = subprocess.run(command, env=surroundings, capture_output=True, text=True)
    assert ended.returncode != 0
    assert sentence in ended.stderr


def test_a_site_starts_on_the_real_thing():
    command = [sys.executable, "-c", "import marketplace.settings"]
    assert subprocess.run(command, env=production(os.environ)).returncode == 0

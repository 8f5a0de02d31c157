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
        ("TRUSTED_PROXY_COUNT", "-1", "TRUSTED_PROXY_COUNT is '-1'. Set it to a whole number"),
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

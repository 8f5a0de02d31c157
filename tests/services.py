"""What a test run can stand on here: PostgreSQL, Redis and a browser, and how each is asked for."""

import os
import secrets
import shutil
from collections.abc import Mapping

import environ
import psycopg2
import redis

DATABASE_URL = "postgres://postgres@127.0.0.1:5432/threshold_test"
REDIS_URL = "redis://127.0.0.1:6379/15"
PATIENCE = 2  # seconds that a service may take to answer

# What makes the one settings file a production site.
PRODUCTION = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
)


def embedded(surroundings: Mapping[str, str]) -> dict[str, str]:
    """The environment of an embedded site, whatever the person's own shell has set."""
    return {name: value for name, value in surroundings.items() if name not in PRODUCTION}


def production(surroundings: Mapping[str, str]) -> dict[str, str]:
    """The environment of a production site, with a secret key of its own."""
    return {
        **surroundings,
        "DATABASE_URL": surroundings.get("DATABASE_URL") or DATABASE_URL,
        "REDIS_URL": surroundings.get("REDIS_URL") or REDIS_URL,
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "threshold.example",
        "EMAIL_URL": "smtp://mail.threshold.example:587",
        "DEFAULT_FROM_EMAIL": "Threshold <door@threshold.example>",
    }


def is_strict(surroundings: Mapping[str, str]) -> bool:
    """Whether what is left out fails the run."""
    return surroundings.get("CI", "").lower() in {"1", "true"}


def postgres_trouble(url: str) -> str:
    """Why no test can run on this PostgreSQL; empty when it answers."""
    try:
        database = environ.Env.db_url_config(url)
    except ValueError:
        return "DATABASE_URL is not an address (postgres://user:password@host:port/name)"
    if "postgresql" not in database.get("ENGINE", ""):
        return "DATABASE_URL does not name a PostgreSQL database"
    host, port = database["HOST"] or "127.0.0.1", database["PORT"] or 5432
    try:
        psycopg2.connect(
            host=host,
            port=port,
            user=database["USER"] or None,
            password=database["PASSWORD"] or None,
            # The test database is not there yet: this one always is, and makes the other.
            dbname="postgres",
            connect_timeout=PATIENCE,
        ).close()
    except psycopg2.OperationalError as error:
        return f"PostgreSQL on {host}:{port}: {reason(error)} (set DATABASE_URL)"
    return ""


def redis_trouble(url: str) -> str:
    """Why no test can run on this Redis; empty when it answers."""
    try:
        client = redis.Redis.from_url(url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE)
    except ValueError:
        return "REDIS_URL is not an address (redis://host:port/number)"
    where = client.connection_pool.connection_kwargs
    try:
        with client:
            client.ping()
    except redis.RedisError as error:
        place = f"{where.get('host', 'localhost')}:{where.get('port', 6379)}"
        return f"Redis on {place}: {reason(error)} (set REDIS_URL)"
    return ""


def reason(error: Exception) -> str:
    """The first line of what a service's client said, or that nothing is there."""
    said = str(error).strip()
    if not said or "refused" in said:
        return "nothing answers"
    return said.splitlines()[0]


def chromium() -> str | None:
    """The path of the Chromium to drive: CHROMIUM (a path or a name), else the usual names."""
    if chosen := os.environ.get("CHROMIUM"):
        return shutil.which(chosen)
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)

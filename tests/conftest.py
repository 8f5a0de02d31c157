"""The ground every test stands on: quiet limits, a clean cache, the cast, a database put back."""

import importlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.apps import apps
from django.conf import settings as site
from django.core.cache import cache
from django.db import connection
from django.test import Client, TransactionTestCase, override_settings

from accounts import limits
from accounts.append_only import AppendOnly, protect, release
from accounts.clock import database_now
from accounts.models import FreelancerProfile, Membership, User
from accounts.models.client import Plan
from marketplace import settings as site_as_written
from tests import people

pytest_plugins = ["tests.browser", "tests.sink"]

FOLDER_OF_THIS_RUN = pytest.StashKey[str]()
AS_TESTS_WANT_IT: dict[str, Any] = {
    "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
    "RATELIMIT_ENABLE": False,
    "ACCOUNT_RATE_LIMITS": False,
    # The test client speaks plain HTTP.
    "SECURE_SSL_REDIRECT": False,
    # The real storage's manifest, and the folder that WhiteNoise reads at its start, are only
    # there after collectstatic.
    "WHITENOISE_AUTOREFRESH": True,
    "STORAGES": {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    },
}


# A shared machine pauses: slowness is measured elsewhere.
hypothesis.settings.register_profile(
    "threshold", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("threshold")


def pytest_configure(config: pytest.Config) -> None:
    """Keep out of the site's own `var/`.

    pytest-django has read the settings before any conftest, so the folder goes into them too; the
    environment is for parallel workers and for commands that a test starts.
    """
    if os.environ.get("VAR_DIR"):
        return
    folder = tempfile.mkdtemp(prefix="threshold-pytest-")
    config.stash[FOLDER_OF_THIS_RUN] = os.environ["VAR_DIR"] = folder
    site.VAR_DIR = Path(folder)
    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = Path(folder) / "test.sqlite3"


def pytest_unconfigure(config: pytest.Config) -> None:
    if folder := config.stash.get(FOLDER_OF_THIS_RUN, ""):
        del os.environ["VAR_DIR"]
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _settings_of_tests() -> Iterator[None]:
    with override_settings(**AS_TESTS_WANT_IT):
        yield


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    limits.store.close()
    cache.clear()


@pytest.fixture
def rate_limits(settings: Any) -> None:
    """Rate limits as the site has them; elsewhere a test may ask as often as it likes."""
    settings.RATELIMIT_ENABLE = True
    settings.ACCOUNT_RATE_LIMITS = site_as_written.ACCOUNT_RATE_LIMITS


# The database


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """No test cuts the power, so PostgreSQL need not wait for its disk at every commit; whoever
    connects to this database from now on finds it so."""
    if connection.vendor == "postgresql":
        with django_db_blocker.unblock(), connection.cursor() as cursor:
            name = connection.ops.quote_name(connection.settings_dict["NAME"])
            cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
            cursor.execute("SET synchronous_commit = off")


@pytest.fixture(scope="session", autouse=True)
def _flush_spares_what_migrations_made() -> Iterator[None]:
    """Tests with real transactions end in a flush, which final rows refuse, and which takes along
    what migrations wrote. This lets the flush through, and puts policy 1 and the group back."""
    flush = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def spared(case: TransactionTestCase) -> None:
        tables = final_tables()
        for table in tables:
            release(connection, table)
        try:
            flush(case)
            put_back_what_migrations_made()
        finally:
            for table in tables:
                protect(connection, table)

    TransactionTestCase._fixture_teardown = spared  # type: ignore[attr-defined]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[attr-defined]


def final_tables() -> list[str]:
    """The tables whose rows the database refuses to change."""
    return [model._meta.db_table for model in apps.get_models() if issubclass(model, AppendOnly)]


def put_back_what_migrations_made() -> None:
    importlib.import_module("eligibility.migrations.0002_policy_1").publish(apps)
    importlib.import_module("messaging.migrations.0003_moderators").make_group(apps)
    importlib.import_module("messaging.migrations.0005_door_constraints").show_door_trials(apps)


# The cast


@pytest.fixture
def now(db: None) -> datetime:
    """The present instant, by the same clock that the site reads."""
    return database_now()


@pytest.fixture
def at() -> Callable[..., Callable[[], datetime]]:
    """`at(instant)` is a clock that stands still, `at(instant, step)` one that steps."""
    return people.at


@pytest.fixture
def signed_in() -> Callable[[people.Person], Client]:
    """`signed_in(person)` is a browser in which the member, freelancer or user is signed in."""

    def browser(person: people.Person) -> Client:
        client = Client()
        client.force_login(people.login_of(person))
        return client

    return browser


@pytest.fixture
def cleo(now: datetime) -> Membership:
    """Owner of a client account that meets every criterion."""
    return people.member(people.eligible_client(now), "Cleo")


@pytest.fixture
def nils(now: datetime) -> Membership:
    """Owner of a client account that has spent nothing."""
    return people.member(people.client("Nils Imports", now), "Nils")


@pytest.fixture
def hana(now: datetime) -> Membership:
    """Owner of a client account that would pass, were it not on hold."""
    account = people.eligible_client(now, "Hana House")
    people.hold(account, now - timedelta(days=1))
    return people.member(account, "Hana")


@pytest.fixture
def petra(now: datetime) -> Membership:
    """Owner of a client account on the legacy plan "plus"; it has spent nothing."""
    return people.member(people.client("Petra Press", now, plan=Plan.PLUS), "Petra")


@pytest.fixture
def finn(db: None) -> FreelancerProfile:
    """A freelancer whose door is open, with two skills."""
    return people.freelancer("Finn")


@pytest.fixture
def olga(db: None) -> FreelancerProfile:
    """A freelancer whose door is closed."""
    return people.freelancer("Olga", door=FreelancerProfile.Door.CLOSED)


@pytest.fixture
def sela(db: None) -> FreelancerProfile:
    """A freelancer whose door is selective: it asks for $5,000, which nobody here has spent."""
    return people.freelancer("Sela", door=FreelancerProfile.Door.SELECTIVE, bar_spend_cents=500_000)


@pytest.fixture
def otto(now: datetime) -> Membership:
    """An outsider on both sides: owner of another eligible client account, and a freelancer."""
    membership = people.member(people.eligible_client(now, "Otto Outside"), "Otto")
    people.freelancer("Otto", person=membership.user)
    return membership


@pytest.fixture
def mona(db: None) -> User:
    """A moderator: staff, in the group that migrations make."""
    return people.moderator("Mona")

"""How long pages and sends take, in times of an empty page, in a small site and in a large one.

    python -m bench [--rows 1000000] [--small 10000] [--rounds 40]

PostgreSQL and Redis are those of DATABASE_URL and REDIS_URL, or the ones of the tests. Databases
are made beside the one named, filled and removed again. bench/README.md says how to read the table.
"""

import argparse
import logging
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import django

from tests import services

#: So often that nobody meets a limit, which still counts.
WITHOUT_END = "1000000000/h"


def main() -> int:
    """Print the table."""
    options = _options()
    if trouble := _become_a_site():
        sys.exit(f"This cannot be measured here. {trouble}")
    with tempfile.TemporaryDirectory(prefix="threshold-bench-") as folder:
        _prepare(Path(folder))
        from bench import measuring, table

        sizes = sorted({min(options.small, options.rows), options.rows})
        with measuring.sites(sizes, options.rounds, options.bursts) as sites:
            table.show_pages(sites, measuring.pages(sites, options.rounds), options.rounds)
            rates = measuring.sending(sites, options.rounds, options.bursts)
            table.show_senders(sites, rates)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000, help="messages of the large site")
    parser.add_argument("--small", type=int, default=10_000, help="messages of the small one")
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--bursts", type=int, default=4, help="of sixteen senders, each kind")
    return parser.parse_args()


def _become_a_site() -> str:
    """Set the environment of a production site; returns what is missing for it."""
    real = services.production(os.environ)
    os.environ.update(real, ALLOWED_HOSTS="testserver", SECURE_SSL_REDIRECT="false")
    os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.settings"
    troubles = (
        services.postgres_trouble(real["DATABASE_URL"]),
        services.redis_trouble(real["REDIS_URL"]),
    )
    return " ".join(filter(None, troubles))


def _prepare(folder: Path) -> None:
    """The site as it is deployed, with hashed static files in `folder`, and limits that count and
    stop nobody."""
    os.environ["STATIC_ROOT"] = str(folder)
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from accounts import limits
    from accounts.deadline import keep_deadlines

    keep_deadlines()
    logging.disable(logging.INFO)  # a line for each answer is not news here
    settings.ROOT_URLCONF = "bench.pages"
    call_command("collectstatic", interactive=False, verbosity=0)
    for name in ("sending", "message"):
        endless: dict[str, Any] = {"person": WITHOUT_END, "network": WITHOUT_END}
        limits.LIMITS[name] = limits.Limit(**endless, open_without_store=True)


if __name__ == "__main__":
    sys.exit(main())

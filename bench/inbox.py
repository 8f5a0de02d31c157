"""Times a freelancer's requests page with 100,000 requests against the same page with 50.

    python bench/inbox.py [--rounds 40] [--keep] [--explain]

Makes a database of its own beside that of the environment (see bench/README.md), fills it once, and
asks for both pages in turn, shelf by shelf, as a signed-in browser. Exits with 1 when a page of the
large inbox takes 1.3 times as long as that of the small one, or asks more queries.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent
LIMIT = 1.3
WARM = 5  # rounds before those that count
AS_MEASURED: dict[str, Any] = {
    # The test client speaks plain HTTP to a host of its own name, as often as it likes.
    "ALLOWED_HOSTS": ["testserver"],
    "SECURE_SSL_REDIRECT": False,
    "RATELIMIT_ENABLE": False,
    "STORAGES": {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    },
}


def main() -> int:
    """Print a line for each page."""
    options = _options()
    sys.path[:0] = [str(ROOT)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    django.setup()
    from django.test import override_settings

    with _own_database(keep=options.keep), override_settings(**AS_MEASURED):
        inboxes = _inboxes()
        print(f"{_size()}; {options.rounds} rounds, alternating; 50 requests, then 100,000")
        over = [_compare(page, inboxes, options) for page in _pages()]
    return int(any(over))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--keep", action="store_true", help="leave the database for the next run")
    parser.add_argument("--explain", action="store_true", help="print the slow statements' plans")
    return parser.parse_args()


@contextmanager
def _own_database(*, keep: bool) -> Iterator[None]:
    from django.db import connection

    name = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"{name}_inbox"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, keepdb=keep)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(name, verbosity=0, keepdb=keep)


def _inboxes() -> Any:
    import inbox_rows

    from accounts.clock import database_now

    return inbox_rows.stored() or inbox_rows.build(database_now())


def _pages() -> Iterator[tuple[str, str, str]]:
    """What each page is called, its shelf, and what is looked for on it."""
    import inbox_rows

    from messaging.selectors import Shelf

    for shelf in Shelf:
        yield shelf.value, shelf.value, ""
    yield "waiting, a word of many names", "waiting", inbox_rows.NAMES[1]
    yield "waiting, a word of one name", "waiting", inbox_rows.RARE
    yield "declined, a word of many letters", "declined", inbox_rows.WORD
    yield "declined, a word of nobody's", "declined", "Xylophone"


def _compare(page: tuple[str, str, str], inboxes: Any, options: argparse.Namespace) -> bool:
    """Whether the page of the large inbox took too long, or asked more queries."""
    name, shelf, words = page
    few = _visit(inboxes.few[shelf], shelf, words)
    many = _visit(inboxes.many, shelf, words)
    queries = [_queries(visit) for visit in (few, many)]
    for _ in range(WARM):
        few(), many()
    times = [(_seconds(few), _seconds(many)) for _ in range(options.rounds)]
    medians = [statistics.median(column) * 1000 for column in zip(*times, strict=True)]
    ratio = medians[1] / medians[0]
    over = ratio >= LIMIT or len(queries[1]) > len(queries[0])
    told = f"{medians[0]:6.1f} ms {medians[1]:6.1f} ms  ratio {ratio:.2f}"
    print(f"{name:<34}{told}  queries {len(queries[0])} and {len(queries[1])}{'  OVER' * over}")
    if options.explain:
        _explain(queries[1])
    return over


def _visit(freelancer: Any, shelf: str, words: str) -> Callable[[], Any]:
    from django.test import Client

    browser = Client()
    browser.force_login(freelancer.user)

    def visit() -> Any:
        response = browser.get("/requests/", {"show": shelf, "q": words})
        if response.status_code != 200:
            raise RuntimeError(f"{shelf}, {words!r}: {response.status_code}")
        return response

    return visit


def _queries(visit: Callable[[], Any]) -> list[dict[str, str]]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        visit()
    return list(asked)


def _explain(queries: list[dict[str, str]]) -> None:
    from django.db import connection

    for query in queries:
        if float(query["time"]) < 0.002 or not query["sql"].startswith("SELECT"):
            continue
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + query["sql"].replace("%", "%%"), [])
            print(query["sql"][-900:])
            print("\n".join(line for (line,) in cursor.fetchall()))


def _size() -> str:
    from django.db import connection

    from accounts.models import ClientAccount
    from messaging.models import ContactRequest

    return (
        f"{connection.vendor}: {ContactRequest.objects.count():,} requests of "
        f"{ClientAccount.objects.count():,} clients"
    )


def _seconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())

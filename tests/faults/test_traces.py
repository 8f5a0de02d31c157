"""After all of it no log holds a letter, a session, an address or a submission key."""

import re
from contextlib import suppress

import psycopg2
import pytest

from tests.faults.ground import FaultySite
from tests.rig.writers import BODY

pytestmark = pytest.mark.deployment
WORD = re.compile(r"[0-9a-z]{32}")
WRITTEN = "SELECT submission_key FROM messaging_message"
OPEN = re.compile(f"{BODY.partition('{')[0]}|@people.example")
BROKEN = "INSERT INTO messaging_message (body) VALUES ('a town of {marker}')"


def logs(site: FaultySite) -> dict[str, str]:
    found = {log.name: log.read_text(errors="replace") for log in site.folder.glob("logs/*")}
    return {name: text for name, text in found.items() if text}


def test_no_log_holds_what_is_private(site: FaultySite, figures):
    texts = logs(site)
    people = site.people.clients + site.people.freelancers
    secret = {each.session for each in people} | {key for (key,) in site.primary.ask(WRITTEN)}
    held = {
        name: found
        for name, text in texts.items()
        if (found := [*(secret & set(WORD.findall(text))), *OPEN.findall(text)])
    }
    figures(logs=len(texts), bytes=sum(map(len, texts.values())), secrets=len(secret), held=held)
    assert {"web.log", "primary.log", "nginx-threshold.log"} <= texts.keys()
    assert held == {}


def test_a_database_that_logs_statements_would(site: FaultySite):
    """The setting it hangs on: a failed statement, as deployed and without."""
    with suppress(psycopg2.Error):
        site.primary.ask(BROKEN.format(marker="as deployed"))
    with suppress(psycopg2.Error):
        loose = "SET log_min_error_statement = error; "
        site.primary.ask(loose + BROKEN.format(marker="without"))
    log = site.primary.log.read_text(errors="replace")
    assert "a town of without" in log
    assert "a town of as deployed" not in log

"""New code comes in under load, and nobody notices."""

import os
import signal
from pathlib import Path

import pytest

from tests.rig import Site
from tests.rig.files import ROOT
from tests.rig.people import People
from tests.rig.program import until
from tests.rig.writers import Writers

pytestmark = pytest.mark.deployment
RESTARTS = 3  # of each round


def restart(site: Site) -> None:
    site.web.stop()
    site.web.start()
    site.web.wait_ready()


def test_no_sending_fails_while_the_pages_restart(site: Site, writing: People, rounds: int):
    with Writers(site, people=writing) as writers:
        writers.wait_for(10)
        for _ in range(RESTARTS * rounds):
            restart(site)
            writers.wait_for(10)
    assert writers.errors() == [], writers.summary()
    assert not any(writers.amiss().values()), writers.amiss()


@pytest.fixture
def next_release(another_release: Path) -> Path:
    """One that shows itself at /healthz."""
    said = another_release / "marketplace" / "health.py"
    said.write_text(said.read_text().replace('"ok\\n"', '"next\\n"'))
    return another_release


def says(site: Site) -> str:
    """Which release answers: several times, as there are several processes."""
    return "".join(sorted({site.visitor().get("/healthz").text for _ in range(8)}))


def respawn(site: Site) -> None:
    """Other processes take the place of those there are, as after `max_requests`."""
    before = set(site.web.children())
    for pid in before:
        os.kill(pid, signal.SIGTERM)
    until(lambda: not before & set(site.web.children()), "new processes")


def test_a_release_comes_with_the_restart_and_not_before(
    site: Site, next_release: Path, writing: People
):
    """A link leads to the release. What runs stays what it was, whatever becomes of the link."""
    with Writers(site, people=writing) as writers:
        for release, before, after in [(next_release, "ok\n", "next\n"), (ROOT, "next\n", "ok\n")]:
            site.switch(release)
            respawn(site)
            assert says(site) == before
            restart(site)
            assert says(site) == after
            writers.wait_for(5)
    assert writers.errors() == [], writers.summary()

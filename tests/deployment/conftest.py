"""One deployed site for all tests of this folder: they run in their files' order, one by one."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import Site, missing, running
from tests.rig.files import ROOT
from tests.rig.people import People
from tests.rig.program import alive

#: How often what is tried under load is tried; 5 and more for a long run.
ROUNDS = int(os.environ.get("DEPLOYMENT_ROUNDS", "1"))


@pytest.fixture
def rounds() -> int:
    return ROUNDS


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Up, with people; at the end everything stops by itself and nothing is left."""
    if trouble := missing():
        pytest.skip(trouble)
    with running(clients=3, freelancers=4) as up:
        pids, folder = up.pids(), up.folder
        yield up
    assert not [pid for pid in pids if alive(pid)]
    assert not folder.exists()


@pytest.fixture
def writing(site: Site) -> People:
    """People for writers: enough for as many letters as they have time for."""
    return site.seed(clients=8 * ROUNDS, freelancers=36)


@pytest.fixture
def another_release(tmp_path: Path) -> Path:
    """A folder with another release beside the one that runs, the same so far."""
    folder = tmp_path / "next"
    folder.mkdir()
    code = ("accounts", "eligibility", "marketplace", "messaging", "deploy", "templates", "static")
    for name in code:
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "manage.py", folder)
    return folder

"""One site for all faults, which come in their files' order; figures in the last lines."""

from collections.abc import Callable, Iterator

import pytest

from tests.faults.ground import FaultySite, faulty
from tests.faults.sizes import CLIENTS
from tests.rig import missing
from tests.rig.program import alive

MEASURED: list[str] = []


@pytest.fixture(scope="session")
def site() -> Iterator[FaultySite]:
    if trouble := missing():
        pytest.skip(trouble)
    with faulty(clients=CLIENTS) as up:
        pids, folder = up.pids(), up.folder
        yield up
    assert not [pid for pid in pids if alive(pid)]
    assert not folder.exists()


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`figures(kills=12, lost=0)` is said at the end of the run, under the test's name."""

    def say(**measured: object) -> None:
        told = [
            f"{name.replace('_', ' ')} {f'{value:.2f}' if isinstance(value, float) else value}"
            for name, value in measured.items()
        ]
        MEASURED.append(f"{request.node.name}: {', '.join(told)}")
        print(MEASURED[-1], flush=True)

    return say


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MEASURED:
        terminalreporter.section("faults")
        for line in MEASURED:
            terminalreporter.write_line(line)

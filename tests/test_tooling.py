"""What a person types: the venv is made once and never half, and a test run tells the truth."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.__main__ import Outcome, outcome, report
from tests.own_redis import numbered
from tests.tally import Tally, read_tally

pytestmark = pytest.mark.sqlite
BOOTSTRAP = Path(__file__).resolve().parent.parent / "marketplace" / "bootstrap.py"


@pytest.fixture
def project(tmp_path):
    """A project of one line that needs no package, with the real bootstrap."""
    (tmp_path / "marketplace").mkdir()
    shutil.copy(BOOTSTRAP, tmp_path / "marketplace")
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    (tmp_path / "manage.py").write_text("import sys\nprint('up:', sys.prefix)\n")
    return tmp_path


def start(project: Path, *, succeeds: bool = True) -> str:
    command = [sys.executable, str(project / "marketplace" / "bootstrap.py"), "run"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode == 0) is succeeds, done.stdout + done.stderr
    return done.stdout


def test_the_venv_is_made_once_and_an_install_cut_short_is_begun_anew(project):
    assert "Installing requirements.txt" in start(project)
    assert start(project) == f"up: {project / '.venv'}\n"

    half_a_package = project / ".venv" / "half"
    half_a_package.touch()
    (project / "requirements.txt").write_text("this line is no requirement\n")
    assert "Installing" in start(project, succeeds=False)

    (project / "requirements.txt").write_text("# nothing\n")
    assert "Installing" in start(project)
    assert not half_a_package.exists()


def run_pytest(folder: Path, source: str) -> tuple[int, Tally]:
    (folder / "test_sample.py").write_text(source)
    written = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", f"--junitxml={written}"]
    ended = subprocess.run([*command, "test_sample.py"], cwd=folder, capture_output=True)
    return ended.returncode, read_tally(written)


def test_the_tally_counts_each_test_once(tmp_path):
    code, tally = run_pytest(
        tmp_path,
        "import pytest\n"
        "@pytest.fixture\n"
        "def leaky():\n    yield\n    raise ValueError\n"
        "def test_good(): pass\n"
        "def test_bad_twice(leaky): assert False\n"
        "def test_bad_afterwards(leaky): pass\n"
        "def test_skipped(): pytest.skip('no moon')\n",
    )
    assert code == 1
    assert tally == Tally(passed=1, failed=2, skipped=1, reasons=("no moon",))


def test_a_run_that_broke_off_before_its_report_has_failed(tmp_path):
    ended = outcome("SQLite", 4, read_tally(tmp_path / "none.xml"), 1.0, narrowed=False)
    assert ended.failed
    assert ended.tally == Tally(failed=1)


@pytest.mark.parametrize("narrowed", [True, False])
def test_finding_no_test_is_a_failure_unless_the_person_narrowed_the_run(narrowed):
    assert outcome("Browser", 5, Tally(), 1.0, narrowed=narrowed).failed is not narrowed


PASSED = Outcome("SQLite: 3 passed in 1 s", Tally(passed=3))
LEFT_OUT = Outcome("Browser: left out, no Chromium found")
SKIPPED = Outcome("SQLite: 3 passed, 1 skipped in 1 s", Tally(3, 0, 1, ("no moon",)))
FAILED = Outcome("SQLite: 3 passed, 1 failed in 1 s", Tally(3, 1), failed=True)


@pytest.mark.parametrize(
    ("outcomes", "code", "code_under_ci"),
    [
        ([PASSED], 0, 0),
        ([PASSED, LEFT_OUT], 0, 1),
        ([SKIPPED], 0, 1),
        ([PASSED, FAILED], 1, 1),
        ([LEFT_OUT], 1, 1),
    ],
)
def test_the_exit_code_is_honest_and_under_ci_what_is_missing_fails(outcomes, code, code_under_ci):
    assert report(outcomes, strict=False) == code
    assert report(outcomes, strict=True) == code_under_ci


def test_the_last_lines_say_what_ran_what_was_left_out_and_the_total(capsys):
    report([SKIPPED, LEFT_OUT], strict=False)
    assert capsys.readouterr().out.splitlines()[-4:] == [
        "SQLite: 3 passed, 1 skipped in 1 s",
        "Browser: left out, no Chromium found",
        "  skipped: no moon",
        "3 passed, 0 failed, 1 skipped",
    ]


def test_parallel_workers_get_a_redis_database_each():
    given = "redis://:secret@127.0.0.1:6379/15"
    assert numbered(given, 0) == given
    assert numbered(given, 1) == "redis://:secret@127.0.0.1:6379/14"
    assert numbered("redis://127.0.0.1:6379", 1) == "redis://127.0.0.1:6379/15"

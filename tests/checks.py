"""Every check that is no test: `python -m tests.checks`.

All of them run, whatever the first ones say, and the last lines tell how each ended.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests import services

ROOT = Path(__file__).resolve().parent.parent
LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"

# Started through Python itself: a script's first line is wrong once the folder has been moved.
EMBEDDED = {
    "ruff, lint": ["-m", "ruff", "check", "."],
    "ruff, format": ["-m", "ruff", "format", "--check", "."],
    "mypy": ["-m", "mypy"],
    "floors and pure rooms": [str(LINT_IMPORTS)],
    "missing migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
    "templates, format": ["-m", "djlint", "--check", "templates"],
    "templates, lint": ["-m", "djlint", "--lint", "templates"],
}
DEPLOYED = {
    "deployment settings": ["manage.py", "check", "--deploy", "--fail-level", "WARNING"],
}
# Their SQL is PostgreSQL's, so it is made there.
LINT_MIGRATIONS = "migrations, while people write"
ON_POSTGRESQL = {
    LINT_MIGRATIONS: ["-m", "pytest", "-q", "--no-header", "-n0", "tests/test_migrations_safe.py"],
}


def carry_out(name: str, arguments: list[str], environment: dict[str, str]) -> bool:
    """Run one check with its output streaming by; whether it passed."""
    print(f"\n== {name} ==", flush=True)
    return subprocess.call([sys.executable, *arguments], cwd=ROOT, env=environment) == 0


def main() -> int:
    """Run every check, whatever the others said. Returns 1 when any failed, or, with CI=true, when
    one was left out."""
    lines = []
    failed = 0
    left_out = services.postgres_trouble(services.production(os.environ)["DATABASE_URL"])
    with tempfile.TemporaryDirectory(prefix="threshold-check-") as folder:
        embedded = services.embedded(os.environ) | {"VAR_DIR": folder}
        deployed = services.production(os.environ) | {"VAR_DIR": folder}
        on_postgresql = {} if left_out else ON_POSTGRESQL
        for checks, environment in (
            (EMBEDDED, embedded),
            (DEPLOYED, deployed),
            (on_postgresql, deployed),
        ):
            for name, arguments in checks.items():
                started = time.monotonic()
                passed = carry_out(name, arguments, environment)
                seconds = time.monotonic() - started
                lines.append(f"{name}: {'passed' if passed else 'FAILED'} in {seconds:.1f} s")
                failed += not passed
    print("\n== What was checked ==")
    print("\n".join(lines))
    print(f"{len(lines) - failed} passed, {failed} failed")
    if left_out:
        print(f"Left out: {LINT_MIGRATIONS}. {left_out}")
        failed += services.is_strict(os.environ)
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())

"""docs/settings.md says what the code does: every variable and every limit, with its number."""

import re
from pathlib import Path

from accounts.limits import LIMITS

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
READ = re.compile(r'env\.(?:text|flag|integer|names|required)\(\s*"([A-Z_]+)"')


def rows_of(heading: str) -> dict[str, list[str]]:
    """The table under a heading: the name in its first cell, and the other cells."""
    part = PAGE.split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {first.strip(" `"): rest for first, *rest in cells}


def test_every_variable_the_settings_read_is_explained():
    source = (ROOT / "marketplace" / "settings.py").read_text(encoding="utf-8")

    assert set(READ.findall(source)) == set(rows_of("Variables"))


def test_every_limit_is_written_down_with_its_numbers():
    written = {
        name: ([rate.strip("–") for rate in rates], away.startswith("let pass"))
        for name, (_counts, *rates, away) in rows_of("Rate limits").items()
    }

    assert written == {
        name: ([limit.person, limit.network, limit.client], limit.open_without_store)
        for name, limit in LIMITS.items()
    }


def test_what_is_refused_without_redis_says_so():
    for name, (*_rest, away) in rows_of("Rate limits").items():
        assert ("503" in away) is not LIMITS[name].open_without_store

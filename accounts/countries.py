"""Countries by ISO 3166 code, named as in the time zone database."""

from functools import cache
from importlib import resources


@cache
def by_code() -> dict[str, str]:
    """{"NO": "Norway", ...}"""
    table = resources.files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text("utf-8")
    rows = (line.split("\t", 1) for line in table.splitlines() if not line.startswith("#"))
    return {code: name.strip() for code, name in rows}


def choices() -> list[tuple[str, str]]:
    """(code, name), in order of name."""
    return sorted(by_code().items(), key=lambda item: item[1])

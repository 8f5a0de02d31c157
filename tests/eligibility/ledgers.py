"""Writes small ledgers, imports them and asks the two gates what they think."""

import csv
import io
from pathlib import Path

from django.core.management import call_command

LEDGER = "event_id,customer_id,type,at,amount_cents,currency,refund_of"


def write(path: Path, *rows: str, header: str = LEDGER) -> Path:
    """A file of these rows."""
    path.write_text("\n".join([header, *rows, ""]))
    return path


def run(command: str, *arguments: object) -> str:
    """What the command printed."""
    out = io.StringIO()
    call_command(command, *map(str, arguments), stdout=out)
    return out.getvalue()


def checked(*arguments: object) -> dict[str, dict[str, str]]:
    """The CSV of `check_eligibility`, by external id."""
    printed = run("check_eligibility", *arguments, "--format", "csv")
    return {row["external_id"]: row for row in csv.DictReader(io.StringIO(printed))}


def tally(report: str) -> dict[str, int]:
    """The counts of an import's report by their first word."""
    lines = (line.split(maxsplit=2) for line in report.splitlines()[1:])
    return {words[1]: int(words[0].replace(",", "")) for words in lines if words[0][0].isdigit()}

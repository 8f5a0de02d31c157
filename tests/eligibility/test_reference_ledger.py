"""Real ledgers against answers that another program worked out from the published rule.

LEDGERS_DIR names a folder with the full ledgers; without it the sample in tests/data is used.
"""

import csv
import os
from itertools import groupby
from pathlib import Path

import pytest

from accounts.clock import database_now
from accounts.models import ClientAccount
from eligibility.imports.values import parse_instant
from eligibility.management.commands.check_eligibility import row_of
from eligibility.selectors import verdict_at
from tests.eligibility.ledgers import checked, run

FOLDER = Path(os.environ.get("LEDGERS_DIR") or Path(__file__).parent.parent / "data")
LEDGERS = sorted(file.name.split("_events")[0] for file in FOLDER.glob("*_events.csv*"))
ANSWERS = {
    "spend_cents": "net_cents",
    "spend": "over_1000",
    "first_payment_at": "first_kept_payment_at",
    "first_payment": "first_kept_over_90d",
}


def file_of(ledger: str) -> Path:
    return next(iter(FOLDER.glob(f"{ledger}_events.csv*")))


def worked_answers() -> dict[str, list[dict[str, str]]]:
    """By instant."""
    with (FOLDER / "reference_examples.csv").open() as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["as_of"])
    return {at: list(group) for at, group in groupby(rows, key=lambda row: row["as_of"])}


@pytest.fixture
def _both_ledgers(db):
    for ledger in LEDGERS:
        run("import_ledger", file_of(ledger), "--create-clients")


@pytest.mark.usefixtures("_both_ledgers")
def test_every_worked_answer_is_met():
    compared = 0
    for at, answers in worked_answers().items():
        told = checked("--all", "--at", at)
        assert len(told) == ClientAccount.objects.count()
        for answer in answers:
            row = told[answer["customer_id"]]
            assert {ours: row[ours] for ours in ANSWERS} == {
                ours: answer[theirs] for ours, theirs in ANSWERS.items()
            }, f"{answer['customer_id']} at {at}"
            compared += 1
    assert compared >= 60


@pytest.mark.usefixtures("_both_ledgers")
def test_both_gates_agree_on_every_client_of_the_answers():
    ids = dict(ClientAccount.objects.values_list("external_id", "pk"))
    for at, answers in worked_answers().items():
        told = checked("--all", "--at", at)
        for answer in answers:
            name = answer["customer_id"]
            verdict = verdict_at(ids[name], parse_instant(at), known_at=database_now())
            row = row_of(name, verdict)
            assert {column: str(value) for column, value in row._asdict().items()} == {
                column: value or "None" for column, value in told[name].items()
            }

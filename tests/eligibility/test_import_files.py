"""Any file a person may hand over ends in a report or in one clear sentence."""

import gzip

import pytest
from django.core.management import CommandError

from eligibility.models import Payment
from tests.eligibility.ledgers import LEDGER, run, tally, write

pytestmark = pytest.mark.django_db

ROWS = [f"P{n},acme,payment,2026-01-05T10:00:00Z,500,USD," for n in range(200)]


def refusal(file, *arguments):
    with pytest.raises(CommandError) as error:
        run("import_ledger", file, *arguments)
    assert not Payment.objects.exists()
    return str(error.value)


def test_gzip_is_told_by_content_whatever_the_name(tmp_path):
    file = tmp_path / "ledger.csv"
    file.write_bytes(gzip.compress("\n".join([LEDGER, *ROWS]).encode()))
    assert tally(run("import_ledger", file, "--create-clients"))["new"] == 200


def test_half_a_gzip_file_stores_nothing(tmp_path):
    whole = gzip.compress("\n".join([LEDGER, *ROWS]).encode())
    file = tmp_path / "ledger.csv.gz"
    for damaged in (whole[: len(whole) // 2], whole[:-4], whole[:40] + b"xxxx" + whole[44:]):
        file.write_bytes(damaged)
        told = refusal(file, "--create-clients", "--skip-bad-rows")
        assert "ledger.csv.gz is damaged" in told


def test_a_missing_file_and_a_folder(tmp_path):
    assert "can't be read: No such file" in refusal(tmp_path / "none.csv")
    assert "can't be read: Is a directory" in refusal(tmp_path)


def test_a_missing_column_is_named(tmp_path):
    file = write(tmp_path / "ledger.csv", header=LEDGER.replace("at,amount_cents,", ""))
    assert "has no column at, amount_cents." in refusal(file)
    (tmp_path / "empty.csv").write_bytes(b"")
    assert "has no column event_id" in refusal(tmp_path / "empty.csv")


def test_a_column_named_twice_is_refused(tmp_path):
    file = write(tmp_path / "ledger.csv", header=f"{LEDGER},at")
    assert "has the column at more than once" in refusal(file)


def test_windows_files_and_other_columns_are_fine(tmp_path):
    text = "\r\n".join([f"note,{LEDGER}", f'"hello, ""you""",{ROWS[0]}', "", f"x,{ROWS[1]}", ""])
    (tmp_path / "ledger.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert tally(run("import_ledger", tmp_path / "ledger.csv", "--create-clients"))["new"] == 2


@pytest.mark.parametrize("line", [b"P\xff,acme", b"x" * 200_000, b'"' + b"y" * 100])
def test_a_spoiled_line_never_takes_its_neighbours_along(tmp_path, line):
    file = tmp_path / "ledger.csv"
    file.write_bytes(b"\n".join([LEDGER.encode(), ROWS[0].encode(), line, ROWS[1].encode()]))
    assert "line 3: is " in refusal(file, "--create-clients")
    report = run("import_ledger", file, "--create-clients", "--skip-bad-rows")
    assert tally(report)["new"] == 2


@pytest.mark.parametrize(
    "text", ["today", "2026-11-20", "2026-11-20T10:00:00", "2026-13-01T00:00Z"]
)
def test_a_wrong_instant_is_one_sentence(tmp_path, text):
    file = write(tmp_path / "ledger.csv", *ROWS)
    assert "--shift-to" in refusal(file, "--create-clients", "--shift-to", text)


def test_a_shift_out_of_the_calendar_is_one_sentence(tmp_path):
    old, new = ROWS[0].replace("2026", "1900"), ROWS[1]
    file = write(tmp_path / "ledger.csv", old, new)
    told = refusal(file, "--create-clients", "--shift-to", "0050-01-01T00:00:00Z")
    assert "before the year 1" in told

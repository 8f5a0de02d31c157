"""`check_eligibility`: the edge rules on hand-made rows, and what the command prints."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError

from accounts.clock import database_now
from accounts.models import ClientAccount, PlanChange, StateChange
from eligibility.models import BillingMethod, Hold
from eligibility.population import Row
from tests.eligibility.ledgers import checked, run, write

pytestmark = pytest.mark.django_db

NOW = "2026-06-30T00:00:00Z"
PAID = "P1,acme,payment,2026-01-05T10:00:00Z,100001,USD,"
SMALL = "P2,acme,payment,2026-05-05T10:00:00Z,500,USD,"


def reversal(event_id, kind, at, cents="", names="P1"):
    return f"{event_id},acme,{kind},{at}T00:00:00Z,{cents},{'USD' if cents else ''},{names}"


def part(at):
    return reversal("R1", "refund", at, 60000)


def full(at):
    return reversal("R1", "refund", at, 100001)


@pytest.fixture
def acme():
    joined = datetime(2025, 1, 1, tzinfo=UTC)
    client = ClientAccount.objects.create(name="Acme", external_id="acme", joined_at=joined)
    BillingMethod.objects.create(
        client=client, external_id="M1", label="Visa", verified_at=joined, recorded_at=joined
    )
    return client


@pytest.fixture
def judged(acme, tmp_path):
    """Imports rows, then (spend in cents, instant of the first kept payment) from both gates."""

    def judge(*rows, at=NOW):
        if rows:
            run("import_ledger", write(tmp_path / "ledger.csv", *rows))
        everyone, one = checked("--all", "--at", at), checked("--client", "acme", "--at", at)
        assert everyone == one
        row = one["acme"]
        return int(row["spend_cents"]), row["first_payment_at"]

    return judge


FIRST, SECOND = "2026-01-05T10:00:00Z", "2026-05-05T10:00:00Z"
EDGES = {
    "a partial refund": ([PAID, part("2026-02-01")], 40001, FIRST),
    "a full refund": ([PAID, full("2026-02-01")], 0, ""),
    "a full refund in two parts": (
        [PAID, part("2026-02-01"), reversal("R2", "refund", "2026-02-02", 40001)],
        0,
        "",
    ),
    "more refunded than paid": ([PAID, SMALL, full("2026-02-01"), part("2026-02-02")], 500, SECOND),
    "a refund that has not happened yet": ([PAID, full("2026-07-01")], 100001, FIRST),
    "a refund at the very instant": ([PAID, full("2026-06-30")], 0, ""),
    "a refund of a payment outside the window": (
        [PAID.replace("2026-01-05", "2025-03-05"), SMALL, part("2026-06-01")],
        500,
        "2025-03-05T10:00:00Z",
    ),
    "a refund that names no payment": (
        [PAID, reversal("R1", "refund", "2026-02-01", 60000, names="")],
        40001,
        FIRST,
    ),
    "a refund that names no payment, before the window": (
        [PAID, reversal("R1", "refund", "2025-06-30", 60000, names="")],
        100001,
        FIRST,
    ),
    "more given back than paid": (
        [SMALL, reversal("R1", "refund", "2026-02-01", 60000, names="")],
        -59500,
        SECOND,
    ),
    "a refund of an unknown payment": ([SMALL, part("2026-06-01")], 500, SECOND),
    "a dispute opened": ([PAID, reversal("D1", "dispute_opened", "2026-02-01")], 0, ""),
    "a dispute not opened yet": (
        [PAID, reversal("D1", "dispute_opened", "2026-07-01")],
        100001,
        FIRST,
    ),
    "a dispute won": (
        [
            PAID,
            reversal("D1", "dispute_opened", "2026-02-01"),
            reversal("D2", "dispute_won", "2026-03-01"),
        ],
        100001,
        FIRST,
    ),
    "a dispute lost": (
        [
            PAID,
            reversal("D1", "dispute_opened", "2026-02-01"),
            reversal("D2", "dispute_lost", "2026-03-01"),
        ],
        0,
        "",
    ),
    "won and opened again": (
        [
            PAID,
            reversal("D1", "dispute_won", "2026-03-01"),
            reversal("D2", "dispute_opened", "2026-04-01"),
        ],
        0,
        "",
    ),
    "opened and won at one instant": (
        [
            PAID,
            reversal("D2", "dispute_won", "2026-03-01"),
            reversal("D1", "dispute_opened", "2026-03-01"),
        ],
        100001,
        FIRST,
    ),
    "won and lost at one instant": (
        [
            PAID,
            reversal("D2", "dispute_lost", "2026-03-01"),
            reversal("D1", "dispute_won", "2026-03-01"),
        ],
        0,
        "",
    ),
    "a refund, and a dispute that was won": (
        [PAID, part("2026-02-01"), reversal("D1", "dispute_won", "2026-03-01")],
        40001,
        FIRST,
    ),
    "exactly twelve months old": (
        [PAID.replace("2026-01-05T10:00:00Z", "2025-06-30T00:00:00Z")],
        0,
        "2025-06-30T00:00:00Z",
    ),
    "a moment younger": (
        [PAID.replace("2026-01-05T10:00:00Z", "2025-06-30T00:00:00.000001Z")],
        100001,
        "2025-06-30T00:00:00.000001Z",
    ),
}


@pytest.mark.parametrize(("rows", "cents", "first"), EDGES.values(), ids=EDGES.keys())
def test_edge_rules_whatever_the_order_in_the_file(judged, rows, cents, first):
    assert judged(*reversed(rows)) == (cents, first)


@pytest.mark.parametrize(("rows", "cents", "first"), EDGES.values(), ids=EDGES.keys())
def test_edge_rules_one_file_each_the_payment_last(judged, rows, cents, first):
    told = None
    for row in reversed(rows):
        told = judged(row)
    assert told == (cents, first)


def test_leap_day_looks_back_to_the_28th(judged):
    on_the_28th = PAID.replace("2026-01-05T10:00:00Z", "2023-02-28T12:00:00Z")
    assert judged(on_the_28th, at="2024-02-29T11:59:59Z")[0] == 100001
    assert judged(at="2024-02-29T12:00:00Z")[0] == 0


def test_what_was_learned_later_is_left_out(judged, acme):
    judged(PAID)
    before = database_now().isoformat()
    judged(full("2026-02-01"))
    BillingMethod.objects.update(removed_at=acme.joined_at, removal_recorded_at=database_now())
    Hold.objects.create(client=acme, reason="Card dispute", at=acme.joined_at)
    now = checked("--all", "--at", NOW)
    assert now == checked("--client", "acme", "--at", NOW)
    assert [now["acme"][name] for name in ("eligible", "billing_method", "spend")] == ["0"] * 3
    then = checked("--all", "--at", NOW, "--known-at", before)
    assert then == checked("--client", "acme", "--at", NOW, "--known-at", before)
    assert then["acme"]["eligible"] == "1"


@pytest.mark.parametrize(
    ("plan", "eligible"), [("marketplace", "0"), ("plus", "1"), ("basic", "0")]
)
def test_the_plan_in_force_says_what_is_asked(judged, acme, plan, eligible):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    earlier = {"client": acme, "recorded_at": start}
    PlanChange.objects.create(plan="basic", at=start - timedelta(days=1), **earlier)
    PlanChange.objects.create(plan=plan, at=start, **earlier)
    PlanChange.objects.create(plan="basic", at=datetime(2026, 7, 1, tzinfo=UTC), **earlier)
    judged(SMALL)
    assert checked("--all", "--at", NOW)["acme"]["eligible"] == eligible


def test_a_hold_or_an_inactive_account_is_not_in_good_standing(judged, acme):
    judged(PAID)
    march, april = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
    Hold.objects.create(
        client=acme,
        reason="Card dispute",
        at=march,
        recorded_at=march,
        released_at=april,
        release_recorded_at=april,
    )
    for day, active in ((10, False), (20, True)):
        at = april.replace(day=day)
        StateChange.objects.create(client=acme, active=active, at=at, recorded_at=at, reason="x")
    told = {}
    for at in ("2026-03-15", "2026-04-05", "2026-04-15", "2026-04-25"):
        instant = f"{at}T00:00:00Z"
        judged(at=instant)
        told[at[5:]] = checked("--all", "--at", instant)["acme"]["good_standing"]
    assert told == {"03-15": "0", "04-05": "1", "04-15": "0", "04-25": "1"}


def test_one_client_as_a_table(judged):
    judged(PAID, part("2026-02-01"))
    table = run("check_eligibility", "--client", "acme", "--at", NOW)
    assert (
        "Client acme is not eligible at 2026-06-30T00:00:00Z (policy 1, plan marketplace)." in table
    )
    spend = next(line for line in table.splitlines() if line.startswith("spend"))
    assert spend.split()[:5] == ["spend", "no", "$400.01", "$1,000.00", "$600.00"]


def test_one_client_as_json(judged):
    judged(PAID)
    at = "2026-03-06T10:00:00Z"
    told = json.loads(run("check_eligibility", "--client", "acme", "--at", at, "--format", "json"))
    assert told["eligible"] is False
    criteria = {result["criterion"]: result for result in told["criteria"]}
    assert len(criteria) == 5
    assert criteria["first_payment"]["missing"] == 30 * 86400 + 0.000001
    assert criteria["first_payment"]["met_at"] == "2026-04-05T10:00:00.000001Z"
    assert criteria["spend"]["lapses_at"] == "2027-01-05T10:00:00Z"
    assert (criteria["spend"]["observed"], criteria["spend"]["unit"]) == (100001, "US cents")


@pytest.mark.usefixtures("acme")
def test_everyone_in_every_format(tmp_path):
    ClientAccount.objects.create(name="Made by hand", joined_at=datetime(2026, 1, 1, tzinfo=UTC))
    run("import_ledger", write(tmp_path / "ledger.csv", PAID))
    assert list(checked("--all", "--at", NOW)) == ["acme", ""]
    told = json.loads(run("check_eligibility", "--all", "--at", NOW, "--format", "json"))
    assert told[0] == {
        "external_id": "acme",
        "eligible": 1,
        "billing_method": 1,
        "spend": 1,
        "tenure": 1,
        "first_payment": 1,
        "good_standing": 1,
        "spend_cents": 100001,
        "first_payment_at": FIRST,
    }
    table = run("check_eligibility", "--all", "--at", NOW).splitlines()
    assert table[0].split() == list(Row._fields)
    assert table[1].split() == [str(value) for value in told[0].values()]


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_nobody_is_an_answer_too(form):
    printed = run("check_eligibility", "--all", "--at", NOW, "--format", form)
    assert printed.startswith("[]" if form == "json" else "external_id")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--all", "--at", "yesterday"], "--at 'yesterday' is no instant with a time zone"),
        (["--all", "--at", NOW, "--known-at", "2026-06-30"], "--known-at '2026-06-30' is no inst"),
        (["--client", "nobody", "--at", NOW], "There is no client nobody."),
        (["--all", "--at", "1969-12-31T23:59:59Z"], "No policy was in force"),
    ],
)
def test_a_wrong_question_is_one_sentence(arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("check_eligibility", *arguments)

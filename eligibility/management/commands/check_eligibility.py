"""Who may start conversations, as of any instant (docs/imports.md)."""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser, OutputWrapper

from accounts.clock import database_now
from accounts.models import ClientAccount
from eligibility.imports.command import read_instant
from eligibility.models import Policy
from eligibility.population import Row, judge_everyone, write_csv
from eligibility.rules import Criterion, CriterionResult, Eligible, Verdict
from eligibility.selectors import policy_at, verdict_at

_WIDTHS = (20, 9, 15, 6, 7, 14, 14, 13, 0)


class Command(BaseCommand):
    help = "Tells who passes the gate at an instant, from what was known by another."

    def add_arguments(self, parser: CommandParser) -> None:
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--client", metavar="EXTERNAL_ID", help="one client, every criterion")
        who.add_argument("--all", action="store_true", help="every client, one row each")
        parser.add_argument(
            "--at", required=True, metavar="INSTANT", help="the instant, like 2026-11-20T09:30:00Z"
        )
        parser.add_argument(
            "--known-at", metavar="INSTANT", help="leave out what was recorded later (default: now)"
        )
        parser.add_argument("--format", choices=["table", "json", "csv"], default="table")

    def handle(
        self,
        *,
        client: str | None,
        at: str,
        known_at: str | None,
        format: str,
        **options: Any,
    ) -> None:
        instant = read_instant("--at", at) or database_now()
        known = read_instant("--known-at", known_at) or database_now()
        try:
            policy = policy_at(instant)
        except Policy.DoesNotExist as error:
            raise CommandError(f"No policy was in force at {at}.") from error
        out = self.stdout
        if client is not None:
            _write_one(client, _verdict(client, instant, known), known, format, out)
        elif format == "csv":
            write_csv(policy, instant, known, out)
        else:
            _write_everyone(judge_everyone(policy, instant, known), format, out)


def row_of(external_id: str, verdict: Verdict) -> Row:
    """A verdict in the columns of the whole population."""
    first = verdict.result(Criterion.FIRST_PAYMENT).observed
    met = {result.criterion.value: int(result.met) for result in verdict.results}
    return Row(
        external_id=external_id,
        eligible=int(isinstance(verdict, Eligible)),
        spend_cents=_cents(verdict),
        first_payment_at=_iso(verdict.at - first) if isinstance(first, timedelta) else None,
        **met,
    )


def _cents(verdict: Verdict) -> int:
    cents = verdict.result(Criterion.SPEND).observed
    return cents if isinstance(cents, int) else 0


def _verdict(external_id: str, at: datetime, known_at: datetime) -> Verdict:
    try:
        client = ClientAccount.objects.only("pk").get(external_id=external_id)
    except ClientAccount.DoesNotExist as error:
        raise CommandError(f"There is no client {external_id}.") from error
    return verdict_at(client.pk, at, known_at)


def _write_one(
    external_id: str, verdict: Verdict, known_at: datetime, form: str, out: OutputWrapper
) -> None:
    match form:
        case "csv":
            writer = csv.writer(out, lineterminator="\n")
            writer.writerows([Row._fields, row_of(external_id, verdict)])
        case "json":
            out.write(json.dumps(_told(external_id, verdict, known_at), indent=2))
        case _:
            out.writelines(f"{line}\n" for line in _table(external_id, verdict))


def _write_everyone(rows: Iterator[Row], form: str, out: OutputWrapper) -> None:
    if form == "table":
        out.write(_columns(Row._fields))
        out.writelines(map(_columns, rows))
        return
    before = "[\n"
    for row in rows:
        out.write(before + json.dumps(row._asdict()), ending="")
        before = ",\n"
    out.write("\n]" if before == ",\n" else "[]")


def _columns(cells: Iterable[object]) -> str:
    texts = ("-" if cell is None else str(cell) for cell in cells)
    padded = (f"{text:<{width}}" for text, width in zip(texts, _WIDTHS, strict=True))
    return " ".join(padded).rstrip() + "\n"


def _told(external_id: str, verdict: Verdict, known_at: datetime) -> dict[str, object]:
    return {
        "external_id": external_id,
        "at": _iso(verdict.at),
        "known_at": _iso(known_at),
        "policy_version": verdict.policy_version,
        "plan": verdict.plan,
        "plan_may_start": verdict.may_start,
        "eligible": isinstance(verdict, Eligible),
        "criteria": [_result(result) for result in verdict.results],
    }


def _result(result: CriterionResult) -> dict[str, object]:
    """Elapsed times are seconds here; the names of the other fields say their unit's source."""
    return {
        "criterion": result.criterion.value,
        "required": result.required,
        "met": result.met,
        "observed": _plain(result.observed),
        "threshold": _plain(result.threshold),
        "missing": _plain(result.missing),
        "unit": _unit(result),
        "met_at": _iso(result.met_at),
        "lapses_at": _iso(result.lapses_at),
    }


def _unit(result: CriterionResult) -> str:
    if isinstance(result.threshold, timedelta):
        return "seconds"
    return "US cents" if result.criterion is Criterion.SPEND else "count"


def _plain(value: int | timedelta | None) -> float | int | None:
    return value.total_seconds() if isinstance(value, timedelta) else value


def _table(external_id: str, verdict: Verdict) -> Iterable[str]:
    word = "is eligible" if isinstance(verdict, Eligible) else "is not eligible"
    yield (
        f"Client {external_id} {word} at {_iso(verdict.at)} "
        f"(policy {verdict.policy_version}, plan {verdict.plan})."
    )
    if not verdict.may_start:
        yield f"The plan {verdict.plan} may not start conversations."
    yield _line("criterion", "met", "observed", "threshold", "missing", "met at", "lapses at")
    for result in verdict.results:
        yield _line(
            result.criterion.value,
            ("yes" if result.met else "no") if result.required else "not asked",
            _readable(result, result.observed),
            _readable(result, result.threshold),
            _readable(result, result.missing),
            _iso(result.met_at) or "-",
            _iso(result.lapses_at) or "-",
        )


def _line(*cells: str) -> str:
    widths = (15, 10, 24, 12, 24, 28, 0)
    padded = (f"{cell:<{width}}" for cell, width in zip(cells, widths, strict=True))
    return " ".join(padded).rstrip()


def _readable(result: CriterionResult, value: int | timedelta | None) -> str:
    if value is None:
        return "-"
    if result.criterion is Criterion.SPEND and isinstance(value, int):
        return f"{'-' if value < 0 else ''}${abs(value) // 100:,}.{abs(value) % 100:02}"
    return str(value)


def _iso(instant: datetime | None) -> str | None:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z") if instant else None

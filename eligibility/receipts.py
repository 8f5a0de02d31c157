"""What a receipt keeps of an evaluation, as plain JSON, and back."""

from datetime import datetime, timedelta
from typing import Any

from eligibility.rules import Criterion, CriterionResult, Evaluation

_MICROSECOND = timedelta(microseconds=1)


def content(evaluation: Evaluation) -> list[dict[str, Any]]:
    """One object per criterion. Elapsed time is `{"microseconds": n}`, instants are ISO strings."""
    return [
        {
            "criterion": result.criterion.value,
            "required": result.required,
            "met": result.met,
            "observed": _plain(result.observed),
            "threshold": _plain(result.threshold),
            "lapses_at": result.lapses_at.isoformat() if result.lapses_at else None,
        }
        for result in evaluation.results
    ]


def results(stored: list[dict[str, Any]]) -> list[CriterionResult]:
    """The criteria as the receipt tells them."""
    return [
        CriterionResult(
            criterion=Criterion(row["criterion"]),
            required=row["required"],
            met=row["met"],
            observed=_rich(row["observed"]),
            threshold=_threshold(row["threshold"]),
            lapses_at=datetime.fromisoformat(row["lapses_at"]) if row["lapses_at"] else None,
        )
        for row in stored
    ]


def _plain(value: int | timedelta | None) -> int | dict[str, int] | None:
    return {"microseconds": value // _MICROSECOND} if isinstance(value, timedelta) else value


def _rich(value: int | dict[str, int] | None) -> int | timedelta | None:
    return timedelta(**value) if isinstance(value, dict) else value


def _threshold(value: int | dict[str, int]) -> int | timedelta:
    return timedelta(**value) if isinstance(value, dict) else value

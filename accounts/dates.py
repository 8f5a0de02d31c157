"""Dates and times of day in words. Django's formatter reads its format anew for every date, which a
page with fifty of them feels."""

from datetime import date, datetime

from django.utils.dates import MONTHS


def month(of: date) -> str:
    """ "March 2026"."""
    return f"{MONTHS[of.month]} {of.year}"


def day(of: date, *, year: bool = True) -> str:
    """ "3 March 2026"; without the `year`, "3 March"."""
    return f"{of.day} {month(of)}" if year else f"{of.day} {MONTHS[of.month]}"


def clock(at: datetime) -> str:
    """ "14:05"."""
    return f"{at.hour:02}:{at.minute:02}"

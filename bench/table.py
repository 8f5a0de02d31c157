"""What was measured, as lines that a person reads."""

import os
from collections.abc import Sequence

from django.db import connection

from bench.measuring import Figure, Site
from bench.visits import EMPTY, GOALS

GROWN = 1.3  # how much longer a page of the large site may take
SENDING = 0.5  # of the plain inserts


def show_pages(sites: Sequence[Site], figures: Sequence[dict[str, Figure]], rounds: int) -> None:
    """A line for each page: its time, in times of an empty page, and its queries, in each site."""
    print(f"{_machine()}; medians of {rounds} alternating rounds")
    heads = [f"{site.marketplace.messages:,} messages".rjust(28) for site in sites]
    print(f"\n{'':<27}{''.join(heads)}   goal")
    for name in figures[0]:
        mine = [one[name] for one in figures]
        times = [one[name].median / one[EMPTY].median for one in figures]
        cells = [_cell(*pair) for pair in zip(mine, times, strict=True)]
        grown = mine[-1].median / mine[0].median
        goal = GOALS.get(name)
        told = f"   {_said(max(times) <= goal)} {goal} x" if goal else "   -"
        print(f"{name:<27}{''.join(cells)}{told:<18}grown {grown:.2f} {_said(grown <= GROWN)}")


def show_senders(sites: Sequence[Site], rates: Sequence[tuple[float, float]]) -> None:
    """How much of the plain inserts' rate sixteen senders get through with every rule."""
    print(f"\n16 at once: first messages a second, of plain inserts; goal {SENDING}")
    for site, (whole, plain) in zip(sites, rates, strict=True):
        share = whole / plain
        size = f"{site.marketplace.messages:,} messages"
        print(f"{size:<27}{whole:7.0f} of {plain:.0f}: {share:.2f}  {_said(share >= SENDING)}")


def _cell(figure: Figure, times: float) -> str:
    return f"{figure.median * 1000:8.1f} ms {times:5.2f} x {figure.queries:3d} q  "


def _said(met: bool) -> str:
    return "met    " if met else "NOT MET"


def _machine() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0].split()[0]
    return f"PostgreSQL {version}, {os.cpu_count()} processors"

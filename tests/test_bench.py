"""The benchmark still runs: its rows fit the tables, and what it visits is there."""

import pytest
from django.db import connections

from bench import measuring, rows, table
from bench.rows import Marketplace


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_small_run_prints_a_line_for_every_visit(settings, capsys):
    settings.ROOT_URLCONF = "bench.pages"
    marketplace = Marketplace(messages=200, senders=1)
    rows.fill(marketplace)
    ours = connections["default"]
    site = measuring.Site(ours.settings_dict["NAME"], ours, marketplace)
    figures = measuring.pages([site], rounds=1)
    table.show_pages([site], figures, rounds=1)
    printed = capsys.readouterr().out
    assert all(name in printed for name in figures[0])

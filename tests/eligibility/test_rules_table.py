"""Every boundary of every criterion, as pure rules and from rows in the database."""

import pytest

from eligibility.rules import Eligible, Ineligible, evaluate
from eligibility.selectors import verdict_at
from tests.eligibility.case import NOW, POLICY_1, Row, good, stored
from tests.eligibility.table import ROWS

each_row = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.criterion}: {row.name}")


@each_row
def test_every_number_is_as_the_table_says(row: Row):
    verdict = evaluate(row.facts, POLICY_1, row.now)
    assert verdict.result(row.criterion) == row.expected
    assert {result.criterion for result in verdict.unmet} == row.unmet
    assert type(verdict) is (Ineligible if row.unmet else Eligible)


@each_row
def test_the_database_gives_the_same_verdict(row: Row, db):
    assert verdict_at(stored(row.facts).pk, row.now) == evaluate(row.facts, POLICY_1, row.now)


def test_the_table_is_no_smaller_than_agreed():
    assert len(ROWS) >= 40
    assert len({(row.criterion, row.name) for row in ROWS}) == len(ROWS)


def test_all_five_are_reported_when_none_is_met():
    nothing = good(joined_at=NOW, methods=(), payments=(), active=False)
    verdict = evaluate(nothing, POLICY_1, NOW)
    assert len(verdict.results) == len(verdict.unmet) == 5


NEWCOMER = {"payments": (), "joined_at": NOW}


class TestPlans:
    def test_plus_asks_for_a_billing_method_and_good_standing_only(self):
        verdict = evaluate(good(plan="plus", **NEWCOMER), POLICY_1, NOW)
        assert isinstance(verdict, Eligible)
        assert verdict.unmet == ()
        assert [result.met for result in verdict.results] == [True, False, False, False, True]
        assert (verdict.quota.slots, verdict.quota.window, verdict.quota.returns) == (
            40,
            "cycle",
            10,
        )

    def test_the_same_facts_do_not_pass_on_the_marketplace_plan(self):
        assert isinstance(evaluate(good(**NEWCOMER), POLICY_1, NOW), Ineligible)

    @pytest.mark.parametrize(
        "lack", [{"methods": ()}, {"holds": ("A",)}, {"active": False}], ids=str
    )
    def test_plus_without_one_of_the_two_does_not_pass(self, lack):
        assert isinstance(evaluate(good(plan="plus", **lack), POLICY_1, NOW), Ineligible)

    def test_basic_may_not_start_though_every_criterion_is_met(self):
        verdict = evaluate(good(plan="basic"), POLICY_1, NOW)
        assert isinstance(verdict, Ineligible)
        assert verdict.unmet == ()
        assert not verdict.may_start

    def test_the_marketplace_plan_has_five_a_day(self):
        quota = evaluate(good(), POLICY_1, NOW).quota
        assert (quota.slots, quota.window) == (5, "day")

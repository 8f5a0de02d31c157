"""A policy is published at the desk: for later, whole, and never edited."""

import json
from datetime import timedelta

import pytest

from eligibility.models import Policy
from tests.messaging.cases import instant

ADD = "/admin/eligibility/policy/add/"


def policy_form(**more):
    last = Policy.objects.get(version=1)
    names = ["spend_over_cents", "spend_window_months", "tenure_over_days"]
    form = {name: getattr(last, name) for name in [*names, "first_payment_over_days"]}
    plans = '{"marketplace": %s, "plus": %s, "basic": %s}' % ((PLAN,) * 3)
    return form | {"version": 2, "plans": plans} | more


PLAN = (
    '{"may_start": true, "criteria": ["spend"],'
    ' "quota": {"slots": 3, "window": "day", "returns": 0}}'
)


def test_a_policy_is_published_for_later_and_never_edited(root, now):
    address = "/admin/eligibility/policy/"
    assert root.get(address + "add/").status_code == 200
    past = root.post(address + "add/", policy_form(**instant("starts_at", now)))
    assert "still to come" in past.content.decode()

    later = instant("starts_at", now + timedelta(days=7))
    broken = root.post(address + "add/", policy_form(**later, plans='{"basic": {}}'))
    assert "Every plan" in broken.content.decode()
    assert root.post(address + "add/", policy_form(**later)).status_code == 303

    added = Policy.objects.get(version=2)
    assert added.terms().plans["basic"].quota.slots == 3
    assert root.post(f"{address}{added.pk}/change/", policy_form(**later)).status_code == 403
    assert root.post(f"{address}{added.pk}/delete/", {"post": "yes"}).status_code == 403


def test_the_last_version_can_be_published_again_as_it_is(root, now):
    opened = root.get(ADD).context["adminform"].form
    form = {field.html_name: field.value() for field in opened if field.name != "starts_at"}

    answer = root.post(ADD, form | instant("starts_at", now + timedelta(days=7)))

    assert answer.status_code == 303
    first, second = Policy.objects.order_by("version")
    assert second.plans == first.plans
    assert second.terms().plans == first.terms().plans
    assert second.spend_window_months == first.spend_window_months


QUOTA = {"slots": 3, "window": "cycle"}


@pytest.mark.parametrize(
    "plan",
    [
        {"may_start": 1},
        {"criteria": ["luck"]},
        {"criteria": [["spend"]]},
        {"criteria": "spend"},
        {"colour": "red"},
        {"quota": 3},
        {"quota": {"slots": 3}},
        {"quota": QUOTA | {"slots": True}},
        {"quota": QUOTA | {"slots": -1}},
        {"quota": QUOTA | {"slots": 2.5}},
        {"quota": QUOTA | {"window": "week"}},
        {"quota": QUOTA | {"returns": False}},
        {"quota": QUOTA | {"returns": -1}},
        {"quota": QUOTA | {"returns": None}},
        {"quota": QUOTA | {"colour": "red"}},
    ],
    ids=json.dumps,
)
def test_a_plan_that_makes_no_sense_is_refused(root, now, plan):
    plans = Policy.objects.get(version=1).plans
    plans["plus"] = {"may_start": True, "criteria": ["spend"], "quota": QUOTA} | plan
    form = policy_form(plans=json.dumps(plans), **instant("starts_at", now + timedelta(days=7)))

    answer = root.post(ADD, form)

    assert answer.status_code == 200
    assert "Every plan" in answer.content.decode()


@pytest.mark.parametrize(("months", "status"), [(0, 200), (1, 303), (120, 303), (121, 200)])
def test_a_window_is_one_month_to_ten_years(root, now, months, status):
    later = instant("starts_at", now + timedelta(days=7))

    assert root.post(ADD, policy_form(**later, spend_window_months=months)).status_code == status

"""A form changes its own fields and no others, whatever else is posted with it."""

import pytest
from django.apps import apps

from accounts.models import ClientAccount, FreelancerProfile, User
from messaging.models import ContactRequest, Message
from tests.web import stage
from tests.web.stage import FORMS, browser, changed, complete, rows

POSTED = [form for form in FORMS if form.method == "post"]


def every_model_field() -> dict[str, str]:
    """A value for each field of each model, under its own name."""
    fields = {
        field.name
        for model in apps.get_models()
        if model.__module__.split(".")[0] in {"accounts", "eligibility", "messaging"}
        for field in model._meta.fields
    }
    smuggled = dict.fromkeys(fields | {f"{name}_id" for name in fields}, "1")
    instants = {name: "2020-01-01T00:00:00Z" for name in fields if name.endswith("_at")}
    wishes = {
        "plan": "plus",
        "role": "owner",
        "eligible": "true",
        "now": "2030-01-01",
        "spend": "9",
    }
    return smuggled | instants | wishes


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_the_premise_each_form_is_accepted_and_writes_where_it_should(world, form):
    before = rows()

    answer = form.send(browser(world, form.who), world, complete(world, form))

    assert answer.status_code in {200, 302, 303}
    assert changed(before) == set(form.writes)


@pytest.mark.parametrize("form", POSTED, ids=lambda form: form.name)
def test_fields_that_are_not_the_forms_own_are_not_read(world, form):
    smuggled = every_model_field() | complete(world, form)
    before = rows()

    answer = form.send(browser(world, form.who), world, smuggled)

    assert answer.status_code == 303
    assert changed(before) == set(form.writes)
    assert_nobody_rose(world)


def assert_nobody_rose(world):
    """Nobody got rights, another identity, another account or an older one."""
    assert set(User.objects.filter(is_staff=True)) == {world.mona}
    assert not User.objects.filter(is_superuser=True).exists()
    assert not ClientAccount.objects.exclude(external_id=None).exists()
    for model, untouched in [
        (ClientAccount, ["pk", "public_id", "joined_at"]),
        (FreelancerProfile, ["pk", "slug", "user_id", "joined_at", "deactivated_at"]),
    ]:
        for known in [world.cleo.client, world.ida.client, world.finn, world.gina]:
            if isinstance(known, model):
                kept = model._base_manager.values(*untouched).get(pk=known.pk)
                assert kept == {name: getattr(known, name) for name in untouched}
    assert not Message.objects.filter(sent_at__year=2020).exists()
    assert not ContactRequest.objects.filter(opened_at__year=2020).exists()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_a_field_sent_twice_is_refused_not_guessed_at(world, form):
    client, data, before = browser(world, form.who), complete(world, form), rows()

    for field in data:
        answer = form.send(client, world, {**data, field: [data[field], data[field]]})

        assert answer.status_code == 400, field
        assert "more than once" in answer.content.decode()
    assert changed(before) == set()


def test_a_form_that_is_not_ours_to_fill_in_changes_nothing(world):
    world.cleo.role = "member"
    world.cleo.save(update_fields=["role"])
    form = stage.form("client account")
    before = rows()

    form.send(browser(world, "cleo"), world, form.good)

    assert changed(before) == set()

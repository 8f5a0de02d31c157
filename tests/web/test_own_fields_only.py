"""A settings form writes what it asks for: what moved meanwhile stays moved."""

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError
from django.urls import reverse

from accounts import services
from accounts.forms import ClientForm, PersonForm
from accounts.models import ClientAccount, FreelancerProfile, Membership, User
from tests import people

pytestmark = pytest.mark.django_db


def test_a_suspension_survives_a_saved_time_zone(finn):
    opened_before = User.objects.get(pk=finn.user_id)
    User.objects.filter(pk=finn.user_id).update(is_active=False)
    form = PersonForm({"name": "Finn", "time_zone": "Europe/Oslo"}, instance=opened_before)
    assert form.is_valid()
    form.save()
    kept = User.objects.get(pk=finn.user_id)
    assert (kept.is_active, kept.time_zone) == (False, "Europe/Oslo")


def test_a_new_external_id_survives_a_saved_name(cleo):
    opened_before = ClientAccount.objects.get(pk=cleo.client_id)
    ClientAccount.objects.filter(pk=cleo.client_id).update(external_id="M-1")
    form = ClientForm({"name": "Cleo & Sons"}, instance=opened_before)
    assert form.is_valid()
    form.save()
    kept = ClientAccount.objects.get(pk=cleo.client_id)
    assert (kept.external_id, kept.name) == ("M-1", "Cleo & Sons")


def test_only_an_owner_changes_the_account(cleo, signed_in):
    colleague = people.member(cleo.client, "Colleague", role=Membership.Role.MEMBER)
    answer = signed_in(colleague).post(reverse("client_account"), {"name": "Mine"})
    assert answer.status_code == 403
    assert not ClientAccount.objects.filter(name="Mine").exists()


def test_a_sign_up_that_fails_leaves_nobody_behind(client, monkeypatch):
    def fails(**_: object) -> None:
        raise IntegrityError

    monkeypatch.setattr(services, "welcome", fails)
    form = {
        "role": "freelancer",
        "name": "Nia",
        "email": "nia@people.example",
        "password1": people.PASSWORD,
        "password2": people.PASSWORD,
    }
    with pytest.raises(IntegrityError):
        client.post(reverse("account_signup"), form)
    assert not get_user_model().objects.filter(email="nia@people.example").exists()


def test_two_people_of_one_name_both_have_a_page():
    first, second = (
        services.open_freelancer_profile(
            user=people.user("Nia", email=f"{n}@x.example"), name="Nia"
        )
        for n in "ab"
    )
    assert first.slug == "nia"
    assert second.slug.startswith("nia-")
    assert FreelancerProfile.objects.count() == 2

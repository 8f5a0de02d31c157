"""Who may see and do what at the desk."""

from urllib.parse import quote

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from messaging.models import ModerationAction
from tests import people
from tests.messaging.cases import QUEUE, address, flagged

REASON = {"reason": "It is an advertisement."}
ACTS = ["upholding", "dismissal", "hold"]
FINAL = [
    f"messaging/{name}"
    for name in ["act", "doortrial", "moderationaction", "quotaentry", "receipt"]
]
BILLING = ["payment", "refund", "dispute", "billingmethod", "hold"]
EDITABLE = ["clientaccount", "freelancerprofile", "relationship", "user", "skill"]


@pytest.fixture
def flag(cleo, finn):
    return flagged(cleo, finn)


def test_a_stranger_is_sent_to_sign_in_and_back(db, flag):
    answer = Client().get(address(flag), follow=True)

    assert answer.redirect_chain[-1][0].startswith("/account/login/")
    assert quote(address(flag)) in answer.redirect_chain[-1][0]


def test_who_is_not_staff_does_nothing_here(flag, otto, signed_in):
    browser = signed_in(otto)

    assert browser.get(QUEUE, follow=True).status_code == 403
    for act in ACTS:
        assert browser.post(address(flag, act), REASON, follow=True).status_code == 403
    assert not ModerationAction.objects.exists()


def test_staff_without_permission_do_nothing_here(flag, signed_in):
    browser = signed_in(people.user("Stefan", is_staff=True))

    assert browser.get(QUEUE).status_code == 403
    assert browser.get(address(flag)).status_code == 403
    for act in ACTS:
        assert browser.post(address(flag, act), REASON).status_code == 403
    assert not ModerationAction.objects.exists()


def test_who_may_only_read_flags_decides_none(flag, signed_in):
    reader = people.user("Rea", is_staff=True)
    reader.user_permissions.add(Permission.objects.get(codename="view_flag"))
    browser = signed_in(reader)

    page = browser.get(address(flag))
    assert page.status_code == 200
    assert "Uphold" not in page.content.decode()
    assert "Put on hold" not in page.content.decode()
    for act in ACTS:
        assert browser.post(address(flag, act), REASON).status_code == 403


def test_holds_need_their_own_permission(flag, signed_in):
    decider = people.user("Dea", is_staff=True)
    decider.user_permissions.add(Permission.objects.get(codename="change_flag"))
    browser = signed_in(decider)

    assert browser.post(address(flag, "hold"), REASON).status_code == 403
    assert browser.post(address(flag, "upholding"), REASON).status_code == 303


def test_a_form_from_elsewhere_is_refused(flag, mona):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(mona)

    for act in ACTS:
        assert browser.post(address(flag, act), REASON).status_code == 403
    assert not ModerationAction.objects.exists()


def test_a_moderator_sees_just_the_desk(mona, signed_in):
    browser = signed_in(mona)
    apps = browser.get("/admin/").context["app_list"]

    models = {model["object_name"] for app in apps for model in app["models"]}
    assert models == {"ClientAccount", "DoorTrial", "Flag", "Hold", "ModerationAction"}


@pytest.mark.parametrize("model", [*FINAL, *(f"eligibility/{name}" for name in BILLING)])
def test_facts_are_shown_and_not_changed(root, flag, model):
    assert root.get(f"/admin/{model}/").status_code == 200
    assert root.get(f"/admin/{model}/add/").status_code == 403
    assert root.post(f"/admin/{model}/add/", {}).status_code == 403


def test_even_a_superuser_neither_adds_nor_edits_nor_deletes_a_flag(root, flag):
    assert root.get(QUEUE + "add/").status_code == 403
    assert root.post(f"{QUEUE}{flag.pk}/delete/", {"post": "yes"}).status_code == 403
    assert root.post(address(flag), {"reason": "scam", "text": "Other."}).status_code == 405
    text = flag.text
    flag.refresh_from_db()
    assert flag.text == text


@pytest.mark.parametrize(
    "lookup",
    [
        "messaging/flag/?message__conversation__client__memberships__user__password__startswith=a",
        "messaging/flag/?reporter__password__startswith=a",
        "messaging/flag/?decided_by__password__startswith=a",
        "messaging/moderationaction/?moderator__password__startswith=a",
        "accounts/clientaccount/?memberships__user__password__startswith=a",
        "accounts/user/?password__startswith=a",
        "eligibility/hold/?placed_by__password__startswith=a",
    ],
)
def test_nobody_fishes_through_a_filter(root, flag, lookup):
    assert root.get(f"/admin/{lookup}").status_code == 400


@pytest.mark.parametrize("model", EDITABLE)
def test_the_other_lists_and_forms_open(root, flag, model):
    assert root.get(f"/admin/accounts/{model}/").status_code == 200
    assert root.get(f"/admin/accounts/{model}/?q=cleo").status_code == 200
    assert root.get(f"/admin/accounts/{model}/add/").status_code == 200


def test_a_password_is_changed_in_one_place(root):
    assert root.get("/admin/password_change/")["Location"] == "/account/password/change/"

"""What a moderator does at the desk: each act once, with a reason, and one row in the log."""

import pytest

from accounts.clock import database_now
from eligibility.models import Hold
from messaging.models import Flag, ModerationAction
from messaging.services.moderation import dismiss_flag, place_hold, release_hold
from tests import people
from tests.messaging.cases import address, flagged

REASON = {"reason": "It is an advertisement."}


@pytest.fixture
def flag(cleo, finn):
    return flagged(cleo, finn)


@pytest.fixture
def desk(mona, signed_in):
    return signed_in(mona)


def logged():
    rows = ModerationAction.objects.order_by("pk").values_list("kind", "reason")
    return list(rows)


@pytest.mark.parametrize(("act", "outcome"), [("upholding", "upheld"), ("dismissal", "dismissed")])
def test_a_decision_is_kept_with_its_reason(desk, flag, mona, act, outcome):
    answer = desk.post(address(flag, act), REASON)

    assert answer.status_code == 303
    assert answer["Location"] == address(flag)
    flag.refresh_from_db()
    assert (flag.outcome, flag.decided_by) == (outcome, mona)
    assert flag.decision_reason == REASON["reason"]
    assert logged() == [(f"flag_{outcome}", REASON["reason"])]
    assert REASON["reason"] in desk.get(address(flag)).content.decode()


def test_a_second_decision_is_refused_with_the_first_one_shown(desk, flag):
    other = people.moderator("Milo")
    dismiss_flag(flag=flag, moderator=other, reason="Just a question.", clock=database_now)

    answer = desk.post(address(flag, "upholding"), {"reason": "My own words."})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "decided meanwhile" in page
    assert "Just a question." in page
    assert "My own words." in page
    flag.refresh_from_db()
    assert flag.outcome == Flag.Outcome.DISMISSED
    assert logged() == [("flag_dismissed", "Just a question.")]


@pytest.mark.parametrize("act", ["upholding", "dismissal", "hold"])
def test_who_comes_by_a_link_or_after_signing_in_again_reads_the_case(desk, flag, act):
    answer = desk.get(address(flag, act))
    assert (answer.status_code, answer["Location"]) == (302, address(flag))
    assert logged() == []


def test_who_was_signed_out_keeps_the_reason(desk, flag):
    desk.logout()
    answer = desk.post(address(flag, "hold"), REASON)
    assert answer.status_code == 403
    assert REASON["reason"] in answer.content.decode()
    assert logged() == []


@pytest.mark.parametrize("act", ["upholding", "dismissal", "hold"])
@pytest.mark.parametrize("reason", ["", "   ", "\u200b\u2060", "x" * 501])
def test_a_reason_is_required_and_what_was_typed_is_kept(desk, flag, act, reason):
    answer = desk.post(address(flag, act), {"reason": reason})

    assert answer.status_code == 422
    # Said at the top, too, with the way to the field.
    assert f'<a href="#{answer.context["form"]["reason"].id_for_label}">' in answer.text
    assert reason.strip() in answer.content.decode()
    assert logged() == []
    assert not Hold.objects.exists()


def test_a_hold_is_placed_with_a_reason_the_client_reads(desk, flag, cleo):
    answer = desk.post(address(flag, "hold"), {"reason": "Please stop advertising."})

    assert answer.status_code == 303
    hold = Hold.objects.get(client=cleo.client)
    assert (hold.reason, hold.released_at) == ("Please stop advertising.", None)
    assert logged() == [("hold_placed", "Please stop advertising.")]
    assert ModerationAction.objects.get().flag == flag


def test_a_second_hold_is_refused_and_the_text_kept(desk, flag, cleo, mona):
    place_hold(client=cleo.client, moderator=mona, reason="The first.", clock=database_now)

    answer = desk.post(address(flag, "hold"), {"reason": "The second."})

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "on hold already" in page
    assert "The first." in page
    assert "The second." in page
    assert Hold.objects.count() == 1


def test_a_hold_is_released_from_the_case(desk, flag, cleo, mona):
    hold = place_hold(client=cleo.client, moderator=mona, reason="A look.", clock=database_now)

    answer = desk.post(address(flag, "release", hold.pk), {"reason": "All is well."})

    assert answer.status_code == 303
    hold.refresh_from_db()
    assert hold.released_at is not None
    assert logged() == [("hold_placed", "A look."), ("hold_released", "All is well.")]


def test_a_newer_hold_is_not_released_by_an_old_page(desk, flag, cleo, mona):
    old = place_hold(client=cleo.client, moderator=mona, reason="Old.", clock=database_now)
    release_hold(hold=old, moderator=mona, reason="Done.", clock=database_now)
    new = place_hold(client=cleo.client, moderator=mona, reason="New.", clock=database_now)

    answer = desk.post(address(flag, "release", old.pk), {"reason": "Release it."})

    assert answer.status_code == 409
    assert "released meanwhile" in answer.content.decode()
    new.refresh_from_db()
    assert new.released_at is None


def test_another_clients_hold_is_not_there(desk, flag, hana):
    hold = Hold.objects.get(client=hana.client)

    assert desk.post(address(flag, "release", hold.pk), REASON).status_code == 404


def test_a_hold_is_released_from_its_own_page(desk, hana):
    hold = Hold.objects.get(client=hana.client)
    page = f"/admin/eligibility/hold/{hold.pk}/release/"

    assert hold.reason in desk.get(page).content.decode()
    assert desk.post(page, {"reason": ""}).status_code == 422
    assert desk.post(page, {"reason": "Checked."}).status_code == 303
    again = desk.post(page, {"reason": "Checked twice."})

    assert again.status_code == 409
    assert "Checked twice." in again.content.decode()
    assert logged() == [("hold_released", "Checked.")]


@pytest.mark.parametrize("act", ["upholding", "dismissal", "hold"])
@pytest.mark.parametrize("side", ["freelancer", "client"])
def test_nobody_sees_or_decides_their_own_case(cleo, finn, signed_in, act, side):
    flag = flagged(cleo, finn)
    party = finn.user if side == "freelancer" else cleo.user
    party.is_staff = party.is_superuser = True
    party.save()
    desk = signed_in(party)

    for answer in (desk.get(address(flag)), desk.post(address(flag, act), REASON)):
        assert answer.status_code == 403
        assert "party to this case" in answer.content.decode()
        assert flag.text not in answer.content.decode()
    assert logged() == []


def test_a_member_may_not_release_their_own_hold(hana, signed_in):
    hana.user.is_staff = hana.user.is_superuser = True
    hana.user.save()
    hold = Hold.objects.get(client=hana.client)

    answer = signed_in(hana.user).post(f"/admin/eligibility/hold/{hold.pk}/release/", REASON)

    assert answer.status_code == 403
    assert "party to this case" in answer.content.decode()
    hold.refresh_from_db()
    assert hold.released_at is None

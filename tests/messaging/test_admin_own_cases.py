"""Who is a party to a case finds it in no list: not who flagged them, nor what came of it."""

import pytest

from accounts.clock import database_now
from accounts.models import Membership
from messaging.models import Flag, ModerationAction
from messaging.services.moderation import place_hold, release_hold, uphold_flag
from tests.messaging.cases import QUEUE, address, flagged

ACTIONS = "/admin/messaging/moderationaction/"
ALL = QUEUE + "?decision=all"


@pytest.fixture(params=["freelancer", "client"])
def party(request, cleo, finn):
    """A superuser who is the freelancer, or writes for the client, of `own`."""
    person = finn.user if request.param == "freelancer" else cleo.user
    person.is_staff = person.is_superuser = True
    person.save()
    return person


@pytest.fixture
def own(cleo, finn):
    return flagged(cleo, finn)


@pytest.fixture
def foreign(otto, olga):
    """Of two others."""
    olga.door = "open"
    olga.save()
    return flagged(otto, olga)


def listed(browser, page):
    return set(browser.get(page).context["cl"].result_list)


def deal_with(flag: Flag, moderator) -> set[ModerationAction]:
    """Everything a moderator can do about a flag. Returns the rows of the log."""
    client = flag.message.conversation.client
    before = set(ModerationAction.objects.all())
    uphold_flag(flag=flag, moderator=moderator, reason="Right.", clock=database_now)
    held = place_hold(
        client=client, moderator=moderator, reason="Wait.", clock=database_now, flag=flag
    )
    release_hold(hold=held, moderator=moderator, reason="Enough.", clock=database_now)
    return set(ModerationAction.objects.all()) - before


def test_flags_leave_out_ones_own(party, own, foreign, mona, signed_in):
    assert listed(signed_in(mona), ALL) == {own, foreign}
    assert listed(signed_in(party), ALL) == {foreign}
    assert listed(signed_in(party), QUEUE) == {foreign}
    assert own.text in signed_in(mona).get(address(own)).content.decode()
    assert signed_in(party).get(address(own)).status_code == 403


def test_the_log_leaves_out_what_came_of_ones_own(party, own, foreign, mona, signed_in):
    about_own, about_foreign = deal_with(own, mona), deal_with(foreign, mona)

    assert listed(signed_in(mona), ACTIONS) == about_own | about_foreign
    assert listed(signed_in(party), ACTIONS) == about_foreign
    hidden = next(iter(about_own))
    assert signed_in(party).get(f"{ACTIONS}{hidden.pk}/change/").status_code == 302


def test_a_hold_without_a_flag_is_hidden_from_the_clients_members_alone(
    party, cleo, own, mona, signed_in
):
    place_hold(client=cleo.client, moderator=mona, reason="Wait.", clock=database_now)
    placed = set(ModerationAction.objects.all())

    assert listed(signed_in(party), ACTIONS) == (set() if party == cleo.user else placed)


def test_the_next_case_is_never_ones_own(party, own, foreign, signed_in):
    assert signed_in(party).get(address(foreign)).context["next_address"] == ""


def test_another_case_of_the_client_tells_nothing_of_ones_own(cleo, finn, olga, mona, signed_in):
    """The freelancer of one case moderates another freelancer's case with the same client."""
    own = flagged(cleo, finn)
    deal_with(own, mona)
    olga.door = "open"
    olga.save()
    other = flagged(cleo, olga)
    about_other = deal_with(other, mona)
    finn.user.is_staff = finn.user.is_superuser = True
    finn.user.save()

    assert set(signed_in(finn).get(address(other)).context["case"].actions) == about_other


def test_who_has_left_the_client_is_no_party(cleo, own, now, signed_in):
    Membership.objects.filter(pk=cleo.pk).update(left_at=now)
    cleo.user.is_staff = cleo.user.is_superuser = True
    cleo.user.save()

    assert listed(signed_in(cleo.user), ALL) == {own}
    assert signed_in(cleo.user).get(address(own)).status_code == 200


@pytest.mark.parametrize("key", ["none", "9" * 40, "9" * 5000, "-1"])
def test_a_case_that_is_not_there_is_not_found(mona, signed_in, key):
    assert signed_in(mona).get(f"{QUEUE}{key}/change/").status_code == 404

"""A freelancer who left, or may not sign in, gets nothing more, and takes no one's slot; nor does
one who never confirmed that the address is theirs."""

import pytest
from allauth.account.models import EmailAddress

from accounts.clock import database_now
from accounts.models import FreelancerProfile
from messaging import selectors
from messaging.models import Message, QuotaEntry
from messaging.services.outcomes import Gone, Refused, SkillGone
from messaging.services.requests import RequestContent
from tests import people
from tests.messaging.letters import LETTER, reply, send, write, writes_nothing

pytestmark = pytest.mark.django_db


def leave(freelancer: FreelancerProfile) -> None:
    FreelancerProfile.objects.filter(pk=freelancer.pk).update(deactivated_at=database_now())


def suspend(freelancer: FreelancerProfile) -> None:
    freelancer.user.is_active = False
    freelancer.user.save(update_fields=["is_active"])


def unconfirm(freelancer: FreelancerProfile) -> None:
    EmailAddress.objects.filter(user=freelancer.user).update(verified=False)


def confirm_another(freelancer: FreelancerProfile) -> None:
    EmailAddress.objects.filter(user=freelancer.user).update(email="another@people.example")


GOING = pytest.mark.parametrize("go", [leave, suspend])
NOT_HERE = pytest.mark.parametrize("go", [leave, suspend, unconfirm, confirm_another])


@NOT_HERE
def test_no_request_reaches_them(cleo, finn, go):
    assert send(cleo, people.freelancer("Gil")).pk
    go(finn)
    writes_nothing(lambda: send(cleo, finn), Gone)
    assert QuotaEntry.objects.count() == 1


@NOT_HERE
def test_they_are_not_listed(cleo, finn, go):
    assert finn in selectors.talent(words="", skill="")
    assert finn in selectors.within_reach(cleo.client)
    go(finn)
    assert finn not in selectors.talent(words="", skill="")
    assert finn not in selectors.profiles()
    assert finn not in selectors.within_reach(cleo.client)


@GOING
def test_a_client_in_conversation_hears_what_a_block_would_say(cleo, finn, go):
    conversation = send(cleo, finn).conversation
    reply(finn, conversation, "Gladly.")
    go(finn)
    refused = writes_nothing(lambda: write(cleo, conversation, "Are you there?"), Refused)
    assert str(refused) == "blocked"


@GOING
def test_they_write_nothing_more(cleo, finn, go):
    conversation = send(cleo, finn).conversation
    go(finn)
    writes_nothing(lambda: reply(finn, conversation, "One last word."), Gone)
    assert Message.objects.count() == 1


def test_a_skill_taken_off_the_profile_is_asked_for_no_more(cleo, finn):
    skill = people.skill("Typography")
    fields = {name: getattr(LETTER, name) for name in ("kind", "budget", "start", "body")}
    content = RequestContent(skill=skill, **fields)
    finn.skills.remove(skill)
    writes_nothing(lambda: send(cleo, finn, content=content), SkillGone)
    finn.skills.add(skill)
    assert send(cleo, finn, content=content).skill == skill

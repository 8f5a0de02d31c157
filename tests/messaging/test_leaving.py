"""A freelancer who left, or may not sign in, gets nothing more, and takes no one's slot."""

import pytest

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


GOING = pytest.mark.parametrize("go", [leave, suspend])


@GOING
def test_no_request_reaches_them(cleo, finn, go):
    assert send(cleo, people.freelancer("Gil")).pk
    go(finn)
    writes_nothing(lambda: send(cleo, finn), Gone)
    assert QuotaEntry.objects.count() == 1


@GOING
def test_they_are_not_listed(finn, go):
    assert finn in selectors.talent(words="", skill="")
    go(finn)
    assert finn not in selectors.talent(words="", skill="")
    assert finn not in selectors.profiles()


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

"""Every refusal through the web: the status, the sentence, the text kept, and nothing written."""

import pytest
from django.urls import reverse

from messaging.models import ContactRequest, Message
from tests import people
from tests.messaging import obstacles
from tests.messaging.letters import LETTER

NEUTRAL = "Finn isn’t taking new messages at the moment."
HOLD = "Your account is on hold or not active, so it can’t send messages."

#: What a client reads, as written for people, and the status: understood and refused (422), too
#: many (429), or a state that moved (409).
TOLD = [
    (obstacles.colleague, 422, "Finn writes for the same account as you"),
    (obstacles.talking, 409, "You and Finn are already in conversation."),
    (obstacles.own_block, 422, "You have blocked Finn. Unblock them first, then write."),
    (obstacles.held, 422, HOLD),
    (obstacles.inactive, 422, HOLD),
    (obstacles.poor, 422, "Not yet: $1,000.01 more paid to freelancers in the last 12 months"),
    (obstacles.full, 429, "All 5 places for new people are used. The next one opens"),
    (obstacles.waiting, 422, "Your request to Finn is waiting for an answer."),
    (obstacles.answer_on_its_way, 422, "Your request to Finn is waiting for an answer."),
    (obstacles.unanswered, 422, "Your last request to Finn was not answered"),
    (obstacles.withdrawn, 422, "you can write again"),
    (obstacles.put_off, 422, "Finn asked you to come back later: you can write again"),
    (obstacles.blocked, 422, NEUTRAL),
    (obstacles.declined, 422, NEUTRAL),
    (obstacles.invitation_declined, 422, NEUTRAL),
    (obstacles.closed, 422, NEUTRAL),
    (obstacles.paused, 422, NEUTRAL),
    (obstacles.spend_bar, 422, NEUTRAL),
    (obstacles.tenure_bar, 422, NEUTRAL),
    (obstacles.hired_bar, 422, NEUTRAL),
    (obstacles.country_bar, 422, NEUTRAL),
    (obstacles.skill_bar, 422, "That skill is not on offer here. Choose one of the list."),
    (obstacles.full_day, 422, NEUTRAL),
    (obstacles.full_week, 422, NEUTRAL),
]


def test_every_obstacle_is_in_the_table():
    assert [row[0] for row in TOLD] == [obstacle for obstacle, _ in obstacles.AGAINST]


@pytest.mark.parametrize(("obstacle", "status", "sentence"), TOLD)
def test_a_refusal_through_the_web(cleo, finn, signed_in, obstacle, status, sentence):
    obstacle(cleo, finn)
    before = (ContactRequest.objects.count(), Message.objects.count())
    answer = post(signed_in(cleo), finn)
    assert answer.status_code == status
    page = answer.content.decode().replace("&#x27;", "’").replace("'", "’")
    assert sentence in page
    assert LETTER.body in page, "what was written is kept"
    assert (ContactRequest.objects.count(), Message.objects.count()) == before


def test_without_an_obstacle_the_same_form_is_sent(cleo, finn, signed_in):
    """The premise of the table."""
    assert post(signed_in(cleo), finn).status_code == 303
    assert ContactRequest.objects.get().client == cleo.client


def post(browser, finn):
    skill = people.skill("Typography")
    return browser.post(
        reverse("compose", args=[finn.slug]),
        {
            "submission_key": "one",
            "skill": skill.pk,
            "kind": LETTER.kind,
            "budget": LETTER.budget,
            "start": LETTER.start,
            "body": LETTER.body,
        },
    )

"""The other side's read state: shown where both sides let it be, and nowhere else."""

import pytest
from django.urls import reverse

from messaging.models import Conversation
from messaging.models.conversation import Side
from messaging.services.conversations import mark_read
from tests.messaging.letters import reply, send, write


@pytest.fixture
def talk(cleo, finn) -> Conversation:
    """Cleo has asked, Finn answered, and Cleo wrote once more: messages 1 to 3."""
    reply(finn, send(cleo, finn).conversation, "Gladly.")
    talk = Conversation.objects.get()
    write(cleo, talk, "When?")
    return talk


def allow(*, client: bool = True, freelancer: bool = True) -> None:
    talk = Conversation.objects.select_related("client", "freelancer").get()
    talk.client.shows_reading, talk.freelancer.shows_reading = client, freelancer
    talk.client.save()
    talk.freelancer.save()


def read(side: Side, up_to: int) -> None:
    mark_read(conversation=Conversation.objects.get(), side=side, up_to=up_to)


def page(browser, talk: Conversation) -> str:
    return str(browser.get(reverse("conversation", args=[talk.public_id])).text)


def news(browser, talk: Conversation, **known: str):
    return browser.get(reverse("live_thread", args=[talk.public_id]), known)


@pytest.mark.parametrize(
    ("client", "freelancer"), [(True, True), (True, False), (False, True), (False, False)]
)
def test_it_takes_both(cleo, talk, signed_in, client, freelancer):
    allow(client=client, freelancer=freelancer)
    read(Side.FREELANCER, 3)
    assert ("Read by Finn" in page(signed_in(cleo), talk)) is (client and freelancer)


def test_it_is_said_of_the_newest_message_alone_and_to_who_wrote_it(cleo, finn, talk, signed_in):
    allow()
    client, freelancer = signed_in(cleo), signed_in(finn)
    assert "Read by" not in page(client, talk)
    read(Side.FREELANCER, 3)
    assert "Read by Finn" in page(client, talk)
    assert "Read by" not in page(freelancer, talk)
    write(cleo, talk, "Or on Monday?")
    assert "Read by" not in page(client, talk)


def test_an_open_page_hears_of_it(cleo, talk, signed_in):
    allow()
    client = signed_in(cleo)
    assert news(client, talk, after="3").status_code == 204
    read(Side.FREELANCER, 3)
    told = news(client, talk, after="3")
    assert "Read by Finn" in told.text
    assert "When?" not in told.text
    assert news(client, talk, after="3", seen="yes").status_code == 204
    write(cleo, talk, "Or on Monday?")
    assert "Read by" not in news(client, talk, after="3", seen="yes").text


@pytest.mark.parametrize("where", ["profile", "client_account"])
def test_it_is_off_until_somebody_turns_it_on(cleo, finn, signed_in, where):
    browser = signed_in(finn if where == "profile" else cleo)
    form = browser.get(reverse(where)).context["form"]
    assert form["shows_reading"].value() is False

"""Who was signed out while writing gets the text back, and finds the way to where they were."""

import pytest
from django.test import Client
from django.urls import reverse

from messaging.models import ContactRequest
from tests.messaging.letters import send

pytestmark = pytest.mark.django_db
TEXT = "We look for somebody to draw the tides & currents of our harbour."


def test_what_was_written_is_shown_and_nothing_sent(finn):
    address = reverse("compose", args=[finn.slug])
    answer = Client().post(address, {"body": TEXT, "password1": "a secret of mine"})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert TEXT.replace("&", "&amp;") in page
    assert "a secret of mine" not in page
    assert f"?next={address.replace('/', '%2F')}" in page
    assert not ContactRequest.objects.exists()


@pytest.mark.parametrize("act", ["opening", "reply"])
def test_a_button_pressed_too_late_leads_back_to_its_page(cleo, finn, signed_in, act):
    request = send(cleo, finn)
    address = reverse(act, args=[request.public_id])
    assert Client().post(address, {}).status_code == 403
    back = signed_in(finn).get(address)
    assert (back.status_code, back["Location"]) == (
        302,
        reverse("request", args=[request.public_id]),
    )


def test_a_link_that_acts_does_not_act_by_being_followed(cleo, finn, signed_in):
    address = reverse("block", args=[cleo.client.public_id])
    assert signed_in(finn).get(address)["Location"] == cleo.client.get_absolute_url()
    assert not finn.blocks.exists()

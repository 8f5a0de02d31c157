"""Who is stopped reads whom to write to."""

import pytest
from django.urls import reverse

LINK = '<a href="mailto:help@market.example">help@market.example</a>'


@pytest.mark.parametrize(
    ("address", "told"), [("help@market.example", LINK), ("", "the marketplace&#x27;s support")]
)
def test_a_client_on_hold_reads_where_to_appeal(hana, signed_in, settings, address, told):
    settings.SUPPORT_EMAIL = address
    page = signed_in(hana).get(reverse("eligibility")).text
    assert f"If you think it is a mistake, write to {told}." in page


def test_a_person_who_is_switched_off_reads_it_too(client, settings, db):
    settings.SUPPORT_EMAIL = "help@market.example"
    assert LINK in client.get(reverse("account_inactive")).text

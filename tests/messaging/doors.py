"""The page of the door, in one line each, for the tests of it."""

import re
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.clock import database_now
from accounts.models import FreelancerProfile
from messaging.door import Door
from messaging.models import OpenDoorLink
from messaging.selectors import door_of
from messaging.services.door import make_link

DAY = timedelta(days=1)
AS_IT_IS = {"door": "open", "known_clients_pass": "on"}


def save(browser: Client, **fields: Any) -> Any:
    """The answer to the form, which is filled in as it stands but for these fields."""
    return browser.post(reverse("door"), AS_IT_IS | fields)


def attempt(browser: Client, *, by_htmx: bool = False, **fields: Any) -> Any:
    """The same, tried and not saved."""
    headers = {"hx-request": "true"} if by_htmx else {}
    return browser.post(reverse("back_test"), AS_IT_IS | fields, headers=headers)


def said(answer: Any) -> str:
    """Every message of the page that follows."""
    page = answer.client.get(reverse("door")).content.decode()
    return " ".join(re.findall(r'class="flash flash-.*?<p>(.*?)</p>', page, re.DOTALL))


def stored(finn: FreelancerProfile) -> Door:
    return door_of(FreelancerProfile.objects.get(pk=finn.pk))


def soon() -> str:
    """A day that is near, as a form sends it."""
    return f"{timezone.localdate(database_now()) + 9 * DAY}"


def link_of(finn: FreelancerProfile, **terms: Any) -> OpenDoorLink:
    """A link of this freelancer's, made now."""
    terms = {"label": "Readers", "expires_at": None, "most_uses": None} | terms
    return make_link(freelancer=finn, clock=database_now, **terms)

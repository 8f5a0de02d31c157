"""An invitation of Cleo's to Nora, and what people do with it."""

from django.test import Client
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import Invitation

EMAIL = "nora@people.example"


def page_of(invitation: Invitation) -> str:
    return invitation.get_absolute_url()


def join(browser: Client, invitation: Invitation):
    return browser.post(reverse("joining", args=[invitation.code]))


def over(invitation: Invitation) -> None:
    """Its 14 days have just ended."""
    now = database_now()
    Invitation.objects.filter(pk=invitation.pk).update(expires_at=now)

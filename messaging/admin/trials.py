"""Accounts that were trying doors: rows to read, none to change."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReadOnly, person_at
from messaging.admin.case import accounts_of
from messaging.models import DoorTrial


@admin.register(DoorTrial)
class DoorTrialAdmin(ReadOnly[DoorTrial]):
    list_display = ("at", "client_link", "person", "hour", "refusals")
    list_select_related = ("client", "person")
    search_fields = ("client__name", "=client__external_id", "person__email")
    ordering = ("-at", "-pk")
    fields = ("client_link", "person", "hour", "at", "refusals")
    readonly_fields = ("client_link",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """What the moderator's own account did is for others to look at."""
        own = accounts_of(person_at(request))
        return super().get_queryset(request).exclude(client__in=own)

    @admin.display(description=_("client"))
    def client_link(self, trial: DoorTrial) -> str:
        """The account's own page at the desk."""
        address = reverse("admin:accounts_clientaccount_change", args=[trial.client_id])
        return format_html('<a href="{}">{}</a>', address, trial.client)

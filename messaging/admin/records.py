"""Rows that only grow: the desk shows them, the database refuses to change them."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin.base import ReadOnly, person_at
from messaging.admin.case import actions_not_mine
from messaging.models import Act, ModerationAction, QuotaEntry, Receipt


@admin.register(ModerationAction)
class ModerationActionAdmin(ReadOnly[ModerationAction]):
    list_display = ("at", "kind", "client", "moderator", "reason")
    list_select_related = ("client", "moderator")
    list_filter = ("kind",)
    search_fields = ("client__name", "=client__external_id", "moderator__email")
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """What came of the moderator's own cases is not theirs to read."""
        return super().get_queryset(request).filter(actions_not_mine(person_at(request)))


@admin.register(Act)
class ActAdmin(ReadOnly[Act]):
    list_display = ("at", "kind", "actor", "client", "freelancer", "old", "new")
    list_select_related = ("actor", "client", "freelancer")
    list_filter = ("kind",)
    search_fields = ("client__name", "=client__external_id", "freelancer__name")
    ordering = ("-pk",)


@admin.register(QuotaEntry)
class QuotaEntryAdmin(ReadOnly[QuotaEntry]):
    list_display = ("at", "client", "kind", "slots")
    list_select_related = ("client",)
    list_filter = ("kind",)
    search_fields = ("client__name", "=client__external_id")
    ordering = ("-pk",)


@admin.register(Receipt)
class ReceiptAdmin(ReadOnly[Receipt]):
    list_display = ("evaluated_at", "request", "basis", "plan", "policy")
    list_select_related = ("request__client", "request__freelancer", "policy")
    list_filter = ("basis", "plan")
    search_fields = ("request__client__name", "=request__client__external_id")
    ordering = ("-pk",)

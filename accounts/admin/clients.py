"""Client accounts, their members, and the dated facts about them."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import Dated, Desk, is_superuser, person_at, save_changed
from accounts.clock import database_now
from accounts.locks import lock_client
from accounts.models import ClientAccount, Membership, PlanChange, StateChange, User
from accounts.models.client import DatedFact
from accounts.services.members import take_back_invitations


class _Members(admin.TabularInline):  # type: ignore[type-arg] # generic to the checker only
    model = Membership
    fields = ("user", "role", "joined_at", "left_at", "removed_by")
    raw_id_fields = ("user",)
    readonly_fields = ("removed_by",)
    extra = 0
    verbose_name_plural = _("members: who leaves gets a date, nobody is deleted")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).select_related("user", "client", "removed_by")
        return rows.order_by("joined_at")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("accounts.view_clientaccount")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class _Facts(Dated, admin.TabularInline):  # type: ignore[type-arg] # generic to the checker only
    """Facts are added, never changed: a receipt is re-checked with what was known then."""

    extra = 0
    readonly_fields: ClassVar[Any] = ("recorded",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("client").order_by("at", "pk")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("accounts.view_clientaccount")

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return request.user.has_perm("accounts.change_clientaccount")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class _Plans(_Facts):
    model = PlanChange
    fields = ("plan", "anchor_day", "at", "recorded")
    verbose_name_plural = _("plans: the latest one is in force")


class _States(_Facts):
    model = StateChange
    fields = ("active", "reason", "at", "recorded")
    verbose_name_plural = _("account active or not: without a row it is active")


@admin.register(ClientAccount)
class ClientAccountAdmin(Desk[ClientAccount]):
    """What a send reads about a client is written under the client's lock, as by a service."""

    list_display = ("name", "external_id", "country", "joined_at")
    search_fields = ("name", "external_id")
    ordering = ("-pk",)
    fields = ("name", "external_id", "country", "website", "joined_at")
    inlines = (_Members, _Plans, _States)
    formfield_overrides: ClassVar[Any] = {models.URLField: {"assume_scheme": "https"}}

    def get_readonly_fields(self, request: HttpRequest, obj: ClientAccount | None = None) -> Any:
        """The marketplace's files find an account by its id, so that one is given once."""
        fixed = ["joined_at"] if obj else []
        return [*fixed, "external_id"] if obj and obj.external_id else fixed

    def has_delete_permission(self, request: HttpRequest, obj: ClientAccount | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: ClientAccount, form: Any, change: bool) -> None:
        if not change:
            obj.save()
            return
        lock_client(obj.pk)
        save_changed(obj, form)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Runs after `save_model`, so under the lock: what is recorded was not known before."""
        now = database_now()
        for row in formset.forms:
            if isinstance(row.instance, DatedFact):
                row.instance.recorded_at = now
            elif isinstance(row.instance, Membership) and row.instance.pk and row.has_changed():
                _put_out(row, person_at(request), now)
        super().save_formset(request, form, formset, change)


def _put_out(row: "forms.ModelForm[Membership]", by: User, now: datetime) -> None:
    """Who is given an end, or owns the account no more, is treated as by an owner's own hand."""
    member = row.instance
    if "left_at" in row.changed_data:
        member.removed_by = by if member.left_at else None
    if member.left_at or member.role != Membership.Role.OWNER:
        take_back_invitations(member, now)

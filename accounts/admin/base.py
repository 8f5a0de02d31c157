"""What every page of the desk has in common."""

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.models.client import DatedFact

M = TypeVar("M", bound=models.Model)

# Django's admin classes take a model's type for the type checker only.
if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin
else:

    class _ModelAdmin(admin.ModelAdmin, Generic[M]):
        pass


class Desk(_ModelAdmin[M]):
    """Lists stay quick whatever the table's size, and nothing is done to many rows at once."""

    list_per_page = 50
    list_max_show_all = 200
    show_full_result_count = False
    actions: Any = None


def save_changed(row: models.Model, form: forms.BaseForm) -> None:
    """Write only what this form changed: the rest may have moved since it was opened."""
    columns = {field.name for field in row._meta.concrete_fields}
    row.save(update_fields=columns & set(form.changed_data))


class ReadOnly(Desk[M]):
    """Rows that are facts: the desk shows them and changes none."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False


class Dated:
    """For the pages of dated facts: `recorded` is set by the desk, never typed."""

    @admin.display(description=_("recorded"))
    def recorded(self, fact: DatedFact) -> str | None:
        """When it was learned; nothing for a row that is still being typed."""
        return formats.localize(timezone.localtime(fact.recorded_at)) if fact.pk else None


def person_at(request: HttpRequest) -> User:
    """Who is at the desk. Raises PermissionDenied when nobody is signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def is_superuser(request: HttpRequest) -> bool:
    """Whether the person at the desk may do everything there."""
    person: Any = request.user
    return bool(person.is_active and person.is_superuser)

"""What the flag queue can be narrowed to. It opens on what is still to be decided."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from messaging.models import Flag

ALL = "all"


class OutcomeFilter(admin.SimpleListFilter):
    title = _("decision")
    parameter_name = "decision"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*Flag.Outcome.choices, (ALL, _("All"))]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        yield {
            "selected": self.value() is None,
            "query_string": changelist.get_query_string(remove=[self.parameter_name]),
            "display": _("Not decided"),
        }
        for value, title in self.lookup_choices:
            yield {
                "selected": self.value() == value,
                "query_string": changelist.get_query_string({self.parameter_name: value}),
                "display": title,
            }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() == ALL else queryset.filter(outcome=self.value() or "")


class SideFilter(admin.SimpleListFilter):
    """The side that flagged: each can only flag a message of the other's."""

    title = _("flagged by")
    parameter_name = "flagged_by"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("freelancer", _("The freelancer")), ("client", _("The client"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "freelancer":
                return queryset.filter(message__sender_client__isnull=False)
            case "client":
                return queryset.filter(message__sender_client=None)
            case _:
                return queryset


class StateFilter(admin.SimpleListFilter):
    """Of holds."""

    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("active", _("Active")), ("released", _("Released"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "active":
                return queryset.filter(released_at=None)
            case "released":
                return queryset.exclude(released_at=None)
            case _:
                return queryset

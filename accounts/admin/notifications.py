"""The outbox at the desk: what is stuck, and another try."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.admin.base import ReadOnly, is_superuser
from accounts.models import Notification
from accounts.services.mail_choices import try_again


class MailFilter(admin.SimpleListFilter):
    title = _("mail")
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("parked", _("Parked")), ("waiting", _("Waiting")), ("sent", _("Sent"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "parked":
                return queryset.filter(parked_at__isnull=False)
            case "waiting":
                return queryset.filter(mail_due_at__isnull=False, mailed_at=None, parked_at=None)
            case "sent":
                return queryset.filter(mailed_at__isnull=False)
            case _:
                return queryset


@admin.register(Notification)
class NotificationAdmin(ReadOnly[Notification]):
    """What somebody is told can say how a freelancer answered, so superusers alone look here."""

    actions = ("send_again",)
    list_display = (
        "recipient",
        "kind",
        "mail_due_at",
        "mailed_at",
        "tries",
        "trouble",
        "parked_at",
    )
    list_display_links = None
    list_filter = (MailFilter, "kind")
    list_select_related = ("recipient",)
    search_fields = ("recipient__email",)
    ordering = ("-pk",)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Notification | None = None) -> bool:
        return is_superuser(request)

    @admin.action(description=_("Try again"))
    def send_again(self, request: HttpRequest, queryset: QuerySet[Notification]) -> None:
        """Only what is parked: the rest leaves by itself."""
        again = try_again(rows=queryset)
        said = ngettext("{n} mail is tried again.", "{n} mails are tried again.", again)
        messages.success(request, said.format(n=again))

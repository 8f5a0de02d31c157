"""Holds: a list to read, and a page to release one. A hold is placed from a flag's case."""

from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.admin.base import ReadOnly
from accounts.clock import database_now
from accounts.models import User
from eligibility.models import Hold
from messaging.admin.filters import StateFilter
from messaging.admin.forms import ReleaseForm
from messaging.admin.outcomes import ALREADY_RELEASED, NotDone, attempt
from messaging.services.moderation import release_hold


@admin.register(Hold)
class HoldAdmin(ReadOnly[Hold]):
    list_display = ("client", "reason", "at", "placed_by", "released_at", "release_link")
    list_select_related = ("client", "placed_by")
    list_filter = (StateFilter,)
    search_fields = ("client__name", "=client__external_id")
    ordering = ("-pk",)
    fields = (
        "client",
        "reason",
        "at",
        "placed_by",
        "released_at",
        "release_link",
    )

    @admin.display(description=gettext_lazy("release"))
    def release_link(self, hold: Hold) -> str:
        if hold.released_at is not None:
            return _("Released")
        address = reverse("admin:eligibility_hold_release", args=[hold.pk])
        return format_html('<a href="{}">{}</a>', address, _("Release this hold"))

    def get_urls(self) -> list[URLPattern]:
        release = require_http_methods(["GET", "HEAD", "POST"])(self.release_view)
        own = path(
            "<int:hold_id>/release/",
            self.admin_site.admin_view(release),
            name="eligibility_hold_release",
        )
        return [own, *super().get_urls()]

    def release_view(self, request: HttpRequest, hold_id: int) -> HttpResponse:
        """Give the client back what it could do before, with a reason."""
        moderator = request.user
        if not moderator.has_perm("eligibility.change_hold") or not isinstance(moderator, User):
            raise PermissionDenied
        hold = get_object_or_404(Hold.objects.select_related("client", "placed_by"), pk=hold_id)
        form = ReleaseForm(request.POST or None)
        if request.method != "POST":
            return self._page(request, hold, form)
        if not form.is_valid():
            return self._page(request, hold, form, status=422)
        reason = form.cleaned_data["reason"]
        act = partial(
            release_hold, hold=hold, moderator=moderator, reason=reason, clock=database_now
        )
        refused = attempt(act, decided=ALREADY_RELEASED)
        if refused is not None:
            hold.refresh_from_db()
            return self._page(request, hold, form, refused=refused, status=refused.status)
        messages.success(request, _("Released. The client may send again."))
        return HttpResponseRedirect(reverse("admin:eligibility_hold_changelist"), status=303)

    def _page(
        self,
        request: HttpRequest,
        hold: Hold,
        form: ReleaseForm,
        *,
        refused: NotDone | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": _("Release a hold"),
            "opts": self.opts,
            "hold": hold,
            "form": form,
            "refused": refused,
        }
        template = "admin/eligibility/hold/release.html"
        return TemplateResponse(request, template, context, status=status)

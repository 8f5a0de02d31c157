"""The flag queue, and the case behind each flag."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.admin.base import Desk, person_at
from accounts.clock import database_now
from accounts.models import User
from eligibility.models import Hold
from messaging.admin import columns
from messaging.admin.case import is_party, lay_out, next_undecided, not_mine, queue, severity
from messaging.admin.filters import OutcomeFilter, SideFilter
from messaging.admin.forms import DecisionForm, HoldForm, ReasonForm, ReleaseForm
from messaging.admin.outcomes import ALREADY_RELEASED, OWN_CASE, NotDone, attempt
from messaging.models import Flag
from messaging.services import moderation

View = Callable[..., HttpResponse]


def _of_the_case(view: View) -> View:
    """A POST acts; whoever comes by a link, a reload or after signing in again reads the case."""

    def guarded(request: HttpRequest, flag_id: int, **named: int) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseRedirect(reverse("admin:messaging_flag_change", args=[flag_id]))
        return view(request, flag_id, **named)

    return guarded


@admin.register(Flag)
class FlagAdmin(Desk[Flag]):
    """Nobody edits a flag: it is decided once, by one of the acts below."""

    list_display = (
        columns.reason,
        columns.age,
        columns.excerpt,
        columns.client,
        columns.flagged_by,
        columns.decision,
    )
    list_filter = (OutcomeFilter, "reason", SideFilter)
    search_fields = (
        "message__conversation__client__name",
        "=message__conversation__client__external_id",
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Flag | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        """The moderator's own cases are left out of every list."""
        return queue().filter(not_mine(person_at(request)))

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Undecided: most serious, then oldest. Decided: the latest decision first.

        An expression, for the admin orders other models' choices of a flag by this as well.
        """
        return [F("decided_at").desc(nulls_first=True), severity(), "raised_at", "pk"]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        title = _("Flags: the most serious and oldest first")
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def get_urls(self) -> list[URLPattern]:
        acts: list[tuple[str, View, str]] = [
            ("<int:flag_id>/upholding/", self.upholding, "upholding"),
            ("<int:flag_id>/dismissal/", self.dismissal, "dismissal"),
            ("<int:flag_id>/hold/", self.hold, "hold"),
            ("<int:flag_id>/holds/<int:hold_id>/release/", self.release, "release"),
        ]
        own = [
            path(
                route,
                self.admin_site.admin_view(_of_the_case(view)),
                name=f"messaging_flag_{name}",
            )
            for route, view, name in acts
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The case. Reading changes nothing; every act has its own address."""
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        # Not among `get_queryset`: a party is told why the case is not shown to them.
        try:
            flag = queue().get(pk=object_id)
        except (Flag.DoesNotExist, ValueError) as error:
            raise Http404 from error
        return self._page(request, flag)

    def upholding(self, request: HttpRequest, flag_id: int) -> HttpResponse:
        """The report was right."""
        return self._decide(request, flag_id, moderation.uphold_flag, _("Upheld."))

    def dismissal(self, request: HttpRequest, flag_id: int) -> HttpResponse:
        """The message was acceptable."""
        return self._decide(request, flag_id, moderation.dismiss_flag, _("Dismissed."))

    def hold(self, request: HttpRequest, flag_id: int) -> HttpResponse:
        """Stop the client from sending, with a reason the client reads."""
        moderator, flag = self._enter(request, flag_id, "eligibility.add_hold")
        place = partial(
            moderation.place_hold,
            client=flag.message.conversation.client,
            flag=flag,
            moderator=moderator,
        )
        return self._act(
            request,
            flag,
            HoldForm(request.POST),
            place,
            done=_("On hold. The client can send nothing from now on, and can read the reason."),
            decided=_("The client is on hold already, so no second one was placed."),
        )

    def release(self, request: HttpRequest, flag_id: int, hold_id: int) -> HttpResponse:
        """Give the client back what it could do before."""
        moderator, flag = self._enter(request, flag_id, "eligibility.change_hold")
        client = flag.message.conversation.client_id
        hold = get_object_or_404(Hold, pk=hold_id, client=client)
        return self._act(
            request,
            flag,
            ReleaseForm(request.POST),
            partial(moderation.release_hold, hold=hold, moderator=moderator),
            done=_("Released. The client may send again."),
            decided=ALREADY_RELEASED,
        )

    def _decide(
        self, request: HttpRequest, flag_id: int, decide: Callable[..., None], done: str
    ) -> HttpResponse:
        moderator, flag = self._enter(request, flag_id, "messaging.change_flag")
        return self._act(
            request,
            flag,
            DecisionForm(request.POST),
            partial(decide, flag=flag, moderator=moderator),
            done=done,
            decided=_(
                "This flag was decided meanwhile; what was decided, and why, is shown below. "
                "Your decision was not saved."
            ),
        )

    def _enter(self, request: HttpRequest, flag_id: int, permission: str) -> tuple[User, Flag]:
        """Who acts, and on what. Whoever may not see flags may not act on one either."""
        moderator = request.user
        if not isinstance(moderator, User) or not moderator.has_perm(permission):
            raise PermissionDenied
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return moderator, get_object_or_404(queue(), pk=flag_id)

    def _act(
        self,
        request: HttpRequest,
        flag: Flag,
        form: ReasonForm,
        act: Callable[..., object],
        *,
        done: str,
        decided: str | Promise,
    ) -> HttpResponse:
        """Carry it out and go back to the case, or show the case with the sentence and the text."""
        if is_party(person_at(request), flag):
            return self._page(request, flag)
        if not form.is_valid():
            form.fields["reason"].widget.attrs["autofocus"] = True
            return self._page(request, flag, form=form, status=422)
        act = partial(act, reason=form.cleaned_data["reason"], clock=database_now)
        refused = attempt(act, decided=decided)
        if refused is not None:
            flag = queue().get(pk=flag.pk)
            return self._page(request, flag, form=form, refused=refused, status=refused.status)
        messages.success(request, done)
        return HttpResponseRedirect(_address(flag), status=303)

    def _page(
        self,
        request: HttpRequest,
        flag: Flag,
        *,
        form: ReasonForm | None = None,
        refused: NotDone | None = None,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "refused": refused,
            "form": form,
        }
        moderator = person_at(request)
        if is_party(moderator, flag):
            return self._own_case(request, context)
        following = next_undecided(flag, moderator)
        context |= {
            "title": _("Flag: %(reason)s") % {"reason": flag.get_reason_display()},
            "case": lay_out(flag, moderator),
            "decision": form if isinstance(form, DecisionForm) else DecisionForm(),
            "hold_form": form if isinstance(form, HoldForm) else HoldForm(),
            "release_form": form if isinstance(form, ReleaseForm) else ReleaseForm(),
            "next_address": _address(following) if following else "",
            "may_decide": self.has_change_permission(request),
            "may_hold": request.user.has_perm("eligibility.add_hold"),
            "may_release": request.user.has_perm("eligibility.change_hold"),
        }
        template = "admin/messaging/flag/change_form.html"
        return TemplateResponse(request, template, context, status=status)

    def _own_case(self, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
        """Says nothing of the case: who reported somebody is not for them to read."""
        context["title"] = _("You are a party to this case")
        template = "admin/messaging/flag/own_case.html"
        return TemplateResponse(request, template, context, status=OWN_CASE)


def _address(flag: Flag) -> str:
    return reverse("admin:messaging_flag_change", args=[flag.pk])

"""Open-door links: the freelancer's list of them, and where each leads."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.guards import freelancer_of, freelancer_only, member_of
from accounts.keyset import page
from accounts.models import FreelancerProfile
from messaging import selectors
from messaging.forms.links import LinkForm
from messaging.models import OpenDoorLink
from messaging.services.door import make_link, revoke_link


@dataclass(frozen=True, slots=True)
class Line:
    """One link in the list. `state`: "open", "revoked", "over" or "used_up"."""

    link: OpenDoorLink
    uses: int
    state: str
    address: str


@freelancer_only
def links(request: HttpRequest, freelancer: FreelancerProfile) -> HttpResponse:
    """The freelancer's links, newest first, and a form for one more."""
    now = database_now()
    form = LinkForm(request.POST if request.method == "POST" else None, now=now)
    if form.is_bound and form.is_valid():
        try:
            make_link(freelancer=freelancer, clock=database_now, **form.terms)
        except ValueError:
            form.add_error("last_day", _("That day has just ended. Choose a later one."))
        else:
            flash.success(request, _("The link is made. Send it to whom it is for."))
            return redirect("links")
    rows = page(request, selectors.links(freelancer), "made_at")
    context = {
        "form": form,
        "page": rows,
        "lines": [_line(request, link, now) for link in rows.rows],
    }
    return render(request, "door/links.html", context, status=422 if form.errors else 200)


def revocation(request: HttpRequest, code: str) -> HttpResponse:
    """The link opens nothing any more. Whoever comes here by an address goes on to the list."""
    if request.method != "POST":
        return redirect("links")
    return _revoke(request, code)


@freelancer_only
def _revoke(request: HttpRequest, freelancer: FreelancerProfile, code: str) -> HttpResponse:
    link = get_object_or_404(freelancer.links, code=code)
    revoke_link(freelancer=freelancer, link=link, clock=database_now)
    flash.success(request, _("“{name}” is revoked and opens nothing any more.").format(name=link))
    return redirect("links")


@require_safe
def open_door(request: HttpRequest, code: str) -> HttpResponse:
    """To the freelancer whose link it is. Whether it still opens, nobody learns here."""
    link, freelancer = selectors.link_of(code), freelancer_of(request)
    if link is not None and link.freelancer == freelancer:
        context = {"link": link, "address": request.build_absolute_uri()}
        return render(request, "door/own_link.html", context)
    if member_of(request) is None:
        raise PermissionDenied(_("This page is for members of a client account."))
    if link is None:
        raise Http404
    composer = reverse("compose", args=[link.freelancer.slug])
    return redirect(f"{composer}?{urlencode({'link': code})}")


def _line(request: HttpRequest, link: OpenDoorLink, now: datetime) -> Line:
    uses: int = link.uses  # type: ignore[attr-defined]
    if link.revoked_at is not None:
        state = "revoked"
    elif link.expires_at is not None and link.expires_at <= now:
        state = "over"
    else:
        state = "open" if link.opens(uses=uses, now=now) else "used_up"
    address = request.build_absolute_uri(reverse("open_door", args=[link.code]))
    return Line(link, uses, state, address)

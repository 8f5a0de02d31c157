"""The door settings, and the clients behind it: blocking, unblocking, who they are."""

from uuid import UUID

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.guards import act_of, freelancer_of, freelancer_only, member_of, person
from accounts.keyset import page
from accounts.models import ClientAccount, FreelancerProfile
from eligibility.selectors import verdict_at
from messaging import selectors
from messaging.facts import facts_of
from messaging.forms import DoorForm
from messaging.services.door import block_client, set_door, unblock_client

VIEW_CLIENTS = "accounts.view_clientaccount"


@freelancer_only
def door(request: HttpRequest, freelancer: FreelancerProfile) -> HttpResponse:
    """Open or closed, with what it means, and the list of blocked clients."""
    now_set = {"door": freelancer.door, "known_clients_pass": freelancer.known_clients_pass}
    form = DoorForm(request.POST or None, initial=now_set)
    if request.method == "POST" and form.is_valid():
        set_door(freelancer=freelancer, clock=database_now, **form.cleaned_data)
        flash.success(request, _("Saved. It holds from now on."))
        return redirect("door")
    context = {
        "form": form,
        "page": page(request, selectors.blocks(freelancer), "placed_at"),
        "waiting": selectors.waiting_count(freelancer),
    }
    return render(request, "door/page.html", context, status=422 if form.errors else 200)


@require_safe
def client(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """A client account as its link tells it: to freelancers, its own members and moderators."""
    shown = get_object_or_404(ClientAccount, public_id=public_id)
    freelancer, member = freelancer_of(request), member_of(request)
    own = member is not None and member.client_id == shown.pk
    if freelancer is None and not own and not person(request).has_perm(VIEW_CLIENTS):
        raise PermissionDenied(_("This page is for freelancers and for the client itself."))
    context = {"facts": facts_of(shown, verdict_at(shown.pk, database_now())), "own": own}
    if freelancer is not None and not own:
        context["blocked"] = selectors.is_blocked(shown.pk, freelancer.pk)
        context["may_block"] = True
        context["conversation"] = selectors.accepted_conversation(shown, freelancer)
        context["request_waiting"] = selectors.waiting_request(shown, freelancer)
    return render(request, "clients/page.html", context)


@act_of("client")
@freelancer_only
def block(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    shown = get_object_or_404(ClientAccount, public_id=public_id)
    block_client(freelancer=freelancer, client=shown, clock=database_now)
    flash.success(
        request,
        _("{name} is blocked. Nothing they send reaches you, and they are not told.").format(
            name=shown.name
        ),
    )
    return redirect(_back(request, shown))


@act_of("client")
@freelancer_only
def unblock(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    shown = get_object_or_404(ClientAccount, public_id=public_id)
    unblock_client(freelancer=freelancer, client=shown, clock=database_now)
    flash.success(request, _("{name} is no longer blocked.").format(name=shown.name))
    return redirect(_back(request, shown))


def _back(request: HttpRequest, shown: ClientAccount) -> str:
    """To the page the button stood on, when that is one of ours."""
    target = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return target
    return shown.get_absolute_url()

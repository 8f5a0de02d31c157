"""The door settings, and the clients behind it: blocking, unblocking, who they are."""

from uuid import UUID

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.clock import database_now
from accounts.guards import freelancer_only
from accounts.keyset import page
from accounts.models import ClientAccount, FreelancerProfile
from eligibility.selectors import verdict_at
from messaging import selectors
from messaging.facts import facts_of
from messaging.forms import DoorForm
from messaging.services.door import block_client, set_door, unblock_client


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
@freelancer_only
def client(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """A client account as anyone holding its link may know it: facts, block, unblock."""
    shown = get_object_or_404(ClientAccount, public_id=public_id)
    context = {
        "facts": facts_of(shown, verdict_at(shown.pk, database_now())),
        "blocked": selectors.is_blocked(shown.pk, freelancer.pk),
        "conversation": selectors.accepted_conversation(shown, freelancer),
        "request_waiting": selectors.waiting_request(shown, freelancer),
    }
    return render(request, "clients/page.html", context)


@require_POST
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


@require_POST
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

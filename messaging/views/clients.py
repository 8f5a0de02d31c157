"""Client accounts as a freelancer meets them: who they are, and blocking them."""

from typing import Any
from uuid import UUID

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.guards import act_of, freelancer_of, freelancer_only, member_of, person
from accounts.keyset import page
from accounts.models import ClientAccount, FreelancerProfile
from eligibility.selectors import verdict_at
from messaging import selectors
from messaging.facts import facts_of
from messaging.forms.blocks import BlockForm
from messaging.services.door import block_client, unblock_client
from messaging.views.ways import way_back

VIEW_CLIENTS = "accounts.view_clientaccount"
#: So many of the facts that make two people know each other are told.
RELATIONS_SHOWN = 5


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
        context |= _between(shown, freelancer)
    return render(request, "clients/page.html", context)


def _between(shown: ClientAccount, freelancer: FreelancerProfile) -> dict[str, Any]:
    """What there is between the two."""
    now = database_now()
    return {
        "may_block": True,
        "blocked": selectors.is_blocked(shown.pk, freelancer.pk),
        "conversation": selectors.accepted_conversation(shown, freelancer),
        "request_waiting": selectors.pair_request(shown, freelancer, now),
        "relations": selectors.relations(shown, freelancer, now)[:RELATIONS_SHOWN],
    }


@freelancer_only
def blocks(request: HttpRequest, freelancer: FreelancerProfile) -> HttpResponse:
    """The clients the freelancer has blocked, and a field for the link of one more."""
    data = request.POST if request.method == "POST" else None
    form = BlockForm(data, own=member_of(request))
    if form.is_valid():
        return redirect("blocking_client", public_id=form.cleaned_data["client"].public_id)
    context = {"form": form, "page": page(request, selectors.blocks(freelancer), "placed_at")}
    return render(request, "door/blocks.html", context, status=422 if form.errors else 200)


@require_safe
@freelancer_only
def blocking(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    """Who it is, before the block. Looking blocks nobody."""
    shown = get_object_or_404(ClientAccount, public_id=public_id)
    context = {
        "facts": facts_of(shown, verdict_at(shown.pk, database_now())),
        "blocked": selectors.is_blocked(shown.pk, freelancer.pk),
    }
    return render(request, "door/blocking.html", context)


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
    return redirect(way_back(request, shown.get_absolute_url()))


@act_of("client")
@freelancer_only
def unblock(request: HttpRequest, freelancer: FreelancerProfile, public_id: UUID) -> HttpResponse:
    shown = get_object_or_404(ClientAccount, public_id=public_id)
    unblock_client(freelancer=freelancer, client=shown, clock=database_now)
    flash.success(request, _("{name} is no longer blocked.").format(name=shown.name))
    return redirect(way_back(request, shown.get_absolute_url()))

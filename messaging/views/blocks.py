"""The freelancers a client account has blocked: blocking, unblocking, the list of them."""

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.guards import act_of, member_only
from accounts.keyset import page
from accounts.models import Membership
from messaging import selectors, wording
from messaging.services.door import block_freelancer, unblock_freelancer
from messaging.services.outcomes import NotAMember
from messaging.views.ways import way_back


@require_safe
@member_only
def client_blocks(request: HttpRequest, member: Membership) -> HttpResponse:
    """Whom the account has blocked, the latest first."""
    rows = page(request, selectors.blocks_of_client(member.client), "placed_at")
    return render(request, "talent/blocks.html", {"page": rows})


@act_of("talent_profile")
@member_only
def block(request: HttpRequest, member: Membership, slug: str) -> HttpResponse:
    shown = get_object_or_404(selectors.within_reach(member.client), slug=slug)
    try:
        block_freelancer(member=member, freelancer=shown, clock=database_now)
    except NotAMember as refused:
        raise PermissionDenied(str(wording.NO_LONGER_YOURS)) from refused
    flash.success(
        request,
        _("{name} is blocked. Nothing they write reaches you, and they are not told.").format(
            name=shown.name
        ),
    )
    return redirect(way_back(request, shown.get_absolute_url()))


@act_of("talent_profile")
@member_only
def unblock(request: HttpRequest, member: Membership, slug: str) -> HttpResponse:
    shown = get_object_or_404(selectors.within_reach(member.client), slug=slug)
    try:
        unblock_freelancer(member=member, freelancer=shown, clock=database_now)
    except NotAMember as refused:
        raise PermissionDenied(str(wording.NO_LONGER_YOURS)) from refused
    flash.success(request, _("{name} is no longer blocked.").format(name=shown.name))
    return redirect(way_back(request, shown.get_absolute_url()))

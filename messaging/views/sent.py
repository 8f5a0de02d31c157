"""What the client account sent, and what came of it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.guards import member_only
from accounts.keyset import page
from accounts.models import Membership
from messaging import selectors


@require_safe
@member_only
def sent(request: HttpRequest, member: Membership) -> HttpResponse:
    found = selectors.sent_requests(member)
    return render(request, "sent/list.html", {"page": page(request, found, "sent_at")})


@require_safe
@member_only
def sent_request(request: HttpRequest, member: Membership, public_id: UUID) -> HttpResponse:
    shown = get_object_or_404(selectors.sent_requests(member), public_id=public_id)
    return render(request, "sent/detail.html", {"shown": shown})

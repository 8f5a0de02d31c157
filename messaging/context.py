"""What every page knows about its reader."""

from typing import Any

from django.http import HttpRequest

from accounts.guards import freelancer_of, member_of
from messaging import selectors


def reader(request: HttpRequest) -> dict[str, Any]:
    """`member`, `freelancer` (or None) and `unread`, how many requests and conversations wait."""
    if not hasattr(request, "user") or not request.user.is_authenticated:
        return {}
    member, freelancer = member_of(request), freelancer_of(request)
    return {
        "member": member,
        "freelancer": freelancer,
        "unopened": selectors.unopened(freelancer) if freelancer else 0,
        "unread": selectors.unread(member, freelancer),
    }

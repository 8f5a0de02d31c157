"""What every page knows about its reader."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.guards import freelancer_of, member_of
from messaging import selectors


def reader(request: HttpRequest) -> dict[str, Any]:
    """`member`, `freelancer` (or None) and `counts`, what waits for them."""
    if not hasattr(request, "user") or not request.user.is_authenticated:
        return {}
    member, freelancer = member_of(request), freelancer_of(request)
    now = timezone.now()
    return {
        "member": member,
        "freelancer": freelancer,
        "counts": selectors.counts(request.user, member, freelancer, now),
    }

"""The front page."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.guards import freelancer_of, member_of
from accounts.models import User
from accounts.selectors import invitations_of


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this is, for visitors; for the signed-in, the page their day starts on."""
    if freelancer_of(request) is not None:
        return redirect("requests")
    if member_of(request) is not None:
        return redirect("eligibility")
    if request.user.is_staff:
        return redirect("admin:index")
    reader = request.user
    invitations = invitations_of(reader, timezone.now()) if isinstance(reader, User) else []
    return render(request, "home.html", {"invitations": invitations})

"""Pages for what went wrong: a sentence each, never a blank refusal."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our page, or came from one opened before signing in."""
    return render(request, "403_csrf.html", status=403)

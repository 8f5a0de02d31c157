"""Pages for what went wrong: a sentence each, never a blank refusal."""

import smtplib
import socket
import sys
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from redis.exceptions import RedisError

from accounts import limits

#: The fields people write in at length; nothing else of a form is shown again.
LETTERS = ("body", "note", "bio", "headline", "line", "reason")
#: What a dependency that does not answer raises.
AWAY = (
    OperationalError,
    InterfaceError,
    RedisError,
    limits.StoreAway,
    smtplib.SMTPException,
    ConnectionError,
    TimeoutError,
    socket.gaierror,
)


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from our page, or came from one opened before signing in."""
    return render(request, "403_csrf.html", status=403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400 with the sentence of a BadRequest, or a general one."""
    return render(request, "400.html", {"sentence": _sentence(exception)}, status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 with the sentence of the guard, or a general one, and with what was written: who was put
    out of an account keeps their words."""
    context = {"sentence": _sentence(exception), "texts": _texts(request)}
    return render(request, "403.html", context, status=403)


@login_not_required
def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429 for what django-allauth counts by itself: nothing of it is kept longer than a minute."""
    return limits.too_many(request, seconds=60)


def signed_out(request: HttpRequest) -> HttpResponse:
    """403 for a form sent without a session, with what was written in it."""
    sign_in = f"{reverse(settings.LOGIN_URL)}?{urlencode({'next': request.path})}"
    context = {"texts": _texts(request), "sign_in_url": sign_in}
    return render(request, "signed_out.html", context, status=403)


def not_allowed(request: HttpRequest, methods: list[str]) -> HttpResponse:
    """405: an address asked for in a way that means nothing here."""
    response = render(request, "405.html", status=405)
    response["Allow"] = ", ".join(methods)
    return response


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more than any form of ours asks for."""
    return render(request, "413.html", status=413)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database or another service we need does not answer."""
    # Without the request: the context processors ask the database, which may be what is away.
    response = HttpResponse(render_to_string("503.html"), status=503)
    response["Retry-After"] = "30"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500, or 503 when it was the database, Redis or the mail server that did not answer."""
    if isinstance(sys.exc_info()[1], AWAY):
        return unavailable(request)
    return HttpResponse(render_to_string("500.html"), status=500)


def _texts(request: HttpRequest) -> list[str]:
    """What somebody wrote in the form that is refused; nothing when no form was sent."""
    return [request.POST[name] for name in LETTERS if " " in request.POST.get(name, "")]


def _sentence(exception: Exception | None) -> str:
    """Our own BadRequest and PermissionDenied carry sentences for people; others do not."""
    return str(exception) if isinstance(exception, BadRequest | PermissionDenied) else ""

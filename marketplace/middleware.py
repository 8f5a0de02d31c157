"""What happens to every request."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import unquote_to_bytes
from zoneinfo import ZoneInfo

from allauth.usersessions.middleware import UserSessionsMiddleware
from allauth.usersessions.models import UserSession
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import BadRequest, RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.adapter import client_address
from marketplace import errors

GetResponse = Callable[[HttpRequest], HttpResponse]
METHODS = ["GET", "HEAD", "POST"]
SEEN_EVERY = timedelta(minutes=1)
AGENT_KEPT = UserSession._meta.get_field("user_agent").max_length


def readers_time_zone(get_response: GetResponse) -> GetResponse:
    """Times on pages are told in the reader's own zone."""

    def middleware(request: HttpRequest) -> HttpResponse:
        zone = getattr(request.user, "time_zone", "UTC")
        with timezone.override(ZoneInfo(zone)):
            return get_response(request)

    return middleware


def private_pages(get_response: GetResponse) -> GetResponse:
    """Nothing a signed-in person saw is kept by a cache or shown after sign-out."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.user.is_authenticated and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response

    return middleware


def plain_methods(get_response: GetResponse) -> GetResponse:
    """Forms and links need three methods; to no page does any other mean something."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method not in METHODS:
            return errors.not_allowed(request, METHODS)
        return get_response(request)

    return middleware


def see_other(get_response: GetResponse) -> GetResponse:
    """A form that was taken leads on by 303: the next page is fetched, the form not sent again."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if request.method == "POST" and response.status_code == 302:
            response.status_code = 303
        return response

    return middleware


def sessions_seen(get_response: GetResponse) -> GetResponse:
    """Keeps when each session was last used, for its owner's list: to the minute, so that reading
    pages hardly ever writes. An open page that looks by itself is no use."""
    kept = UserSessionsMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponse:
        looks = request.path_info.startswith("/live/")
        response: HttpResponse = (get_response if looks or _is_known(request) else kept)(request)
        return response

    return middleware


def _is_known(request: HttpRequest) -> bool:
    """Whether this session was seen within the minute, by this browser at this address."""
    if not request.user.is_authenticated:
        return False
    known = UserSession.objects.filter(
        session_key=request.session.session_key,
        user=request.user,
        ip=client_address(request),
        user_agent=request.headers.get("User-Agent", "")[:AGENT_KEPT],
        last_seen_at__gt=timezone.now() - SEEN_EVERY,
    )
    return bool(known.exists())


class SignedInUnlessSaid(LoginRequiredMiddleware):
    """Every page needs a signed-in reader unless its view says otherwise.

    Who was signed out while writing gets back what they wrote.
    """

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        if refused is not None and request.method == "POST":
            return errors.signed_out(request)
        return refused


def well_formed_input(get_response: GetResponse) -> GetResponse:
    """Refuses what is too long, bytes that are not UTF-8 and NUL characters, before any form.

    Django would decode the second to U+FFFD and store it; the third passes on SQLite and is a
    server error on PostgreSQL.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        try:
            if not _is_well_formed(request):
                sentence = _("Part of what was sent is not text we can read, so nothing was done.")
                return errors.bad_request(request, BadRequest(sentence))
        except RequestDataTooBig:
            return errors.too_large(request)
        return get_response(request)

    return middleware


def _is_well_formed(request: HttpRequest) -> bool:
    if (request.content_params or {}).get("charset", "utf-8").lower().replace("-", "") != "utf8":
        return False
    query = unquote_to_bytes(request.META.get("QUERY_STRING", ""))
    cookies = "".join(request.COOKIES.values())
    body = _body(request)
    if "\0" in cookies + request.path or not _is_text(query) or not _is_text(body):
        return False
    return request.content_type != "multipart/form-data" or _has_whole_parts(request)


def _has_whole_parts(request: HttpRequest) -> bool:
    """A part may come in base64, which hides its bytes until Django has decoded them."""
    told = "".join(name + "".join(values) for name, values in request.POST.lists())
    damaged = told.count("\ufffd") > request.body.count("\ufffd".encode())
    return not damaged and "\0" not in told


def _body(request: HttpRequest) -> bytes:
    """The body with form encoding undone. Raises RequestDataTooBig."""
    if request.method in {"GET", "HEAD"}:
        return b""
    is_form = request.content_type == "application/x-www-form-urlencoded"
    return unquote_to_bytes(request.body) if is_form else request.body


def _is_text(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return b"\0" not in raw

"""What happens to every request."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

GetResponse = Callable[[HttpRequest], HttpResponse]
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


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


def well_formed_input(get_response: GetResponse) -> GetResponse:
    """Refuses bytes that are not UTF-8 and NUL characters, before they reach form or database.

    Django would decode the one to U+FFFD, and the other passes on SQLite and fails on PostgreSQL.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    return middleware

"""Back to where a person was, and how much of a page is asked for."""

from urllib.parse import SplitResult, urlsplit

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page that `next` names in form or address, when it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next", "")
    return target if _is_ours(request, target) else otherwise


def _is_ours(request: HttpRequest, target: str) -> bool:
    return url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())


def by_htmx(request: HttpRequest) -> bool:
    """Whether a part of the page is asked for, not a page."""
    return "HX-Request" in request.headers


def list_beside(request: HttpRequest) -> SplitResult | None:
    """The list of requests, without its host, that one is asked for to stand beside; None where it
    is a page of its own.

    Htmx sends the same headers again after a redirect, so this holds for the page that follows.
    """
    shown = request.headers.get("HX-Current-URL", "")
    if request.headers.get("HX-Target") != "opened" or not _is_ours(request, shown):
        return None
    found = urlsplit(shown)._replace(scheme="", netloc="", fragment="")
    return found if found.path == reverse("requests") else None

"""Back to where a person was."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page that `next` names in form or address, when it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        return target
    return otherwise


def by_htmx(request: HttpRequest) -> bool:
    """Whether a part of the page is asked for, not a page."""
    return "HX-Request" in request.headers

"""Three addresses for whoever runs the site: does it answer, is it ready, and its figures.

They are answered ahead of sessions, hosts and pages, so that they answer whatever is away.
"""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from marketplace.figures import metrics
from marketplace.parts import words

#: Without these no page can be made; without the others most can, so they take no site out of
#: service.
NEEDED = {"database"}


@never_cache
@login_not_required
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """This process answers. Nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@login_not_required
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """How each part is, in a word; 503 when pages cannot be made."""
    told = words()
    ready = all(told[name] == "ok" for name in NEEDED)
    return JsonResponse(told, status=200 if ready else 503)


addresses: list[URLPattern] = [
    path(view.__name__, view, name=view.__name__) for view in (healthz, readyz, metrics)
]


def ahead(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Answers the three before anything else is asked."""
    views = {f"/{view.__name__}": view for view in (healthz, readyz, metrics)}

    def middleware(request: HttpRequest) -> HttpResponse:
        view = views.get(request.path_info)
        if view and request.method in {"GET", "HEAD"}:
            return view(request)
        return get_response(request)

    return middleware

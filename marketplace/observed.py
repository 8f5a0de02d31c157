"""Every answer leaves one line in the log and one figure: which view, which status, how long."""

import logging
import re
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts import metrics
from marketplace import logs

HEADER = "X-Request-ID"
METHODS = {"GET", "HEAD", "POST"}
WELL_FORMED = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
log = logging.getLogger(__name__)


def observed(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Names the request, counts and times its answer, and says its name in the answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request_id = _request_id(request)
        before = logs.asked.set(logs.Asked(request_id, request))
        started = time.perf_counter()
        try:
            response = get_response(request)
            _tell(request, response.status_code, time.perf_counter() - started)
        finally:
            logs.asked.reset(before)
        response[HEADER] = request_id
        return response

    return middleware


def _request_id(request: HttpRequest) -> str:
    """The name a proxy of ours gave the request, if it is one; otherwise a new one."""
    given = request.headers.get(HEADER, "") if settings.ALLAUTH_TRUSTED_PROXY_COUNT else ""
    return given if WELL_FORMED.fullmatch(given) else uuid.uuid4().hex


def _tell(request: HttpRequest, status: int, seconds: float) -> None:
    view = logs.view_of(request)
    metrics.ANSWERS.labels(view, status).observe(seconds)
    fields = {"view": view, "status": status, "milliseconds": round(1000 * seconds)}
    log.info("%s answered", request.method if request.method in METHODS else "?", extra=fields)

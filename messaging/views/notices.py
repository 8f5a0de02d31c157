"""What a person was told: answers, the gate, holds, decisions. Requests and messages have lists of
their own."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.clock import database_now
from accounts.guards import act_of, person
from accounts.keyset import page
from messaging import selectors
from messaging.news import news
from messaging.services.notices import see_notices


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """Newest first; those that are new since the last look say so."""
    reader, now = person(request), database_now()
    rows = page(request, selectors.notices(reader, now), "due_at")
    context = {
        "page": rows,
        "told": news(rows.rows, now),
        "seen_at": reader.notices_seen_at,
        "new": selectors.unseen(reader, now),
        "now": now,
        "kept_days": settings.NOTICES_KEPT.days,
    }
    return render(request, "notices/list.html", context)


@act_of("notices")
def seeing(request: HttpRequest) -> HttpResponse:
    """The reader has seen what is there. The page says so itself where scripts run."""
    see_notices(reader=person(request), clock=database_now)
    if request.headers.get("HX-Request"):
        return HttpResponse()
    return redirect("notices")

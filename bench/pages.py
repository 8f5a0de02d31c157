"""The site's addresses, and beside them the pages that its own are measured against."""

import uuid
from datetime import timedelta
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.guards import person
from accounts.models import ClientAccount, FreelancerProfile
from marketplace import urls as site
from messaging.models import ContactRequest, Conversation, Message

handler400, handler403, handler429, handler500 = (
    site.handler400,
    site.handler403,
    site.handler429,
    site.handler500,
)


@require_safe
def empty(request: HttpRequest) -> HttpResponse:
    """The site's frame with nothing in it: what every page costs before it says anything."""
    return HttpResponse(_frame().render({}, request))


@require_safe
def bare(request: HttpRequest) -> HttpResponse:
    """No page at all: the session, the person and one SELECT, through all of the middleware."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM accounts_user WHERE id = %s", [person(request).pk])
        return HttpResponse(str(cursor.fetchone()[0]))


@require_POST
def inserts(request: HttpRequest, client: int, freelancer: int) -> HttpResponse:
    """The three rows of a first message, with no rule asked and nobody told."""
    now = timezone.now()
    pair: dict[str, Any] = {
        "client": ClientAccount(pk=client),
        "freelancer": FreelancerProfile(pk=freelancer),
    }
    with transaction.atomic():
        conversation = Conversation.objects.create(**pair, last_at=now, last_seq=1)
        message = Message.objects.create(
            conversation=conversation,
            seq=1,
            author=person(request),
            sender_client=pair["client"],
            body=request.POST["body"],
            sent_at=now,
            submission_key=uuid.uuid4().hex,
        )
        ContactRequest.objects.create(
            **pair,
            conversation=conversation,
            message=message,
            member=person(request),
            kind=ContactRequest.Kind.ADVICE,
            budget=ContactRequest.Budget.OPEN,
            start=ContactRequest.Start.NOW,
            sent_at=now,
            expires_at=now + timedelta(days=14),
        )
    return HttpResponse(status=204)


@cache
def _frame() -> Any:
    return engines["django"].from_string('{% extends "base.html" %}')


urlpatterns = [
    path("bench/empty/", empty),
    path("bench/bare/", bare),
    path("bench/inserts/<int:client>/<int:freelancer>/", inserts, name="inserts"),
    *site.urlpatterns,
]

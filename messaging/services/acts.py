"""The line in the log that every step of a request leaves, and the step that time takes."""

from datetime import datetime

from accounts import bell
from messaging import notifications
from messaging.models import Act, ContactRequest


def log(
    kind: Act.Kind, request: ContactRequest, *, actor_id: int | None, old: str, now: datetime
) -> None:
    """One line: who took the request from `old` to the state it has now."""
    Act.objects.create(
        at=now,
        actor_id=actor_id,
        kind=kind,
        client_id=request.client_id,
        freelancer_id=request.freelancer_id,
        request=request,
        old=old,
        new=request.state,
    )


def expire(request: ContactRequest, now: datetime) -> None:
    """Write down that the time of a waiting request is over. It ended when its time did, however
    late this is written. Call under the client's lock."""
    old, request.state = request.state, ContactRequest.State.EXPIRED
    request.ended_at = request.told_at = request.expires_at
    request.save(update_fields=["state", "ended_at", "told_at"])
    log(Act.Kind.REQUEST_EXPIRED, request, actor_id=None, old=old, now=now)
    notifications.answered(request, now)
    bell.ring_sides(client_id=request.client_id, freelancer_id=request.freelancer_id)

"""What time has brought and nobody wrote down yet.

Pages derive all of it from instants, so running late, twice or in two places at once changes no
state that a person reads: this keeps the tables tidy, and tells people what time has brought or is
about to bring. Only that news is late when this is.
"""

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts.clock import Clock
from accounts.locks import lock_client
from accounts.models import Notification, PlanChange
from accounts.services.sessions import forget_sessions
from eligibility.models import Hold
from eligibility.selectors import policy_at
from eligibility.watch import watch_gates
from messaging import notifications
from messaging.models import Block, ContactRequest, QuotaEntry
from messaging.models.conversation import Side
from messaging.quota import LONGEST_CYCLE
from messaging.services.acts import expire
from messaging.services.answers import settle
from messaging.services.drafts import delete_old
from messaging.services.notices import forget_told

BATCH = 500  # accounts or requests looked at in one run
SOON = timedelta(days=2)
log = logging.getLogger(__name__)


def tidy(*, clock: Clock) -> tuple[int, int]:
    """Write down what expired and which credits came back. Returns how many of each."""
    return expire_overdue(clock=clock), settle_due(clock=clock)


def tell_of_time(*, clock: Clock) -> tuple[int, int]:
    """Tell people what time is about to bring: requests that expire soon, gates that open and
    close. Returns how many requests were told and how many accounts were looked at."""
    return tell_expiring(clock=clock), watch_gates(clock=clock)


def tidy_or_tell(*, clock: Clock) -> bool:
    """All of it, for whoever runs it again and again: whether every step came to its end. One that
    breaks off keeps none of the others. What went wrong is told by its class alone, as an error's
    own text can hold a person's, and the next run tries again."""
    steps = (
        expire_overdue,
        settle_due,
        tell_expiring,
        watch_gates,
        partial(delete_old, most=BATCH),
        partial(forget_sessions, most=BATCH),
        partial(forget_told, most=10 * BATCH),
    )
    done = [_is_done(step, clock) for step in steps]
    return all(done)


def _is_done(step: Callable[..., int], clock: Clock) -> bool:
    try:
        step(clock=clock)
    except Exception as error:  # noqa: BLE001 - whatever it was, the next run is due
        log.error("Upkeep broke off: %s", type(error).__name__)
        return False
    return True


def expire_overdue(*, clock: Clock) -> int:
    """Expire waiting requests whose time is over, oldest first, each in its own transaction."""
    overdue = ContactRequest.objects.filter(
        state=ContactRequest.State.WAITING, expires_at__lte=clock()
    ).order_by("expires_at")
    return sum(
        _expire(pk, client, clock) for pk, client in overdue.values_list("pk", "client")[:BATCH]
    )


def _expire(request_id: int, client_id: int, clock: Clock) -> bool:
    with transaction.atomic(durable=True):
        lock_client(client_id)
        now = clock()
        request = ContactRequest.objects.get(pk=request_id)
        due = request.state == ContactRequest.State.WAITING and request.expires_at <= now
        if due:
            expire(request, now)
    return due


def tell_expiring(*, clock: Clock) -> int:
    """Tell freelancers of the sealed requests that expire within SOON, each once. Returns how many
    were told."""
    now = clock()
    told = Notification.objects.filter(kind=Notification.Kind.EXPIRING, subject=OuterRef("pk"))
    soon = _knocking(now).filter(~Exists(told), expires_at__lte=now + SOON).order_by("expires_at")
    return sum(_tell_expiring(pk, client, clock) for pk, client in soon[:BATCH])


def _knocking(now: datetime) -> QuerySet[ContactRequest, tuple[int, int]]:
    """Requests that somebody may still open, who has neither blocked the client nor left. A client
    on hold is not heard either."""
    pair = Block.objects.filter(
        client=OuterRef("client"), freelancer=OuterRef("freelancer"), lifted_at=None
    )
    held = Hold.objects.filter(client=OuterRef("client"), released_at=None)
    waiting = ContactRequest.objects.filter(
        ~Exists(pair.filter(side=Side.FREELANCER)),
        ~Exists(held),
        state=ContactRequest.State.WAITING,
        opened_at=None,
        expires_at__gt=now,
        freelancer__deactivated_at=None,
        freelancer__user__is_active=True,
    )
    return waiting.values_list("pk", "client")


def _tell_expiring(request_id: int, client_id: int, clock: Clock) -> bool:
    with transaction.atomic(durable=True):
        lock_client(client_id)
        now = clock()
        still = _knocking(now).filter(pk=request_id).exists()
        if still:
            request = ContactRequest.objects.select_related("freelancer").get(pk=request_id)
            notifications.expires_soon(request, now)
    return still


def settle_due(*, clock: Clock) -> int:
    """Write the credits of answers that were told within the last two cycles.

    An answer beyond what can come back never gets a line, so its account is looked at again and
    again: of more than BATCH, chance says which, and nobody waits behind them for long.
    """
    now = clock()
    answered = ContactRequest.objects.filter(
        state__in=ContactRequest.ANSWERS, told_at__lte=now, told_at__gt=now - 2 * LONGEST_CYCLE
    )
    # From the few accounts on such a plan to their answers, not from everybody's answers.
    on_cycles = PlanChange.objects.filter(plan__in=_cycle_plans(clock)).values("client")
    used = answered.filter(client__in=on_cycles, quota_entries__kind=QuotaEntry.Kind.USED)
    unsettled = used.exclude(quota_entries__kind=QuotaEntry.Kind.RETURNED)
    clients = list(unsettled.order_by().values_list("client", flat=True).distinct())
    turn = random.sample(clients, min(len(clients), BATCH))
    return sum(_settle(client, clock) for client in turn)


def _cycle_plans(clock: Clock) -> list[str]:
    plans = policy_at(clock()).plans.items()
    return [name for name, terms in plans if terms.quota.window == "cycle"]


def _settle(client_id: int, clock: Clock) -> int:
    with transaction.atomic(durable=True):
        lock_client(client_id)
        return settle(client_id, clock())

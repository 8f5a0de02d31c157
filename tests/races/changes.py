"""Changes of facts as an import or the admin makes them: under the lock, dated after it."""

import uuid

from django.db import transaction

from accounts.clock import database_now
from accounts.locks import lock_client
from eligibility.models import Payment, Refund


def refund_whole(payment: Payment) -> None:
    with transaction.atomic(durable=True):
        lock_client(payment.client_id)
        now = database_now()
        Refund.objects.create(
            event_id=uuid.uuid4().hex,
            client_id=payment.client_id,
            payment=payment,
            payment_event_id=payment.event_id,
            amount_cents=payment.amount_cents,
            amount=payment.amount,
            at=now,
            recorded_at=now,
        )

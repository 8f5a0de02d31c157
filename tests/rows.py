"""A valid new row of every model, unsaved, with the rows it points to: ground for bad inserts."""

import itertools
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Model

from accounts.models import (
    ClientAccount,
    FreelancerProfile,
    Invitation,
    MailChoice,
    Membership,
    Notification,
    PlanChange,
    Relationship,
    Skill,
    StateChange,
    User,
)
from eligibility.models import BillingMethod, Dispute, Hold, Payment, Policy, Refund
from messaging.models import (
    Act,
    Block,
    ContactRequest,
    Conversation,
    DoorTrial,
    Draft,
    Flag,
    Message,
    ModerationAction,
    OpenDoorLink,
    QuotaEntry,
    Receipt,
)

THEN = datetime(2026, 11, 1, tzinfo=UTC)
_numbers = itertools.count(2)
Values = dict[str, Any]


def fresh(model: type[Model], **changes: Any) -> Any:
    """An unsaved row that the database accepts, but for what is changed. Its parents are saved."""
    return model(**(VALID[model]() | changes))


def there(model: type[Model], **changes: Any) -> Any:
    """The same, saved."""
    row = fresh(model, **changes)
    row.save(force_insert=True)
    return row


def word() -> str:
    return f"w{uuid.uuid4().hex[:12]}"


def event() -> Values:
    return {"event_id": word(), "at": THEN}


def money() -> Values:
    return {"amount_cents": 100, "amount": 100}


def reversal() -> Values:
    payment = there(Payment)
    names = {"payment": payment, "payment_event_id": payment.event_id}
    return event() | names | {"client": payment.client}


def policy() -> Values:
    number = next(_numbers)
    return {
        "version": number,
        "starts_at": datetime(3000, 1, 1, tzinfo=UTC).replace(microsecond=number),
        "spend_over_cents": 0,
        "spend_window_months": 12,
        "tenure_over_days": 90,
        "first_payment_over_days": 90,
        "plans": {},
    }


def pair() -> Values:
    return {"client": there(ClientAccount), "freelancer": there(FreelancerProfile)}


def message() -> Values:
    conversation = there(Conversation)
    return {
        "conversation": conversation,
        "sender_client": conversation.client,
        "author": there(User),
        "seq": 1,
        "body": "Hello",
        "sent_at": THEN,
        "submission_key": word(),
    }


def request() -> Values:
    first = there(Message)
    return {
        "client": first.conversation.client,
        "freelancer": first.conversation.freelancer,
        "conversation": first.conversation,
        "message": first,
        "member": first.author,
        "kind": "advice",
        "budget": "open",
        "start": "open",
        "sent_at": THEN,
        "expires_at": THEN + timedelta(days=14),
    }


def receipt() -> Values:
    return {
        "request": there(ContactRequest),
        "policy": Policy.objects.get(version=1),
        "plan": "marketplace",
        "basis": "gate",
        "evaluated_at": THEN,
        "results": {},
    }


def quota_entry() -> Values:
    asked = there(ContactRequest)
    return {"client": asked.client, "request": asked, "kind": "used", "slots": 1, "at": THEN}


def flag() -> Values:
    return {
        "message": there(Message),
        "reporter": there(User),
        "reason": "spam",
        "text": "Hello",
        "raised_at": THEN,
    }


def of_client(**values: Any) -> Callable[[], Values]:
    return lambda: {"client": there(ClientAccount), **values}


VALID: dict[type[Model], Callable[[], Values]] = {
    User: lambda: {"email": f"{word()}@people.example", "name": "Someone"},
    Skill: lambda: {"name": word(), "slug": word()},
    ClientAccount: lambda: {"name": "Client", "external_id": word()},
    PlanChange: of_client(plan="plus", at=THEN),
    StateChange: of_client(active=False, reason="Closed", at=THEN),
    Membership: lambda: {"client": there(ClientAccount), "user": there(User)},
    Invitation: lambda: {
        "client": there(ClientAccount),
        "email": f"{word()}@people.example",
        "invited_by": there(User),
        "made_at": THEN,
        "expires_at": THEN + timedelta(days=14),
    },
    Notification: lambda: {
        "recipient": there(User),
        "kind": "request",
        "subject": next(_numbers),
        "at": THEN,
        "due_at": THEN,
    },
    MailChoice: lambda: {"person": there(User), "kind": "message", "time": "off"},
    FreelancerProfile: lambda: {"user": there(User), "slug": word(), "name": "Freelancer"},
    Relationship: lambda: pair() | {"kind": "contract", "at": THEN, "external_id": word()},
    BillingMethod: lambda: {
        "client": there(ClientAccount),
        "external_id": word(),
        "label": "Card",
        "verified_at": THEN,
    },
    Payment: lambda: event() | money() | {"client": there(ClientAccount)},
    Refund: lambda: reversal() | money(),
    Dispute: lambda: reversal() | {"step": "opened"},
    Hold: lambda: {
        "client": there(ClientAccount),
        "reason": "A report",
        "at": THEN,
        "external_id": word(),
    },
    Policy: policy,
    Conversation: lambda: pair() | {"last_at": THEN, "last_seq": 1},
    Message: message,
    ContactRequest: request,
    Receipt: receipt,
    QuotaEntry: quota_entry,
    Block: lambda: pair() | {"placed_at": THEN},
    OpenDoorLink: lambda: {"freelancer": there(FreelancerProfile), "made_at": THEN},
    DoorTrial: lambda: {
        "client": there(ClientAccount),
        "person": there(User),
        "hour": THEN,
        "at": THEN,
        "refusals": 20,
    },
    Draft: lambda: {
        "owner": there(User),
        "freelancer": there(FreelancerProfile),
        "body": "Hello",
        "saved_at": THEN,
    },
    Flag: flag,
    Act: lambda: {"at": THEN, "actor": there(User), "kind": "door_changed"},
    ModerationAction: lambda: {
        "at": THEN,
        "moderator": there(User),
        "kind": "hold_placed",
        "client": there(ClientAccount),
        "reason": "A report",
    },
}

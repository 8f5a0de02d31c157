"""Rows as no service writes them: a request put past every check, with whatever receipt is wanted.

What is not asked for is honest, so that each test breaks one thing.
"""

import uuid
from datetime import datetime
from typing import Any

from accounts.models import FreelancerProfile, Membership
from eligibility import receipts
from eligibility.rules import Criterion
from eligibility.selectors import verdict_at
from messaging import notifications
from messaging.door import Door, door_content
from messaging.models import Act, ContactRequest, Conversation, Message, QuotaEntry, Receipt
from messaging.pair import EXPIRES_AFTER
from tests.messaging.letters import LETTER

Row = dict[str, Any]


def request(
    member: Membership,
    freelancer: FreelancerProfile,
    now: datetime,
    *,
    receipt: Row | None = None,
    slot: bool = True,
    logged: bool = True,
    told: bool = True,
    **columns: Any,
) -> ContactRequest:
    """A request of `now`; `columns` are its own, `receipt` those of its receipt. An empty receipt
    is an honest one."""
    message = _message(member, freelancer, now)
    row = ContactRequest.objects.create(
        client=member.client,
        freelancer=freelancer,
        conversation=message.conversation,
        message=message,
        member=member.user,
        kind=LETTER.kind,
        budget=LETTER.budget,
        start=LETTER.start,
        sent_at=now,
        **{"expires_at": now + EXPIRES_AFTER} | columns,
    )
    Receipt.objects.create(request=row, **honest(row, now) | (receipt or {}))
    if slot:
        QuotaEntry.objects.create(client=member.client, request=row, kind="used", slots=1, at=now)
    if logged:
        _log(row, now)
    if told:
        notifications.request_sent(row, freelancer)
    return row


def honest(row: ContactRequest, now: datetime) -> Row:
    """What a receipt of an open door says of the client at `now`."""
    verdict = verdict_at(row.client_id, now)
    return {
        "policy_id": verdict.policy_version,
        "plan": verdict.plan,
        "basis": "gate",
        "evaluated_at": now,
        "results": receipts.content(verdict),
        "country": row.client.country,
        "door": door_content(Door(), "door"),
    }


def results(member: Membership, now: datetime, **changes: Row) -> list[Row]:
    """The results as they are at `now`, with some criteria's changed: `spend={"met": True}`."""
    told = receipts.content(verdict_at(member.client_id, now))
    return [row | changes.get(row["criterion"], {}) for row in told]


def all_met(member: Membership, now: datetime, spend_cents: int = 200_000) -> list[Row]:
    """The results of a client that meets everything, whatever the ledger says."""
    told = {criterion.value: {"met": True} for criterion in Criterion}
    told["spend"]["observed"] = spend_cents  # type: ignore[assignment]
    return results(member, now, **told)


def _message(member: Membership, freelancer: FreelancerProfile, now: datetime) -> Message:
    conversation, _ = Conversation.objects.get_or_create(
        client=member.client, freelancer=freelancer, defaults={"last_at": now}
    )
    conversation.last_seq += 1
    conversation.save()
    return Message.objects.create(
        conversation=conversation,
        seq=conversation.last_seq,
        author=member.user,
        sender_client=member.client,
        body=LETTER.body,
        sent_at=now,
        submission_key=uuid.uuid4().hex,
    )


def _log(row: ContactRequest, now: datetime) -> None:
    """Sent, and how it stands now in one step more."""
    kinds = {
        "accepted": Act.Kind.REQUEST_ACCEPTED,
        "declined": Act.Kind.REQUEST_DECLINED,
        "put_off": Act.Kind.REQUEST_PUT_OFF,
        "withdrawn": Act.Kind.REQUEST_WITHDRAWN,
        "expired": Act.Kind.REQUEST_EXPIRED,
    }
    pair = {"client": row.client, "freelancer": row.freelancer, "request": row}
    Act.objects.create(at=now, actor=row.member, kind="request_sent", new="waiting", **pair)
    if row.state != "waiting":
        Act.objects.create(
            at=row.ended_at or now, kind=kinds[row.state], old="waiting", new=row.state, **pair
        )

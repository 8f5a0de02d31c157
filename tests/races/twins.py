"""Broken twins: the send path and the block with one safeguard taken out.

Each one must be caught by the very measurement that the real one passes. Nothing else uses them.
"""

import time
import uuid

from django.db import transaction

from accounts.clock import database_now
from accounts.locks import lock_client, share_freelancer
from accounts.models import ClientAccount, FreelancerProfile, Membership
from messaging import quota, selectors
from messaging.door import Refusal
from messaging.models import Block, Conversation, Message, QuotaEntry
from messaging.policy import Deliver, decide
from messaging.services import requests
from messaging.services.outcomes import Refused
from messaging.slots import DAY
from tests.messaging.letters import LETTER
from tests.races.deeds import BREATH, ENOUGH


def count_then_insert(member: Membership, freelancer: FreelancerProfile) -> None:
    """Judges before it holds any lock."""
    now = database_now()
    context = selectors.send_context(member.client, freelancer, now)
    decision = decide(context)
    if not isinstance(decision, Deliver):
        raise Refused(decision.refusal)
    with transaction.atomic(durable=True):
        _write(member, freelancer)


def clock_before_lock(member: Membership, freelancer: FreelancerProfile) -> None:
    """Locks, but counts the slots up to a `now` that it read before the lock."""
    now = database_now()
    with transaction.atomic(durable=True):
        lock_client(member.client_id)
        window = {"client": member.client_id, "at__gt": now - DAY, "at__lte": now}
        if QuotaEntry.objects.filter(**window).count() >= 5:
            raise Refused(Refusal.QUOTA)
        _write(member, freelancer)


def send_sharing(member: Membership, freelancer: FreelancerProfile, code: str = "") -> None:
    """Counts what the door or a link lets in beside others who do: the profile is only shared."""
    letter = requests._Letter(member, freelancer, LETTER, uuid.uuid4().hex, code)
    with transaction.atomic(durable=True):
        client = lock_client(member.client_id)
        profile = share_freelancer(freelancer.pk)
        context = selectors.send_context(client, profile, database_now(), code=code)
        decision = decide(context)
        if not isinstance(decision, Deliver):
            raise Refused(decision.refusal)
        requests._deliver(letter, client, profile, decision, context)


def _write(member: Membership, freelancer: FreelancerProfile) -> None:
    now = database_now()
    context = selectors.send_context(member.client, freelancer, now)
    letter = requests._Letter(member, freelancer, LETTER, uuid.uuid4().hex, "")
    request = requests._write(letter, freelancer, Deliver("gate"), now)
    requests._write_receipt(request, Deliver("gate"), context, None)
    quota.use_slot(request)


def block_without_lock(freelancer: FreelancerProfile, client: ClientAccount) -> None:
    """Places the block beside the sends instead of between them."""
    Block.objects.create(freelancer=freelancer, client=client, placed_at=database_now())


def keep_writing_unlocked(member: Membership, conversation: Conversation) -> str:
    """Looks whether it is blocked before it holds the lock."""
    end = time.monotonic() + ENOUGH
    while time.monotonic() < end:
        if selectors.is_blocked(conversation.client_id, conversation.freelancer_id):
            return Refusal.BLOCKED.value
        with transaction.atomic(durable=True):
            lock_client(member.client_id)
            _next_message(member, Conversation.objects.get(pk=conversation.pk))
        time.sleep(BREATH)
    return "never refused"


def _next_message(member: Membership, conversation: Conversation) -> Message:
    return requests.write_message(
        conversation=conversation,
        author_id=member.user_id,
        sender_client_id=member.client_id,
        body="Is next week still fine?",
        submission_key=uuid.uuid4().hex,
        now=database_now(),
    )

"""Every constraint of the three apps refuses a bad row that is put straight into its table."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

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
    User,
)
from eligibility.models import BillingMethod, Dispute, Hold, Payment, Policy, Refund
from messaging.models import (
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
from tests.rows import THEN, fresh, there

BEFORE = THEN - timedelta(days=1)


@dataclass(frozen=True)
class Bad:
    """What makes a valid row bad: values of its own, or those that it has `same` as another. What
    `valid` says it has besides is made anew for each row where it can be called."""

    model: type[models.Model]
    values: dict[str, Any] = field(default_factory=dict)
    same: tuple[str, ...] = ()
    valid: dict[str, Any] = field(default_factory=dict)


def bad(model: type[models.Model], **values: Any) -> Bad:
    return Bad(model, values)


def twice(model: type[models.Model], *same: str, **valid: Any) -> Bad:
    return Bad(model, same=same, valid=valid)


CHECKS: dict[str, list[Bad]] = {
    "user_email_is_lower_case": [bad(User, email="Cleo@people.example")],
    "client_external_id_not_empty": [bad(ClientAccount, external_id="")],
    "notification_kind_is_known": [bad(Notification, kind="gossip")],
    "told_after_it_happened": [bad(Notification, due_at=BEFORE)],
    "mailed_only_what_was_to_be_mailed": [
        bad(Notification, mailed_at=THEN),
        bad(Notification, mailed_at=THEN, mail_due_at=THEN, parked_at=THEN),
    ],
    "mail_choice_is_offered": [
        bad(MailChoice, time="hourly"),
        bad(MailChoice, kind="message", time="daily"),
    ],
    "plan_is_known": [bad(PlanChange, plan="gold")],
    "plan_anchor_day_in_month": [bad(PlanChange, anchor_day=0), bad(PlanChange, anchor_day=32)],
    "member_leaves_after_joining": [bad(Membership, joined_at=THEN, left_at=BEFORE)],
    "member_role_is_known": [bad(Membership, role="guest")],
    "relationship_kind_is_known": [bad(Relationship, kind="friend")],
    "door_is_known": [bad(FreelancerProfile, door="ajar")],
    "payment_is_positive": [bad(Payment, amount_cents=0), bad(Payment, amount=-1)],
    "refund_is_positive": [bad(Refund, amount_cents=-1), bad(Refund, amount=0)],
    "refund_names_its_payment": [bad(Refund, payment_event_id="")],
    "dispute_step_is_known": [bad(Dispute, step="closed")],
    "dispute_names_its_payment": [bad(Dispute, payment=None, payment_event_id="")],
    "method_removal_is_dated_twice": [
        bad(BillingMethod, removed_at=THEN),
        bad(BillingMethod, removal_recorded_at=THEN),
    ],
    "hold_has_a_reason": [bad(Hold, reason="")],
    "hold_release_is_dated_twice": [
        bad(Hold, released_at=THEN),
        bad(Hold, release_recorded_at=THEN),
    ],
    "policy_numbers_make_sense": [
        bad(Policy, spend_over_cents=-1),
        bad(Policy, spend_window_months=0),
        bad(Policy, spend_window_months=121),
        bad(Policy, version=0),
    ],
    "read_only_what_is_written": [
        bad(Conversation, client_read_seq=2),
        bad(Conversation, freelancer_read_seq=2),
    ],
    "message_is_not_empty": [bad(Message, body=""), bad(Message, submission_key="")],
    "request_ended_exactly_when_not_waiting": [
        bad(ContactRequest, ended_at=THEN),
        bad(ContactRequest, told_at=THEN),
        bad(ContactRequest, state="accepted"),
        bad(ContactRequest, state="lost", ended_at=THEN, told_at=THEN),
    ],
    "request_ends_after_it_was_sent": [
        bad(ContactRequest, state="withdrawn", ended_at=BEFORE, told_at=THEN),
        bad(ContactRequest, state="withdrawn", ended_at=THEN, told_at=BEFORE),
    ],
    "decline_is_dated": [
        bad(ContactRequest, state="declined", ended_at=THEN, told_at=THEN),
        bad(ContactRequest, declined_at=THEN),
    ],
    "put_off_exactly_until_an_instant": [
        bad(ContactRequest, state="put_off", ended_at=THEN, told_at=THEN),
        bad(ContactRequest, put_off_until=THEN),
    ],
    "draft_has_one_place": [
        bad(Draft, freelancer=None),
        bad(Draft, client_id=1),
    ],
    "only_a_decline_has_a_line": [bad(ContactRequest, line="No, thank you.")],
    "only_a_withdrawn_request_is_revoked": [bad(ContactRequest, revoked_at=THEN)],
    "block_side_is_known": [bad(Block, side="moderator")],
    "link_has_a_use": [bad(OpenDoorLink, most_uses=0)],
    "link_ends_after_it_was_made": [bad(OpenDoorLink, expires_at=THEN)],
    "intake_lets_one_in": [
        bad(FreelancerProfile, intake_day=0),
        bad(FreelancerProfile, intake_week=0),
    ],
    "invited_email_is_lower_case": [bad(Invitation, email="Ida@people.example")],
    "invitation_taken_up_or_back": [bad(Invitation, accepted_at=THEN, revoked_at=THEN)],
    "request_choices_are_known": [
        bad(ContactRequest, kind="gossip"),
        bad(ContactRequest, budget="none"),
        bad(ContactRequest, start="never"),
    ],
    "receipt_basis_is_known": [bad(Receipt, basis="favour")],
    "slots_match_their_kind": [
        bad(QuotaEntry, slots=2),
        bad(QuotaEntry, kind="returned"),
        bad(QuotaEntry, kind="lost", slots=0),
    ],
    "block_lifted_after_placed": [bad(Block, lifted_at=BEFORE)],
    "flag_reason_is_known": [bad(Flag, reason="dislike")],
    "flag_decided_whole_or_not_at_all": [
        bad(Flag, outcome="upheld"),
        bad(Flag, decided_at=THEN),
        bad(Flag, decision_reason="Because"),
    ],
    "moderation_has_a_reason": [bad(ModerationAction, reason="")],
}

TWINS: dict[str, Bad] = {
    "one_client_account_per_user": twice(Membership, "user"),
    "one_open_hold_per_client": twice(Hold, "client"),
    "one_conversation_per_pair": twice(Conversation, "client", "freelancer"),
    "message_order_is_exact": twice(Message, "conversation", "seq"),
    "one_message_per_client_key": twice(Message, "sender_client", "submission_key"),
    "one_message_per_freelancer_key": twice(
        Message, "author", "submission_key", sender_client=None
    ),
    "one_waiting_request_per_pair": twice(ContactRequest, "client", "freelancer"),
    "one_slot_per_request": twice(QuotaEntry, "request", "kind"),
    "one_block_per_pair_and_side": twice(Block, "client", "freelancer"),
    "one_open_invitation_per_address": twice(Invitation, "client", "email"),
    "one_door_trial_an_hour": twice(DoorTrial, "client", "hour"),
    "one_notification_per_cause": twice(Notification, "recipient", "kind", "subject", "detail"),
    "one_mail_choice_per_kind": twice(MailChoice, "person", "kind"),
    "one_draft_per_freelancer": twice(Draft, "owner", "freelancer"),
    "one_draft_per_conversation": twice(
        Draft, "owner", "conversation", freelancer=None, conversation=partial(there, Conversation)
    ),
    "one_draft_per_client": twice(
        Draft, "owner", "client", freelancer=None, client=partial(there, ClientAccount)
    ),
    "one_flag_per_person_and_message": twice(Flag, "reporter", "message"),
}

#: Columns that are unique by themselves.
UNIQUE: list[tuple[type[models.Model], str]] = [
    (User, "email"),
    (ClientAccount, "public_id"),
    (ClientAccount, "external_id"),
    (FreelancerProfile, "user"),
    (FreelancerProfile, "slug"),
    (Invitation, "code"),
    (OpenDoorLink, "code"),
    (Relationship, "external_id"),
    (Hold, "external_id"),
    (Skill, "name"),
    (Skill, "slug"),
    (BillingMethod, "external_id"),
    (Payment, "event_id"),
    (Refund, "event_id"),
    (Dispute, "event_id"),
    (Policy, "version"),
    (Policy, "starts_at"),
    (Conversation, "public_id"),
    (Message, "public_id"),
    (ContactRequest, "public_id"),
    (ContactRequest, "message"),
    (Receipt, "request"),
    (Flag, "public_id"),
]
OURS = ("accounts", "eligibility", "messaging")
EVERY_CHECK = [(name, each) for name, several in CHECKS.items() for each in several]


def our_models() -> Iterator[type[models.Model]]:
    return (model for app in OURS for model in apps.get_app_config(app).get_models())


def label_of(value: object) -> str:
    if isinstance(value, Bad):
        return ",".join(value.values) or "twice"
    return value.__name__ if isinstance(value, type) else str(value)


def refused(row: models.Model) -> str:
    """What the database says when the row goes straight in."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        type(row)._default_manager.bulk_create([row])
    return str(refusal.value)


def made(values: dict[str, Any]) -> dict[str, Any]:
    return {name: each() if callable(each) else each for name, each in values.items()}


def twin(first: models.Model, same: tuple[str, ...], **valid: Any) -> models.Model:
    values = {name: getattr(first, name) for name in same}
    row: models.Model = fresh(type(first), **(valid | values))
    return row


@pytest.mark.parametrize(("name", "case"), EVERY_CHECK, ids=label_of)
def test_a_check_refuses_the_bad_row(name: str, case: Bad, db):
    there(case.model)
    assert f'"{name}"' in refused(fresh(case.model, **case.values)).replace(
        f": {name}", f': "{name}"'
    )


@pytest.mark.parametrize(("name", "case"), TWINS.items(), ids=label_of)
def test_a_unique_constraint_refuses_the_second_row(name: str, case: Bad, db):
    first = there(case.model, **made(case.valid))
    there(case.model, **made(case.valid))
    row = twin(first, case.same, **made(case.valid))
    assert_duplicate(refused(row), name, case.model, case.same)


@pytest.mark.parametrize(("model", "column"), UNIQUE, ids=label_of)
def test_a_unique_column_refuses_the_second_row(model: type[models.Model], column: str, db):
    first = there(model)
    there(model)
    assert_duplicate(refused(twin(first, (column,))), f"_{column}_", model, (column,))


def assert_duplicate(said: str, constraint: str, model: type[models.Model], same: tuple[str, ...]):
    """PostgreSQL names the constraint, SQLite the columns."""
    if connection.vendor == "postgresql":
        assert constraint in said
        return
    columns = {each.name: each.attname for each in model._meta.local_fields}
    for name in same:
        assert f"{model._meta.db_table}.{columns[name]}" in said


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("one_client_account_per_user", {"left_at": THEN, "joined_at": BEFORE}),
        ("one_open_hold_per_client", {"released_at": THEN, "release_recorded_at": THEN}),
        ("one_waiting_request_per_pair", {"state": "accepted", "ended_at": THEN, "told_at": THEN}),
        ("one_block_per_pair_and_side", {"lifted_at": THEN}),
    ],
    ids=label_of,
)
def test_what_is_over_does_not_stand_in_the_way(name: str, values: dict[str, Any], db):
    case = TWINS[name]
    first = there(case.model, **values)
    twin(first, case.same).save(force_insert=True)
    assert case.model._default_manager.count() == 2


def test_every_constraint_has_its_bad_row():
    declared = {each.name for model in our_models() for each in model._meta.constraints}
    assert declared == set(CHECKS) | set(TWINS)
    assert len(declared) == 60


def test_every_unique_column_has_its_bad_row():
    declared = {
        (model, each.name)
        for model in our_models()
        for each in model._meta.local_fields
        if each.unique and not each.primary_key
    }
    assert declared == set(UNIQUE)
    assert len(declared) == 23

"""The marketplace's ledger: payments, refunds and the steps of disputes."""

from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery

from accounts.clock import Clock
from accounts.locks import lock_clients
from eligibility.imports import values
from eligibility.imports.refusals import BadRow
from eligibility.imports.report import Report, Told
from eligibility.imports.source import Row
from eligibility.imports.staging import Content, Entry, StagedRow
from eligibility.models import Dispute, Payment, Refund

_STEPS = {f"dispute_{step}": step for step in Dispute.Step.values}
_TYPES = ("payment", "refund", *_STEPS)
_CURRENCY_LETTERS = 3

#: A refund or dispute is linked by these: a payment of another client is never its payment.
_PaymentKey = tuple[int, str]


class Event(NamedTuple):
    """One event as it is stored. `amount_cents` is US cents, `amount` is in its own currency."""

    type: str
    customer_id: int
    at: datetime
    amount_cents: int = 0
    amount: int = 0
    currency: str = ""
    refund_of: str = ""


class LedgerForm:
    """The file of `import_ledger`."""

    columns = (
        "event_id",
        "customer_id",
        "type",
        "at",
        "amount_cents",
        "currency",
        "refund_of",
    )
    names_clients = True
    names_freelancers = False

    def read(self, row: Row) -> Entry:
        """What the row says. Raises BadRow."""
        kind = values.one_of(row, "type", _TYPES)
        return Entry(
            key=values.identifier(row, "event_id"),
            customer=values.identifier(row, "customer_id"),
            at=values.instant(row, "at"),
            turn=int(kind != "payment"),
            content={"type": kind, **_money(row, kind), **_payment_named(row, kind)},
        )

    def apply(self, rows: list[StagedRow], clock: Clock, report: Report) -> None:
        """Store the new events of the rows' clients, and link what can be linked."""
        told = {row.key: _event(row) for row in rows}
        with transaction.atomic(durable=True):
            lock_clients({event.customer_id for event in told.values()})
            recorded_at = clock()
            stored = _stored(list(told))
            new = {key: event for key, event in told.items() if key not in stored}
            payments = _add_payments(new, recorded_at)
            report.counts[Told.FOUND] += _link_waiting(payments)
            _add_reversals(new, recorded_at)
            waiting = _waiting(list(told))
        report.counts[Told.NEW] += len(new)
        for row in rows:
            _tell(row, told[row.key], stored.get(row.key), report)
            if row.key in waiting:
                report.note(
                    Told.WAITING,
                    row.line,
                    f"{row.key} names {waiting[row.key]}, which is no known payment of its client.",
                )


def _money(row: Row, kind: str) -> Content:
    if kind in _STEPS:
        return {}
    amount = values.positive(row, "amount_cents")
    currency = row["currency"]
    letters = currency.isascii() and currency.isalpha() and currency.isupper()
    if not letters or len(currency) != _CURRENCY_LETTERS:
        raise BadRow(f"currency {currency!r} is no three-letter code (like USD)")
    if currency == "USD":
        return {"amount_cents": amount, "amount": amount, "currency": currency}
    if not row.get("amount_usd_cents"):
        raise BadRow(f"is in {currency}, so amount_usd_cents is needed")
    in_usd = values.positive(row, "amount_usd_cents")
    return {"amount_cents": in_usd, "amount": amount, "currency": currency}


def _payment_named(row: Row, kind: str) -> Content:
    if kind == "payment":
        return {}
    named = values.optional_identifier(row, "refund_of")
    if kind in _STEPS and not named:
        raise BadRow(f"a {kind} must name its payment in refund_of")
    return {"refund_of": named}


def _event(row: StagedRow) -> Event:
    return Event(customer_id=row.client_id, at=row.at, **row.content)  # type: ignore[arg-type]


def _stored(event_ids: list[str]) -> dict[str, Event]:
    """The known ones of these events, whatever their type. Three queries."""
    payments = Payment.objects.filter(event_id__in=event_ids).values_list(
        "event_id", "client_id", "at", "amount_cents", "amount", "currency"
    )
    refunds = Refund.objects.filter(event_id__in=event_ids).values_list(
        "event_id", "client_id", "at", "amount_cents", "amount", "currency", "payment_event_id"
    )
    disputes = Dispute.objects.filter(event_id__in=event_ids).values_list(
        "event_id", "step", "client_id", "at", "payment_event_id"
    )
    known = {row[0]: Event("payment", *row[1:]) for row in payments}
    known |= {row[0]: Event("refund", *row[1:]) for row in refunds}
    known |= {
        event_id: Event(f"dispute_{step}", client_id, at, refund_of=named)
        for event_id, step, client_id, at, named in disputes
    }
    return known


def _add_payments(new: dict[str, Event], recorded_at: datetime) -> list[Payment]:
    return Payment.objects.bulk_create(
        Payment(
            event_id=event_id,
            client_id=event.customer_id,
            at=event.at,
            recorded_at=recorded_at,
            amount_cents=event.amount_cents,
            amount=event.amount,
            currency=event.currency,
        )
        for event_id, event in new.items()
        if event.type == "payment"
    )


def _link_waiting(payments: list[Payment]) -> int:
    """Give new payments the refunds and disputes that came before them. Returns how many."""
    if not payments:
        return 0
    found = 0
    for model in (Refund, Dispute):
        theirs = Payment.objects.filter(
            client=OuterRef("client"), event_id=OuterRef("payment_event_id")
        )
        waiting = model._default_manager.filter(
            Exists(theirs),
            client__in={payment.client_id for payment in payments},
            payment=None,
            payment_event_id__in=[payment.event_id for payment in payments],
        )
        found += waiting.update(payment=Subquery(theirs.values("pk")))
    return found


def _add_reversals(new: dict[str, Event], recorded_at: datetime) -> None:
    reversals = {key: event for key, event in new.items() if event.type != "payment"}
    if not reversals:
        return
    payments = _payments_named(reversals.values())
    refunds, disputes = [], []
    for event_id, event in reversals.items():
        common = {
            "event_id": event_id,
            "client_id": event.customer_id,
            "at": event.at,
            "recorded_at": recorded_at,
            "payment_event_id": event.refund_of,
            "payment_id": payments.get((event.customer_id, event.refund_of)),
        }
        if event.type in _STEPS:
            disputes.append(Dispute(step=_STEPS[event.type], **common))
        else:
            refunds.append(
                Refund(
                    amount_cents=event.amount_cents,
                    amount=event.amount,
                    currency=event.currency,
                    **common,
                )
            )
    Refund.objects.bulk_create(refunds)
    Dispute.objects.bulk_create(disputes)


def _payments_named(reversals: Iterable[Event]) -> dict[_PaymentKey, int]:
    named = {event.refund_of for event in reversals} - {""}
    rows = Payment.objects.filter(event_id__in=named)
    return {
        (client_id, event_id): pk
        for client_id, event_id, pk in rows.values_list("client_id", "event_id", "pk")
    }


def _waiting(event_ids: list[str]) -> dict[str, str]:
    """{event id: the payment it names} of those that are still without it."""
    rows = (
        model._default_manager.filter(event_id__in=event_ids, payment=None)
        .exclude(payment_event_id="")
        .values_list("event_id", "payment_event_id")
        for model in (Refund, Dispute)
    )
    return dict(chain.from_iterable(rows))


def _tell(row: StagedRow, told: Event, stored: Event | None, report: Report) -> None:
    if stored is None:
        return
    if stored == told:
        report.counts[Told.KNOWN] += 1
        return
    other = [name for name, one, two in zip(Event._fields, stored, told, strict=True) if one != two]
    report.note(
        Told.CHANGED,
        row.line,
        f"{row.key} is known with another {', '.join(other)}. The stored one stays.",
    )

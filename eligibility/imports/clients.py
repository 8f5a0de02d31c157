"""Client accounts from a file, each with its first plan and, if it is not active, its state."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction

from accounts import countries
from accounts.clock import Clock
from accounts.locks import lock_clients
from accounts.models import ClientAccount, PlanChange, StateChange
from accounts.models.client import Plan
from eligibility.imports import values
from eligibility.imports.refusals import BadRow
from eligibility.imports.report import Report, Told
from eligibility.imports.source import Row
from eligibility.imports.staging import Entry, StagedRow

_YES_NO = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_LAST_DAY = 31
_check_website = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True, slots=True, kw_only=True)
class NewClient:
    """What a file says of an account, as of the instant it joined."""

    external_id: str
    name: str
    joined_at: datetime
    anchor_day: int
    country: str = ""
    website: str = ""
    plan: str = Plan.MARKETPLACE.value
    active: bool = True


class ClientsForm:
    """The file of `import_clients`."""

    columns = ("external_id", "name", "joined_at")
    names_clients = False
    names_freelancers = False

    def read(self, row: Row) -> Entry:
        """What the row says. Raises BadRow."""
        joined_at = values.instant(row, "joined_at")
        return Entry(
            key=values.identifier(row, "external_id"),
            customer="",
            at=joined_at,
            content={
                "name": values.name(row, "name", 120),
                "country": _country(row),
                "website": _website(row),
                "plan": values.one_of(row, "plan", tuple(Plan.values), Plan.MARKETPLACE.value),
                "anchor_day": _anchor_day(row, joined_at.day),
                "active": _YES_NO[values.one_of(row, "active", tuple(_YES_NO), "yes")],
            },
        )

    def apply(self, rows: list[StagedRow], clock: Clock, report: Report) -> None:
        """Make the accounts that are not known yet."""
        told = [_client(row) for row in rows]
        with transaction.atomic(durable=True):
            known = _known(client.external_id for client in told)
            new = [client for client in told if client.external_id not in known]
            report.counts[Told.NEW] += _make(new, clock)
        for row, client in zip(rows, told, strict=True):
            stored = known.get(client.external_id)
            if stored == client:
                report.counts[Told.KNOWN] += 1
            elif stored:
                report.note(
                    Told.CHANGED,
                    row.line,
                    f"client {row.key} is known with another {_differences(stored, client)}. "
                    "The stored one stays.",
                )


def make_missing_clients(customers: list[tuple[str, datetime]], clock: Clock) -> int:
    """Make an account for each (external id, joined) that has none. Returns how many were made."""
    with transaction.atomic(durable=True):
        return _make(
            [
                NewClient(
                    external_id=external_id,
                    name=f"Client {external_id}",
                    joined_at=joined_at,
                    anchor_day=joined_at.day,
                )
                for external_id, joined_at in customers
            ],
            clock,
        )


def _make(clients: list[NewClient], clock: Clock) -> int:
    """Two imports may make the same account at once: the row that went in first stays, and
    whoever holds its lock first gives it its plan."""
    by_id = {client.external_id: client for client in clients}
    ClientAccount.objects.bulk_create(
        [
            ClientAccount(
                external_id=client.external_id,
                name=client.name,
                country=client.country,
                website=client.website,
                joined_at=client.joined_at,
            )
            for _, client in sorted(by_id.items())
        ],
        ignore_conflicts=True,
    )
    ids = ClientAccount.objects.filter(external_id__in=list(by_id)).values_list("pk", flat=True)
    accounts = lock_clients(ids)
    recorded_at = clock()
    planned = set(
        PlanChange.objects.filter(client__in=accounts).values_list("client_id", flat=True)
    )
    made = [
        (account, by_id[str(account.external_id)])
        for account in accounts
        if account.pk not in planned
    ]
    PlanChange.objects.bulk_create(
        PlanChange(
            client=account,
            plan=told.plan,
            anchor_day=told.anchor_day,
            at=told.joined_at,
            recorded_at=recorded_at,
        )
        for account, told in made
    )
    StateChange.objects.bulk_create(
        StateChange(
            client=account,
            active=False,
            reason="Inactive in the marketplace's file of clients.",
            at=told.joined_at,
            recorded_at=recorded_at,
        )
        for account, told in made
        if not told.active
    )
    return len(made)


def _known(external_ids: Iterable[str]) -> dict[str, NewClient]:
    """The accounts as they were first told: later changes of plan and state are the site's own."""
    accounts = ClientAccount.objects.filter(external_id__in=list(external_ids))
    plans: dict[int, PlanChange] = {}
    for plan in PlanChange.objects.filter(client__in=accounts).order_by("-at", "-id"):
        plans[plan.client_id] = plan
    states: dict[int, bool] = {}
    for state in (
        StateChange.objects.filter(client__in=accounts)
        .select_related("client")
        .order_by("-at", "-id")
    ):
        states[state.client_id] = state.active or state.at > state.client.joined_at
    known = {}
    for account in accounts:
        first_plan = plans.get(account.pk)
        external_id = str(account.external_id)
        known[external_id] = NewClient(
            external_id=external_id,
            name=account.name,
            country=account.country,
            website=account.website,
            joined_at=account.joined_at,
            plan=first_plan.plan if first_plan else Plan.MARKETPLACE.value,
            anchor_day=first_plan.anchor_day if first_plan else 1,
            active=states.get(account.pk, True),
        )
    return known


def _client(row: StagedRow) -> NewClient:
    content = row.content
    return NewClient(
        external_id=row.key,
        name=str(content["name"]),
        country=str(content["country"]),
        website=str(content["website"]),
        joined_at=row.at,
        plan=str(content["plan"]),
        anchor_day=int(content["anchor_day"] or 1),
        active=bool(content["active"]),
    )


def _differences(stored: NewClient, told: NewClient) -> str:
    fields = NewClient.__slots__
    return ", ".join(name for name in fields if getattr(stored, name) != getattr(told, name))


def _country(row: Row) -> str:
    code = row.get("country", "")
    if code and code not in countries.by_code():
        raise BadRow(f"country {code!r} is no two-letter country code (like NO)")
    return code


def _website(row: Row) -> str:
    website = row.get("website", "")
    if not website:
        return ""
    try:
        _check_website(website)
    except ValidationError as error:
        raise BadRow(f"website {website!r} is no address that begins with http") from error
    if len(website) > 200:
        raise BadRow("website is longer than 200 characters")
    return website


def _anchor_day(row: Row, default: int) -> int:
    if not row.get("anchor_day"):
        return default
    day = values.positive(row, "anchor_day")
    if day > _LAST_DAY:
        raise BadRow(f"anchor_day {day} is no day of a month")
    return day

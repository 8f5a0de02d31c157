"""The marketplace that is measured: `people.sql`, `letters.sql`, and who is who in it."""

import json
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import connection

from accounts.clock import database_now
from eligibility import receipts
from eligibility.selectors import verdict_at
from messaging.door import Door, door_content

FOLDER = Path(__file__).parent
#: Freelancers with a past, each with every client; the first is whose pages are read.
KNOWN = 5
#: Freelancers to whom first messages go.
DOORS = 40
#: So many new people a client may write to in a day.
SLOTS = 5


@dataclass(frozen=True)
class Marketplace:
    """`messages`, about; `senders` clients without a past, each with all of its slots.

    Clients are numbered from 1, those without a past last; client n's member is person n.
    Freelancer n's person comes after all the clients'.
    """

    messages: int
    senders: int

    @property
    def known(self) -> int:
        """Clients with a past."""
        return self.messages // 10 // KNOWN

    @property
    def clients(self) -> int:
        return self.known + self.senders

    def person_of(self, freelancer: int) -> int:
        return self.clients + freelancer

    def slots(self) -> list[tuple[int, int]]:
        """Every (client, freelancer) that a first message can go between, client by client."""
        return [
            (client, KNOWN + 1 + (client * SLOTS + turn) % DOORS)
            for client in range(self.known + 1, self.clients + 1)
            for turn in range(SLOTS)
        ]


def fill(marketplace: Marketplace) -> None:
    """Write it into the empty database of `connection`, and have that count what it holds."""
    now = database_now()
    values: dict[str, Any] = {
        "messages": marketplace.messages,
        "long": marketplace.messages // 100,
        "clients": marketplace.clients,
        "known": marketplace.known,
        "freelancers": KNOWN + DOORS,
        "now": now,
        "joined": now - timedelta(days=800),
    }
    with connection.cursor() as cursor:
        cursor.execute((FOLDER / "people.sql").read_text(), values)
        # Every receipt is that of the first client, which has what the gate asks for.
        values["results"] = json.dumps(receipts.content(verdict_at(1, now)))
        values["door"] = json.dumps(door_content(Door(), "door"))
        indexes = _drop_word_index()
        cursor.execute((FOLDER / "letters.sql").read_text(), values)
        for statement in [
            *indexes,
            *connection.ops.sequence_reset_sql(no_style(), list(apps.get_models())),
            "VACUUM ANALYZE",
        ]:
            cursor.execute(statement)


def _drop_word_index() -> list[str]:
    """Building it once is far quicker than adding to it; how to build it again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes "
            "WHERE tablename = 'messaging_message' AND indexdef LIKE '%USING gin%'"
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [definition for _, definition in found]

"""The rows that a send reads and every change to its facts takes, always in this order.

Client account first, then freelancer profile, then the pair's conversation; several accounts in id
order. On SQLite the transaction is IMMEDIATE, so its one writer needs no row locks: the same
statements then only read.
"""

from collections.abc import Iterable

from django.db import connection

from accounts.models import ClientAccount, FreelancerProfile


def lock_client(client_id: int) -> ClientAccount:
    """The account, exclusively. `no_key`: rows that only point at it need not wait."""
    return ClientAccount.objects.select_for_update(no_key=True).get(pk=client_id)


def lock_clients(client_ids: Iterable[int]) -> list[ClientAccount]:
    """Several accounts, exclusively, in id order."""
    rows = ClientAccount.objects.select_for_update(no_key=True)
    return list(rows.filter(pk__in=list(client_ids)).order_by("pk"))


def lock_freelancer(freelancer_id: int) -> FreelancerProfile:
    """The profile, exclusively: for whoever changes the door or answers."""
    _queue("pg_advisory_xact_lock", freelancer_id)
    return _profile(freelancer_id, "FOR NO KEY UPDATE")


def share_freelancer(freelancer_id: int) -> FreelancerProfile:
    """The profile, shared: many clients may send at once, the door cannot change meanwhile. The
    statements are those of the other lock, so that their work tells no door from another."""
    _queue("pg_advisory_xact_lock_shared", freelancer_id)
    return _profile(freelancer_id, "FOR SHARE")


def _profile(freelancer_id: int, lock: str) -> FreelancerProfile:
    """The row under a lock that Django itself may not have a word for."""
    table = connection.ops.quote_name(FreelancerProfile._meta.db_table)
    statement = f"SELECT * FROM {table} WHERE id = %s"  # noqa: S608 - no input in it
    if connection.vendor == "postgresql":
        statement = f"{statement} {lock}"
    return FreelancerProfile.objects.raw(statement, [freelancer_id])[0]


def _queue(function: str, freelancer_id: int) -> None:
    """PostgreSQL lets a new share of a row pass those who wait for it alone, so a door could not
    close while requests keep coming. Its advisory locks queue: first come, first served."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {function}(%s)", [freelancer_id])  # no input in it

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
    """The profile, exclusively: for whoever changes the door."""
    return FreelancerProfile.objects.select_for_update(no_key=True).get(pk=freelancer_id)


def share_freelancer(freelancer_id: int) -> FreelancerProfile:
    """The profile, shared: many clients may send at once, the door cannot change meanwhile."""
    lock = " FOR SHARE" if connection.vendor == "postgresql" else ""
    table = connection.ops.quote_name(FreelancerProfile._meta.db_table)
    statement = f"SELECT * FROM {table} WHERE id = %s{lock}"  # noqa: S608 - no input in it
    return FreelancerProfile.objects.raw(statement, [freelancer_id])[0]

"""What may be read a little late is read from the replica, where there is one.

Named where it is used, never by a router: nobody may miss what they have just written themselves.
Late may be a list of strangers. Never a verdict, a door, a quota, or anything in a person's inbox.
"""

import logging
from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Model, QuerySet

from accounts.breaker import Breaker, Open
from accounts.deadline import within

M = TypeVar("M", bound=Model)
R = TypeVar("R")
REPLICA = "replica"
PATIENCE = 2.0  # seconds, so that the page has time for the primary
log = logging.getLogger(__name__)
#: The first who waits in vain is the only one.
breaker = Breaker("replica", DatabaseError, InterfaceError, failures=1, rest=30.0)


def perhaps_late(rows: QuerySet[M], read: Callable[[QuerySet[M]], R]) -> R:
    """What `read` makes of `rows`: of the replica's, or, where there is none or it does not
    answer, of the primary's. `read` fetches all it needs before it returns, and changes nothing."""
    if REPLICA in settings.DATABASES:
        try:
            with breaker, within(PATIENCE):
                return read(rows.using(REPLICA))
        except Open:
            pass
        except (DatabaseError, InterfaceError) as error:
            log.warning("replica away: %s", type(error).__name__)
    return read(rows)

"""What the worker does. A task is a doorbell: it may ring late, twice or in two places at once."""

from celery import shared_task

from accounts import heartbeat
from accounts.clock import database_now
from messaging.services.outbox import drain_or_tell
from messaging.services.upkeep import tidy_or_tell


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def upkeep() -> None:
    """Write down what time has brought."""
    if tidy_or_tell(clock=database_now):
        heartbeat.beat()


@shared_task(ignore_result=True)  # type: ignore[untyped-decorator]
def mail() -> None:
    """Send what the outbox holds, and ring for what has become due."""
    drain_or_tell(clock=database_now)

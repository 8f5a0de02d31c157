"""Celery's app: `celery -A marketplace worker --beat` does the site's upkeep once a minute."""

import os
from typing import Any

from celery import Celery
from celery.app.amqp import AMQP
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")


class _Prompt(AMQP.Connection):  # type: ignore[misc]
    """Asks every second for a broker that is away. By itself Celery waits two seconds longer each
    time, up to half a minute, and mail with it."""

    def ensure_connection(self, *values: Any, **named: Any) -> Any:
        every = {"interval_start": 1, "interval_step": 0, "interval_max": 1}
        return super().ensure_connection(*values, **every, **named)


class _Messages(AMQP):  # type: ignore[misc]
    Connection = _Prompt


app = Celery("threshold", amqp=_Messages)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect  # type: ignore[untyped-decorator]
def _keep_the_sites_logging(**_told: Any) -> None:
    """With anybody listening, Celery leaves the log as the settings have it: without texts."""

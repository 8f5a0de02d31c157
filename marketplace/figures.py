"""`/metrics`: the figures of accounts/metrics.py, and how the outbox stands, for Prometheus."""

import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client import REGISTRY as OF_THIS_PROCESS
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from marketplace.parts import PARTS, WAIT, outbox


@never_cache
@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for who knows METRICS_TOKEN; without that setting there is no such address."""
    if not settings.METRICS_TOKEN:
        return HttpResponseNotFound()
    given = request.headers.get("Authorization", "").encode()
    if not secrets.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(_figures(), content_type=CONTENT_TYPE_LATEST)


def _figures() -> bytes:
    now = CollectorRegistry()
    now.register(Outbox())
    if not settings.PROMETHEUS_MULTIPROC_DIR:
        return generate_latest(OF_THIS_PROCESS) + generate_latest(now)
    _forget_the_dead(Path(settings.PROMETHEUS_MULTIPROC_DIR))
    multiprocess.MultiProcessCollector(now)  # type: ignore[no-untyped-call]
    return generate_latest(now)


def _forget_the_dead(folder: Path) -> None:
    """What a process had open at its end counts no longer; what it had counted still does."""
    for pid in {int(file.stem.rpartition("_")[2]) for file in folder.glob("gauge_live*.db")}:
        if not Path(f"/proc/{pid}").exists():
            # Whoever else is asked for figures now may have been quicker.
            with suppress(FileNotFoundError):
                multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]


class Outbox(Collector):
    """How the outbox stands now; nothing while the database does not answer."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        part = PARTS["outbox"]
        part.start()
        if part.word(time.monotonic() + WAIT) not in {"ok", "late"}:
            return
        yield _gauge("threshold_outbox_mails", "Mails that are due and not sent", outbox.due)
        yield _gauge("threshold_outbox_age_seconds", "How late the first of them is", outbox.age)
        yield _gauge("threshold_outbox_parked", "Mails that were given up", outbox.parked)


def _gauge(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, value=value)

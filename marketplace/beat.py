"""Beat's clock: it does not ring where enough rings lie already."""

from celery.beat import ScheduleEntry, Scheduler
from kombu.messaging import Producer

#: Messages that may lie in the queue of a task that is rung for.
MOST = 5


class Sparing(Scheduler):  # type: ignore[misc]
    """A ring runs out only when a worker takes it, so with no worker for some days they would fill
    the broker, a message a second."""

    def apply_entry(self, entry: ScheduleEntry, producer: Producer | None = None) -> None:
        producer = producer or self.producer
        if self._lying(entry, producer) < MOST:
            super().apply_entry(entry, producer)

    def _lying(self, entry: ScheduleEntry, producer: Producer) -> int:
        """How many messages lie in the queue of the entry's task. A queue that holds none is
        unknown to Redis; and where the broker is away, trying to ring finds it again."""
        queue = self.app.amqp.router.route(dict(entry.options), entry.task)["queue"]
        try:
            found = producer.channel.queue_declare(queue=queue.name, passive=True)
        except Exception:  # noqa: BLE001 - beat goes on, whatever it was
            return 0
        return int(found.message_count)

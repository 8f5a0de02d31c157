"""A circuit breaker: nobody waits for a service that the last callers waited for in vain."""

import threading
import time
from types import TracebackType

from accounts import metrics


class Open(Exception):
    """The service did not answer lately, so it was not asked."""


class Breaker:
    """Stands in front of the service `name`: `with breaker: ...`, from any number of threads.

    Only exceptions of `kinds` count as failures. After `failures` of them in a row it is open for
    `rest` seconds, and `with` raises Open at once. Then one caller tries while the others are still
    kept out: if the service answers, the breaker closes; if not, it rests again.
    """

    def __init__(
        self, name: str, *kinds: type[Exception], failures: int = 3, rest: float = 5.0
    ) -> None:
        self._kinds, self._most, self._rest = kinds, failures, rest
        self._lock = threading.Lock()
        self._in_a_row, self._asked_again = 0, 0.0
        self._shown = metrics.BREAKER_OPEN.labels(name)

    @property
    def is_open(self) -> bool:
        """Whether the last calls failed, also while one caller tries again."""
        return self._in_a_row >= self._most

    def close(self) -> None:
        """Forget the failures."""
        if self._in_a_row:
            with self._lock:
                self._in_a_row = 0
            self._shown.set(0)

    def __enter__(self) -> None:
        with self._lock:
            if not self.is_open:
                return
            now = time.monotonic()
            if now < self._asked_again:
                raise Open
            self._asked_again = now + self._rest

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self.close()
        elif isinstance(error, self._kinds):
            with self._lock:
                self._in_a_row += 1
                self._asked_again = time.monotonic() + self._rest
            self._shown.set(self.is_open)

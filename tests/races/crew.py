"""Real processes that do things at the same time, kept alive from one round to the next.

Each worker is a process of its own with its own connections to the test database; its threads stand
ready, connected, until all of them may go. Nothing here imports a model: a worker imports this file
before Django is set up.
"""

import multiprocessing
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, Self

PROCESSES = 8
THREADS = 8  # of each process
A_WRITE = 0.005  # seconds
PATIENCE = 120  # seconds that one round may take

Deed = Callable[[], Any]  # a partial of a module's function, so that it can travel


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one deed ended. `said` is "done", a refusal's name, or an error's type and text."""

    said: str
    result: Any = None


class Crew:
    """`together` has deeds done at the same time, spread over the processes.

    `transaction_mode` is SQLite's; empty: as the site has it.
    """

    def __init__(
        self, database: str, *, processes: int = PROCESSES, transaction_mode: str = ""
    ) -> None:
        # A fresh interpreter each: a fork would share this process's database connections.
        context = multiprocessing.get_context("spawn")
        self._pipes: list[Connection] = []
        self._workers = []
        for _ in range(processes):
            ours, theirs = context.Pipe()
            worker = context.Process(
                target=_work, args=(theirs, database, transaction_mode), daemon=True
            )
            worker.start()
            theirs.close()
            self._pipes.append(ours)
            self._workers.append(worker)

    @property
    def size(self) -> int:
        """How many deeds fit into one round."""
        return len(self._workers) * THREADS

    def together(self, deeds: Sequence[Deed]) -> list[Outcome]:
        """Do all of them at once; the outcomes stand in the deeds' order."""
        if len(deeds) > self.size:
            raise ValueError(f"{len(deeds)} deeds for {self.size} pairs of hands")
        shares = [list(deeds[start :: len(self._pipes)]) for start in range(len(self._pipes))]
        busy = [(pipe, share) for pipe, share in zip(self._pipes, shares, strict=True) if share]
        for pipe, share in busy:
            pipe.send(share)
        for pipe, _ in busy:
            _receive(pipe)  # ready
        for pipe, _ in busy:
            pipe.send(None)  # go
        done = [_receive(pipe) for pipe, _ in busy]
        return [done[place % len(busy)][place // len(busy)] for place in range(len(deeds))]

    def hang_up(self) -> None:
        """Close every connection, so that the database can be flushed or dropped."""
        self.together([_hang_up] * self.size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.close()
        for worker in self._workers:
            worker.join(10)
            if worker.is_alive():
                worker.kill()


def _receive(pipe: Connection) -> Any:
    if not pipe.poll(PATIENCE):
        raise TimeoutError(f"A worker has said nothing for {PATIENCE} seconds.")
    return pipe.recv()


def _hang_up() -> None:
    from django.db import connection

    connection.close()


def _work(pipe: Connection, database: str, transaction_mode: str) -> None:
    import django

    django.setup()
    from django.db import connection

    # Every thread's connection is made from this one dictionary.
    connection.settings_dict["NAME"] = database
    if transaction_mode:
        connection.settings_dict["OPTIONS"]["transaction_mode"] = transaction_mode
    _write_as_on_a_busy_disk()
    with ThreadPoolExecutor(THREADS) as hands:
        while True:
            try:
                deeds = pipe.recv()
            except EOFError:
                return
            pipe.send(_all_at_once(pipe, hands, deeds))


def _write_as_on_a_busy_disk() -> None:
    """Every message takes a moment between being judged and being written: what a lock has to
    cover is then wide enough to be hit."""
    from messaging.services import conversations, requests

    write = requests.write_message

    def slowly(**message: Any) -> Any:
        time.sleep(A_WRITE)
        return write(**message)

    for module in (requests, conversations):
        vars(module)["write_message"] = slowly


def _all_at_once(pipe: Connection, hands: ThreadPoolExecutor, deeds: list[Deed]) -> list[Outcome]:
    # As every deed waits at the line, each has a thread of its own.
    line = threading.Barrier(len(deeds) + 1, timeout=PATIENCE)
    go = threading.Event()
    futures: list[Future[Outcome]] = [hands.submit(_told, deed, line, go) for deed in deeds]
    line.wait()
    pipe.send("ready")
    pipe.recv()
    go.set()
    return [future.result() for future in futures]


def _do(deed: Deed, line: threading.Barrier, go: threading.Event) -> Any:
    from django.db import connection

    try:
        if deed is not _hang_up:
            connection.ensure_connection()
    finally:
        # Also without a connection: the others wait at the line for everybody.
        line.wait()
    go.wait(PATIENCE)
    return deed()


def _told(deed: Deed, line: threading.Barrier, go: threading.Event) -> Outcome:
    from messaging.services.outcomes import Moved, NotOpen, Refused

    try:
        return Outcome("done", _do(deed, line, go))
    except Refused as refused:
        return Outcome(refused.refusal.value)
    except (Moved, NotOpen) as failure:
        return Outcome(type(failure).__name__)
    except Exception as error:  # noqa: BLE001 - whatever went wrong is what the round shows
        return Outcome(f"{type(error).__name__}: {error}".removesuffix(": "))

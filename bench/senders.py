"""Sixteen people who send at once, as two processes of eight threads serve them."""

import multiprocessing
import threading
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier

from django.db import connections

from bench.browser import Browser
from bench.rows import SLOTS
from bench.visits import first_message, plain_inserts

PROCESSES, THREADS = 2, 8
AT_ONCE = PROCESSES * THREADS
EACH = SLOTS  # messages of one sender in a burst: all that a client has
BURST = AT_ONCE * EACH
Slots = Sequence[tuple[int, int]]


def burst(slots: Slots, *, plain: bool) -> float:
    """Messages a second while sixteen clients send all they may; `plain`: three inserts each.

    The processes are forked from this one, so they begin as warm as it is.
    """
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    start = fork.Barrier(PROCESSES * THREADS + 1)
    share = BURST // PROCESSES
    servers = [
        fork.Process(target=_serve, args=(slots[n * share : (n + 1) * share], start, plain))
        for n in range(PROCESSES)
    ]
    for server in servers:
        server.start()
    start.wait()
    started = time.perf_counter()
    for server in servers:
        server.join()
    took = time.perf_counter() - started
    if any(server.exitcode for server in servers):
        raise RuntimeError("a sender failed")
    return BURST / took


def _serve(slots: Slots, start: Barrier, plain: bool) -> None:
    failed: list[bool] = []

    def send(mine: Slots) -> None:
        try:
            browser = Browser(mine[0][0])
            start.wait()
            for client, freelancer in mine:
                if plain:
                    plain_inserts(browser, client, freelancer)
                else:
                    first_message(browser, freelancer)
        except Exception:
            failed.append(True)
            start.abort()
            raise
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=send, args=(slots[n * EACH : (n + 1) * EACH],))
        for n in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise SystemExit(1)

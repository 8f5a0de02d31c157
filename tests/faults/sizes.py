"""How much of each fault: short in the suite, long with FAULTS=long, or what a variable says."""

import os

LONG = os.environ.get("FAULTS") == "long"


def size(name: str, *, quick: int, long: int) -> int:
    """How often, or how many seconds; FAULT_<NAME> in the environment goes before both."""
    return int(os.environ.get(f"FAULT_{name}", long if LONG else quick))


KILLS = size("KILLS", quick=12, long=200)
CRASHES = size("CRASHES", quick=2, long=20)  # at each point
REDIS_AWAY = size("REDIS_AWAY", quick=6, long=60)  # seconds
REDIS_HUNG = size("REDIS_HUNG", quick=5, long=30)  # seconds
WORKER_KILLS = size("WORKER_KILLS", quick=3, long=50)
REDIS_RESTARTS = size("REDIS_RESTARTS", quick=2, long=25)  # rounds
BACKLOG = size("BACKLOG", quick=300, long=10_000)  # rows of the outbox
NO_MAIL = size("NO_MAIL", quick=3, long=100)  # seconds of each trouble
RELOADS = size("RELOADS", quick=2, long=15)
#: A client may write to forty people; the long forms need many.
CLIENTS = size("CLIENTS", quick=100, long=750)

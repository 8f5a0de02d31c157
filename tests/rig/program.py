"""One real program: how it is started, asked whether it is ready, stopped, killed and hung."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.rig.guard import family, send

PATIENCE = 45.0  # seconds that a start or a stop may take on a busy machine


class Program:
    """A process of ours and all that come from it. `folder` is the rig's; the log is in it.

    `user` is whom it runs as when we are root. `port` is what answers once it is ready; without
    one, a started process is a ready one.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: Path,
        port: int = 0,
        env: dict[str, str] | None = None,
        cwd: Path | None = None,
        user: str = "",
    ) -> None:
        self.name = name
        self.command = list(command)
        self.port = port
        self.log = folder / "logs" / f"{name}.log"
        self._note = folder / "pids" / name
        self._env = env
        self._cwd = cwd or folder
        self._as = as_user(user)
        self._process: subprocess.Popen[bytes] | None = None
        self._handed_over: tuple[int, ...] = ()  # open files that it is given

    @property
    def pid(self) -> int:
        if self._process is None:
            raise AssertionError(f"{self.name} was not started")
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Begin; `wait_ready` waits until it answers."""
        if self.runs:
            raise AssertionError(f"{self.name} runs already")
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._words(),
                cwd=self._cwd,
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                pass_fds=self._handed_over,
                **self._as,
            )
        self._note.write_text(str(self.pid))

    def answers(self) -> bool:
        """Whether it does what it is there for."""
        if not self.port:
            return True
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def wait_ready(self, seconds: float = PATIENCE) -> None:
        def ready() -> bool:
            if not self.runs:
                raise AssertionError(f"{self.name} has ended:\n{self.tail()}")
            return self.answers()

        until(ready, f"answer of {self.name}", seconds)

    def stop(self, number: int = signal.SIGTERM, seconds: float = PATIENCE) -> None:
        """In good order; what does not end in time is killed, which fails."""
        if self._process is None:
            return
        own = family(self.pid)
        send(number, self.pid)
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            send(signal.SIGKILL, *own)
            self._process.wait(seconds)
            raise AssertionError(f"{self.name} did not stop:\n{self.tail()}") from None
        finally:
            self._forget()

    def kill(self) -> None:
        """At once, all of it, as when the power goes."""
        own = family(self.pid)
        # Held first, so that nobody starts anew what is being ended.
        send(signal.SIGSTOP, *own)
        send(signal.SIGKILL, *family(self.pid))
        if self._process is not None:
            self._process.wait(PATIENCE)
        until(lambda: not any(map(alive, own)), f"end of {self.name}")
        self._forget()

    def hang(self) -> None:
        """It is there and does nothing, until `go_on`."""
        send(signal.SIGSTOP, *family(self.pid))

    def go_on(self) -> None:
        send(signal.SIGCONT, *family(self.pid))

    def reload(self) -> None:
        send(signal.SIGHUP, self.pid)

    def children(self) -> list[int]:
        return family(self.pid)[1:]

    def tail(self, lines: int = 25) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _words(self) -> list[str]:
        return self.command

    def _forget(self) -> None:
        self._note.unlink(missing_ok=True)
        self._process = None


def alive(pid: int) -> bool:
    """Whether it still runs; one that only waits to be counted does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def as_user(name: str) -> dict[str, Any]:
    """What `subprocess` needs to run something as `name`, for which one has to be root."""
    return {"user": name, "group": name, "extra_groups": []} if name and not os.geteuid() else {}


def until(there: Callable[[], object], what: str, seconds: float = PATIENCE) -> None:
    """Wait for it, a bounded time."""
    end = time.monotonic() + seconds
    while not there():
        if time.monotonic() > end:
            raise AssertionError(f"no {what} within {seconds:.0f} seconds")
        time.sleep(0.05)


def free_ports(count: int) -> list[int]:
    """Ports that nobody has now, each another."""
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]

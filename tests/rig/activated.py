"""A program whose socket is held for it while it is restarted, as systemd does by a socket unit."""

import contextlib
import http.client
import socket

from tests.rig.program import Program

#: Its socket is its third open file, and its own number says that it is meant (sd_listen_fds).
HAND_OVER = 'export LISTEN_PID=$$ LISTEN_FDS=1; fd=$0; exec "$@" 3<&"$fd"'


class Activated(Program):
    """Whoever comes while it is not there, stopped or killed, waits in its socket."""

    _socket: socket.socket | None = None

    def start(self) -> None:
        if self._socket is None:
            self._socket = socket.create_server(("127.0.0.1", self.port), backlog=1024)
        self._handed_over = (self._socket.fileno(),)
        super().start()

    def vanish(self) -> None:
        """Killed, and its socket with it."""
        self.kill()
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def answers(self) -> bool:
        """Whether a page comes: the socket takes connections all the time."""
        there = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        with contextlib.closing(there), contextlib.suppress(OSError, http.client.HTTPException):
            there.request("GET", "/healthz")
            return there.getresponse().status == http.HTTPStatus.OK
        return False

    def _words(self) -> list[str]:
        return ["/bin/bash", "-c", HAND_OVER, *map(str, self._handed_over), *self.command]

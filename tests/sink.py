"""A mail server for tests: real SMTP on loopback, with the moods of real ones."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

LINE = "250 OK"
LATER = "451 4.3.2 Not just now"
NOBODY = "550 5.1.1 No such mailbox"
POLICY = "550 5.7.1 Relaying denied"


class Sink:
    """Keeps what it is given. `moods` are what it says to an address (or to "*", any) at RCPT,
    `slow` is how long it thinks about each mail, `then` is called with each mail before the
    answer."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.moods: dict[str, str] = {}
        self.slow = 0.0
        self.then: Callable[[EmailMessage], None] | None = None
        self.asked: list[str] = []
        self._lock = threading.Lock()
        self._mails: list[EmailMessage] = []
        self._running: Controller | None = None

    @property
    def mails(self) -> list[EmailMessage]:
        """What it has taken, in order."""
        with self._lock:
            return list(self._mails)

    @property
    def ids(self) -> list[str]:
        return [str(mail["Message-ID"]) for mail in self.mails]

    def forget(self) -> None:
        with self._lock:
            self._mails.clear()

    def up(self) -> None:
        self._running = Controller(self, hostname="127.0.0.1", port=self.port)
        self._running.start()

    def down(self) -> None:
        if self._running is not None:
            self._running.stop()
            self._running = None

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's names
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.asked.append(address)
        said = self.moods.get(address, self.moods.get("*", LINE))
        if said == LINE:
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content: Any = envelope.content
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        time.sleep(self.slow)
        with self._lock:
            self._mails.append(mail)
        if self.then is not None:
            self.then(mail)
        return LINE


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    """The site's mail goes there."""
    server = Sink()
    server.up()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_TIMEOUT = 1
    settings.SITE_URL = "https://messages.example"
    yield server
    server.down()


def plain(mail: EmailMessage) -> str:
    """Its plain part."""
    return _part(mail, "plain")


def html(mail: EmailMessage) -> str:
    return _part(mail, "html")


def _part(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body(preferencelist=(kind,))
    assert part is not None
    return str(part.get_content())

"""No redirect and no mail leads off the site, whatever the address or the headers say."""

import asyncio
import re
import socket
import threading
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from tests import people
from tests.web.stage import SIGN_UP, browser

#: About no database: once is enough.
pytestmark = pytest.mark.sqlite

OFF_SITE = [
    "https://evil.example/", "http://evil.example", "//evil.example", "///evil.example",
    "/\\evil.example", "\\\\evil.example", "\\/evil.example", "https:evil.example",
    "https:/evil.example", "https:\\\\evil.example", "HTTPS://EVIL.EXAMPLE", "%2f%2fevil.example",
    "/%2fevil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)",
    "data:text/html,x", "/\t/evil.example", "/\n/evil.example", "\t//evil.example",
    " //evil.example", "https://testserver@evil.example/", "https://testserver.evil.example/",
    "http://testserver:80@evil.example/", "https://evil.example\\@testserver/", "ftp://testserver/",
    "//testserver@evil.example",
    "https://[::1", "\u3000//evil.example", "x:y",
]  # fmt: skip


def leads_off(location: str) -> bool:
    """Whether a browser that follows `location` from a page of ours ends on another host.

    Browsers drop tabs and line ends, read a backslash as a slash, and skip leading blanks.
    """
    seen = re.sub(r"[\t\r\n]", "", location).strip().replace("\\", "/")
    parts = urlsplit(seen)
    return parts.scheme not in {"", "http", "https"} or parts.netloc not in {"", "testserver"}


@pytest.mark.parametrize("target", [one for one in OFF_SITE if "[" not in one and "%2f" not in one])
def test_the_premise_these_would_lead_off(target):
    assert leads_off(target) or not target.startswith("/") or target.startswith("//")


@pytest.mark.parametrize("target", OFF_SITE)
def test_next_stays_on_the_site(world, target):
    login = {"login": "cleo@people.example", "password": people.PASSWORD, "next": target}
    finn = browser(world, "finn")
    client, asked = [world.ida.client.public_id], [world.waiting.public_id]

    for answer in [
        Client().post(reverse("account_login"), login),
        Client().post(reverse("account_login") + "?next=" + target, login),
        browser(world, "cleo").post(reverse("account_logout"), {"next": target}),
        browser(world, "cleo").get(reverse("account_login"), {"next": target}),
        finn.post(reverse("block", args=client), {"next": target}),
        finn.post(reverse("unblock", args=client), {"next": target}),
        finn.post(reverse("blocking", args=asked), {"next": target}),
        finn.post(reverse("unblocking", args=asked), {"next": target}),
        finn.post(reverse("accepting", args=asked), {"next": target}),
        finn.post(reverse("undoing", args=asked), {"next": target}),
        browser(world, "cleo").post(
            reverse("account_reauthenticate"), {"password": people.PASSWORD, "next": target}
        ),
    ]:
        assert answer.status_code in {302, 303, 400}
        assert not leads_off(answer.get("Location", "")), answer["Location"]


def test_a_way_back_that_is_ours_is_taken(world):
    login = {"login": "cleo@people.example", "password": people.PASSWORD, "next": "/sent/?x=1"}

    assert Client().post(reverse("account_login"), login)["Location"] == "/sent/?x=1"


def test_where_they_came_from_decides_nothing(world):
    answer = browser(world, "finn").post(
        reverse("block", args=[world.ida.client.public_id]),
        headers={"referer": "https://evil.example/"},
    )

    assert answer["Location"] == world.ida.client.get_absolute_url()


@pytest.mark.parametrize(
    "host",
    ["evil.example", "testserver.evil.example", "testserver@evil.example",
     "testserver:80@evil",
     "evil.example:80", "testserver/evil", "testserver\\evil",
     "[::ffff]", "a b", "testserver,evil"],
)  # fmt: skip
def test_another_host_is_refused(db, host):
    answer = Client(raise_request_exception=False).get("/talent/", headers={"host": host})

    assert answer.status_code == 400


@pytest.mark.parametrize(
    "header", ["x-forwarded-host", "x-host", "x-forwarded-server", "forwarded", "x-original-host"]
)
def test_a_mail_names_our_host_whatever_is_forwarded(world, header):
    forged = {header: "host=evil.example" if header == "forwarded" else "evil.example"}

    Client().post(
        reverse("account_reset_password"), {"email": "cleo@people.example"}, headers=forged
    )
    Client().post(reverse("account_signup"), SIGN_UP, headers=forged)

    assert len(mail.outbox) == 2
    for one in mail.outbox:
        assert set(re.findall(r"https?://([^/\s]+)", str(one.body))) == {"testserver"}
        assert "evil" not in str(one.message())


@pytest.mark.parametrize("name", ["Nora\r\nBcc: everybody", "Nora\n\nA body", "Nora\rX: y"])
def test_a_name_adds_no_line_to_a_mail(db, name):
    Client().post(reverse("account_signup"), SIGN_UP | {"name": name, "company": name})

    [sent] = mail.outbox
    assert sent.recipients() == [SIGN_UP["email"]]
    assert not {"Bcc", "X"} & set(sent.message().keys())


@pytest.mark.parametrize(
    "email",
    ["a@b.example\r\nBcc: c@d.example", "a@b.example,c@d.example", "a b@c.example", "a@b.example\0",
     "<a@b.example>", "a@b.example;c@d.example"],
)  # fmt: skip
def test_an_address_is_one_address(db, email):
    for name in ["account_signup", "account_reset_password"]:
        Client().post(reverse(name), SIGN_UP | {"email": email})

    assert mail.outbox == []


class Sink:
    """A mail server that takes everything and keeps what it was given, on a port of its own."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Sink":
        door = socket.create_server(("127.0.0.1", 0))
        self.port = door.getsockname()[1]
        self._server = self._loop.run_until_complete(asyncio.start_server(self._talk, sock=door))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._server.close()
        self._loop.close()

    def _run(self) -> None:
        self._loop.run_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                self.letters.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                break
        await writer.drain()
        writer.close()


def test_a_mail_arrives_over_the_wire(world, settings):
    with Sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port

        Client().post(reverse("account_reset_password"), {"email": "cleo@people.example"})

        [letter] = sink.letters
        assert "To: cleo@people.example" in letter
        assert "://testserver/account/password/reset/key/" in letter.replace("=\r\n", "")


def test_a_mail_server_that_is_away_is_no_crash(world, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    answer = browser(world, "").post(
        reverse("account_reset_password"), {"email": "cleo@people.example"}
    )

    assert answer.status_code == 503
    assert "<h1>" in answer.content.decode()

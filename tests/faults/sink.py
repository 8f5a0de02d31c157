"""A mail server that writes down what it was given, and can be slow or refuse.

`python -m aiosmtpd -n -l HOST:PORT -c tests.faults.sink.Sink FOLDER`. FOLDER/mode holds how many
seconds a mail takes, or "refuse"; FOLDER/taken gets a line of JSON for each mail taken or refused.
"""

import asyncio
import json
import re
import time
from argparse import ArgumentParser
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

REQUEST = re.compile(r"/requests/([0-9a-f-]{36})/")
MORE = re.compile(r"^And (\d+) more, on the site", re.MULTILINE)
REFUSED = "451 Not now"


class Sink:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @classmethod
    def from_cli(cls, _parser: ArgumentParser, folder: str) -> "Sink":
        return cls(Path(folder))

    # The names are aiosmtpd's.
    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        message = message_from_bytes(envelope.content)
        line = {"id": message["Message-ID"], "to": envelope.rcpt_tos[0], "at": time.time()}
        self._write("began", line)
        mode = (self._folder / "mode").read_text().strip()
        if mode == "refuse":
            self._write("refused", line)
            return REFUSED
        await asyncio.sleep(float(mode or 0))
        self._write("taken", line | told(message))
        return "250 OK"

    def _write(self, file: str, line: dict[str, Any]) -> None:
        with (self._folder / file).open("a") as book:
            book.write(json.dumps(line) + "\n")


def told(message: Any) -> dict[str, Any]:
    """Which requests the mail names, and how many more it only counts."""
    texts = (part for part in message.walk() if part.get_content_type() == "text/plain")
    body = next(texts).get_payload(decode=True).decode()
    more = MORE.search(body)
    return {"requests": REQUEST.findall(body), "more": int(more[1]) if more else 0}


@dataclass(frozen=True, slots=True)
class Line:
    """A mail that the sink was given. `requests` are public ids; `more` how many it only counts."""

    id: str
    to: str
    at: float
    requests: tuple[str, ...] = ()
    more: int = 0


class Book:
    """What the sink has written down, and its mode."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.behave("")

    def behave(self, mode: str) -> None:
        """Seconds for each mail, "refuse", or nothing: well and at once."""
        new = self.folder / "mode.new"
        new.write_text(mode)
        new.replace(self.folder / "mode")

    def lines(self, file: str = "taken", since: int = 0) -> list[Line]:
        """Of "began", "taken" or "refused", without the first `since`."""
        path = self.folder / file
        written = path.read_text().splitlines()[since:] if path.exists() else []
        return [Line(**json.loads(line)) for line in written]

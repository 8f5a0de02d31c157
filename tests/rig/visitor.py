"""A browser without a screen, over TLS: cookies, the forms' token, one connection."""

import http.client
import re
import ssl
import uuid
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
LETTER = {"kind": "new_project", "budget": "500_2k", "start": "month"}


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Visitor:
    """Not to be shared by threads. Raises OSError or HTTPException where there is no answer."""

    def __init__(
        self, port: int, certificate: Path, session: str = "", *, seconds: float = 20
    ) -> None:
        self._origin = f"https://localhost:{port}"
        trusted = ssl.create_default_context(cafile=str(certificate))
        self._connection = http.client.HTTPSConnection(
            "localhost", port, context=trusted, timeout=seconds
        )
        self.cookies = {"__Host-session": session} if session else {}
        self._token = ""

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """A form, with a token that is fetched once."""
        if not self._token:
            self._token = self._find_token(path)
        body = urlencode(fields | {"csrfmiddlewaretoken": self._token})
        kind = "application/x-www-form-urlencoded"
        return self.ask("POST", path, body, {"Content-Type": kind, "Origin": self._origin})

    def send(self, slug: str, body: str, key: str = "") -> Answer:
        """A first message of 40 characters or more. Taken: 303 to its page."""
        letter = LETTER | {"body": body, "submission_key": key or uuid.uuid4().hex}
        return self.post(f"/talent/{slug}/message/", letter)

    def ask(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> Answer:
        response = self.begin(method, path, body, headers)
        answer = Answer(response.status, response.headers, response.read())
        for line in response.headers.get_all("Set-Cookie", []):
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def begin(
        self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None
    ) -> http.client.HTTPResponse:
        """The response with its body not read yet, as of a stream."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            self._connection.request(
                method, path, body or None, {"Cookie": cookie} | (headers or {})
            )
            return self._connection.getresponse()
        except (OSError, http.client.HTTPException):
            # The next question opens a new one.
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    def _find_token(self, path: str) -> str:
        found = TOKEN.search(self.get(path).text)
        if found is None:
            raise AssertionError(f"{path} has no form")
        return found[1]

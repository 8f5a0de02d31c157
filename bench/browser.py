"""A signed-in person at the site's own WSGI application, as a web server would hand them on."""

import time
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.wsgi import get_wsgi_application
from django.test import RequestFactory

from accounts.models import User

application = get_wsgi_application()
SECRET = "a" * 32  # of the CSRF cookie, which the form's field repeats


class Browser:
    """Asks for pages as the person with this id."""

    def __init__(self, person: int) -> None:
        user = User.objects.get(pk=person)
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(person)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.save()
        cookies = {
            settings.SESSION_COOKIE_NAME: session.session_key,
            settings.CSRF_COOKIE_NAME: SECRET,
        }
        self._factory = RequestFactory(
            HTTP_COOKIE="; ".join(f"{name}={value}" for name, value in cookies.items()),
            HTTP_USER_AGENT="bench",
        )

    def get(self, path: str, status: int = 200) -> float:
        """Seconds until the whole answer is there. Raises RuntimeError for another status."""
        return _seconds(self._factory.get(path).environ, status)

    def post(self, path: str, fields: dict[str, Any], status: int = 303) -> float:
        """The same for a form that is sent."""
        form = urlencode(fields | {"csrfmiddlewaretoken": SECRET})
        sent = self._factory.post(path, form, content_type="application/x-www-form-urlencoded")
        return _seconds(sent.environ, status)


def _seconds(environ: dict[str, Any], status: int) -> float:
    said: list[str] = []

    def start(line: str, headers: list[tuple[str, str]], trouble: Any = None) -> Any:
        said.append(line)

    started = time.perf_counter()
    answer = application(environ, start)
    body = b"".join(answer)
    answer.close()
    took = time.perf_counter() - started
    if int(said[0].split()[0]) != status:
        raise RuntimeError(f"{environ['PATH_INFO']}: {said[0]}\n{body.decode()[:3000]}")
    return took

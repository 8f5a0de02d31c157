"""The ASGI entry point: the event stream, and every page.

In production a server of its own runs it for `/events/` alone, and pages go to the WSGI one.
"""

import os
from collections.abc import MutableMapping
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
pages: Any = get_asgi_application()

# Only now: they need the applications that the line above has loaded.
from accounts import bell  # noqa: E402
from marketplace.stream import PATH, Receive, Send, Stream  # noqa: E402

stream = Stream(bell.hub)


async def application(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
    is_stream = scope["type"] == "http" and scope["path"] == PATH
    await (stream if is_stream else pages)(scope, receive, send)

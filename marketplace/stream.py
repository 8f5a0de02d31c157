"""`/events/`: tells a person's open pages that something changed, by server-sent events.

Plain ASGI beside Django, because a stream lives for hours: through Django's own handler each would
keep a thread, and the thread a database connection. Here an open stream is one waiting coroutine.
What it says holds no text and no id; the page then asks for what its reader may see.
"""

import asyncio
import logging
import random
import re
import signal
import threading
from collections.abc import Awaitable, Callable, Collection, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from types import FrameType
from typing import Any

import redis.asyncio
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from redis.exceptions import RedisError

from accounts import bell, metrics
from accounts.hub import CHANGED, CHECK, END, PING, Hub, Listener, tell
from accounts.models import User

PATH = "/events/"
EVERY = 15.0  # seconds from one look at the sessions, with a ping, to the next
MOST = 8  # streams of one person: one for each browser they have open
#: What Django gives as a session's key. Nothing else is asked the database for.
SESSION_KEY_FORM = re.compile("[a-z0-9]{32}", re.ASCII)
log = logging.getLogger(__name__)

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

NEWS, STILL_HERE = b"data: changed\n\n", b":\n\n"
HEADERS = [
    (b"cache-control", b"private, no-store"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
]
REFUSALS = {
    400: b"This site does not answer to that name.",
    403: b"Sign in first.",
    405: b"This address can only be read.",
    429: b"That is as many streams as one person can have.",
    503: b"The site cannot look at your session right now.",
}


class Stream:
    """The ASGI application; all of its streams are in one process and one loop."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        # Few threads, so few database connections, and none between two looks.
        self._threads = ThreadPoolExecutor(2, "stream")
        self._tasks: list[asyncio.Task[None]] = []

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        admitted = await self._admit(scope)
        if isinstance(admitted, int):
            await _refuse(admitted, send)
            return
        self._begin()
        gone = asyncio.create_task(_until_gone(receive, admitted))
        metrics.STREAMS_OPEN.inc()
        try:
            await self._speak(admitted, send)
        finally:
            metrics.STREAMS_OPEN.dec()
            self._hub.remove(admitted)
            gone.cancel()

    async def _admit(self, scope: MutableMapping[str, Any]) -> Listener | int:
        """Whoever opens the stream, or the status of the refusal."""
        if scope["method"] != "GET":
            return 405
        request = ASGIRequest(scope, BytesIO())
        try:
            request.get_host()
        except DisallowedHost:
            return 400
        key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
        if not SESSION_KEY_FORM.fullmatch(key):
            return 403
        try:
            user_id = (await self._owners([key])).get(key)
        except Exception as error:  # noqa: BLE001 - its own text can hold a person's
            log.warning("No session could be looked at: %s", type(error).__name__)
            return 503
        if user_id is None:
            return 403
        listener = Listener(user_id, key)
        return listener if self._hub.add(listener, most=MOST) else 429

    async def _speak(self, listener: Listener, send: Send) -> None:
        """Until the reader is gone, signed out, or the server stops."""
        kind = (b"content-type", b"text/event-stream; charset=utf-8")
        await send({"type": "http.response.start", "status": 200, "headers": [kind, *HEADERS]})
        # Where the server is started anew, not everybody comes back at once.
        again = random.randint(1000, 5000)  # noqa: S311 - milliseconds, no secret
        await _write(send, b"retry: %d\n" % again + NEWS)
        while END not in (words := await listener.heard()):
            if CHECK in words:
                await self._look([listener])
            if CHANGED in words:
                await _write(send, NEWS)
            elif PING in words:
                await _write(send, STILL_HERE)
        await send({"type": "http.response.body", "body": b""})

    def _begin(self) -> None:
        """What all streams share, with the first of them."""
        if self._tasks:
            return
        self._tasks = [asyncio.create_task(self._rounds())]
        if settings.LIVE_URL:
            self._tasks.append(asyncio.create_task(self._listen_to_others()))
        self._end_with_the_server()

    async def _rounds(self) -> None:
        while True:
            await asyncio.sleep(EVERY)
            await self._look(self._hub.everybody())

    async def _look(self, listeners: list[Listener]) -> None:
        """End the streams whose session is over, ping the others. Where the database is away they
        stay: what they say holds nothing that a page would not ask for again."""
        try:
            owners = await self._owners([each.session_key for each in listeners])
        except Exception as error:  # noqa: BLE001 - as above
            log.warning("No session could be looked at: %s", type(error).__name__)
            owners = {each.session_key: each.user_id for each in listeners}
        for each in listeners:
            tell(PING if owners.get(each.session_key) == each.user_id else END, [each])

    async def _owners(self, keys: Collection[str]) -> dict[str, int]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, owners, keys)

    async def _listen_to_others(self) -> None:
        """Pass on what other processes ring. After a gap everybody looks again."""
        while True:
            try:
                async with redis.asyncio.Redis.from_url(settings.LIVE_URL) as store:
                    await self._pass_on(store)
            except Exception as error:  # noqa: BLE001 - whatever it was, the next try is due
                log.warning("The bell cannot be heard: %s", type(error).__name__)
                await asyncio.sleep(1)

    async def _pass_on(self, store: "redis.asyncio.Redis") -> None:
        """Raises RedisError or OSError when Redis is gone, or silent when it is asked."""
        async with store.pubsub() as others:
            await others.subscribe(bell.channel())
            tell(CHANGED, self._hub.everybody())
            asked = False
            while True:
                message = await others.get_message(timeout=EVERY)
                if message is None and asked:
                    raise RedisError("silent")
                asked = message is None
                if message is None:
                    await others.ping()
                elif message["type"] == "message":
                    self._hub.say(*bell.heard(message["data"].decode()))

    def _end_with_the_server(self) -> None:
        """A server that stops waits for its streams: end them as soon as it is told to."""
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            before = signal.getsignal(number)

            def leave(number: int, frame: FrameType | None, before: Any = before) -> None:
                loop.call_soon_threadsafe(lambda: tell(END, self._hub.everybody()))
                before(number, frame)

            if callable(before):
                signal.signal(number, leave)


def owners(keys: Collection[str]) -> dict[str, int]:
    """Of these session keys: the user of each that still holds. What ends a session for a page
    ends it here: signing out, a new password, a person switched off. Two queries however many
    there are, and no connection is kept."""
    try:
        rows = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
        held = {row.session_key: row.get_decoded() for row in rows}
        ids = {key: each[SESSION_KEY] for key, each in held.items() if SESSION_KEY in each}
        users = User.objects.filter(is_active=True).in_bulk(set(ids.values()))
        people = {key: users.get(int(user_id)) for key, user_id in ids.items()}
        return {key: user.pk for key, user in people.items() if user and _holds(held[key], user)}
    finally:
        connections.close_all()


def _holds(session: Mapping[str, str], user: User) -> bool:
    """Whether a page would take this session to be the user's, as django.contrib.auth.get_user
    does, which asks for one at a time and writes."""
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS and any(
        constant_time_compare(session.get(HASH_SESSION_KEY, ""), each) for each in hashes
    )


async def _write(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


async def _refuse(status: int, send: Send) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), *HEADERS]
    if status == 405:
        headers.append((b"allow", b"GET"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": REFUSALS[status]})


async def _until_gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.hear(END)

"""The open streams of this process, and how a word reaches them from any thread."""

import asyncio
import threading
from collections import defaultdict

#: What a stream can hear. Each means the same however often it was said, so a set keeps it all.
CHANGED, CHECK, PING, END = "changed", "check", "ping", "end"


class Listener:
    """One open stream: whose it is, the session it was opened with, and what it has not said on
    yet. Lives in the event loop that made it."""

    def __init__(self, user_id: int, session_key: str) -> None:
        self.user_id = user_id
        self.session_key = session_key
        self.loop = asyncio.get_running_loop()
        self._words: set[str] = set()
        self._woken = asyncio.Event()

    def hear(self, word: str) -> None:
        """Call in the listener's own loop."""
        self._words.add(word)
        self._woken.set()

    async def heard(self) -> set[str]:
        """Everything said since the last time; waits until there is something."""
        await self._woken.wait()
        self._woken.clear()
        words, self._words = self._words, set()
        return words


class Hub:
    """Who listens. Its lock is held for moments only, never while anything waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_person: defaultdict[int, set[Listener]] = defaultdict(set)

    def add(self, listener: Listener, *, most: int) -> bool:
        """False when the person has `most` streams open already."""
        with self._lock:
            own = self._by_person[listener.user_id]
            if len(own) >= most:
                return False
            own.add(listener)
        return True

    def remove(self, listener: Listener) -> None:
        with self._lock:
            own = self._by_person[listener.user_id]
            own.discard(listener)
            if not own:
                del self._by_person[listener.user_id]

    def everybody(self) -> list[Listener]:
        with self._lock:
            return [listener for own in self._by_person.values() for listener in own]

    def say(self, word: str, user_ids: set[int]) -> None:
        """From any thread, and without waiting for anybody."""
        with self._lock:
            found = [each for pk in user_ids for each in self._by_person.get(pk, ())]
        tell(word, found)


def tell(word: str, listeners: list[Listener]) -> None:
    """Each in its own loop; one whose loop has ended needs no telling."""
    for listener in listeners:
        if not listener.loop.is_closed():
            listener.loop.call_soon_threadsafe(listener.hear, word)

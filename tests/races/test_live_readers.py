"""Open pages that ask for what came after the last message they have, while six people write."""

import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts.models import User
from messaging.models import Conversation
from tests.races.deeds import write_for

pytestmark = pytest.mark.postgres

SECONDS = float(os.environ.get("READING_SECONDS", "5"))
BODY = re.compile(r'class="msg-body"[^>]*>([^<]+)<')
AFTER = re.compile(r'name="after" value="(\d+)"')


def read(person: User, talk: Conversation, after: int, over: threading.Event) -> list[str]:
    """What the page of this person shows, message for message, until all is over."""
    browser, shown = Client(), []
    browser.force_login(person)
    address = reverse("live_thread", args=[talk.public_id])
    done = False
    while not done:
        # One look more once nobody writes.
        done = over.is_set()
        while (answer := browser.get(address, {"after": after})).status_code == 200:
            text = answer.content.decode()
            shown += BODY.findall(text)
            [after] = map(int, AFTER.findall(text))
    connections.close_all()
    return shown


@pytest.mark.usefixtures("intact", "no_deadlock")
def test_nothing_is_missed_nothing_twice_and_nothing_out_of_order(crew, talk):
    members, finn, conversation = talk
    conversation.refresh_from_db()
    start, over = conversation.last_seq, threading.Event()
    writers = [*members, finn, finn]
    with ThreadPoolExecutor(2) as pages:
        readers = [
            pages.submit(read, person, conversation, start, over)
            for person in (members[0].user, finn.user)
        ]
        try:
            outcomes = crew.together(
                [partial(write_for, person, conversation, SECONDS) for person in writers]
            )
        finally:
            over.set()
    assert {outcome.said for outcome in outcomes} == {"done"}
    written = list(
        conversation.thread.filter(seq__gt=start).order_by("seq").values_list("body", flat=True)
    )
    assert len(written) == sum(outcome.result for outcome in outcomes) > 10 * SECONDS
    for reader in readers:
        assert reader.result() == written

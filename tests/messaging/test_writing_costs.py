"""What a reply and a message ask of the database, which is the same whatever went before.

A first message's queries are counted in test_send_request.py.
"""

import pytest
from django.db import connection

from messaging.models import Conversation
from tests.messaging.letters import reply, send, write

# PostgreSQL's clock and the queue for a freelancer's row are a query each.
_POSTGRES = 2 if connection.vendor == "postgresql" else 0
QUERIES_OF_A_REPLY = 24 + _POSTGRES
QUERIES_OF_A_MESSAGE = 17 + _POSTGRES


@pytest.fixture
def sealed(cleo, finn) -> Conversation:
    """Cleo's request waits for Finn's answer."""
    send(cleo, finn)
    return Conversation.objects.get()


def test_a_reply_takes_a_fixed_number_of_queries(sealed, finn, django_assert_num_queries):
    with django_assert_num_queries(QUERIES_OF_A_REPLY):
        reply(finn, sealed, "Gladly, tell me more.")


def test_a_message_takes_a_fixed_number_of_queries(sealed, cleo, finn, django_assert_num_queries):
    reply(finn, sealed, "Gladly, tell me more.")
    for _ in range(2):
        with django_assert_num_queries(QUERIES_OF_A_MESSAGE):
            write(cleo, sealed, "Next week, then?")

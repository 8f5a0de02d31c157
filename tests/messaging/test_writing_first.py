"""A freelancer writes first to a client they have a relationship with, and to nobody else."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import ClientAccount, FreelancerProfile, Membership, Relationship
from messaging import selectors
from messaging.door import Refusal
from messaging.models import Act, ContactRequest, Conversation, Message, QuotaEntry
from messaging.services.conversations import start_conversation
from messaging.services.door import block_client, block_freelancer
from messaging.services.outcomes import Gone, KeyReused, OwnBlock, Refused, Stranger
from tests import people
from tests.messaging.letters import send, write, writes_nothing

pytestmark = pytest.mark.django_db
WORDS = "The maps are printed & I have two copies for you."


@pytest.fixture
def known(cleo, finn, now) -> Relationship:
    """Finn has worked for Cleo's account."""
    return people.related(cleo.client, finn, now - timedelta(days=90))


def start(finn: FreelancerProfile, client: ClientAccount, body: str = WORDS, key: str = ""):
    return start_conversation(
        freelancer=finn,
        client=client,
        body=body,
        submission_key=key or uuid.uuid4().hex,
        clock=database_now,
    )


def page(client: ClientAccount) -> str:
    return reverse("write_first", args=[client.public_id])


def post(browser, client: ClientAccount, body: str = WORDS, key: str = "k1"):
    return browser.post(page(client), {"submission_key": key, "body": body})


# The service


@pytest.mark.parametrize("kind", Relationship.KNOWN)
def test_the_conversation_is_open_to_both_and_costs_the_client_nothing(cleo, finn, now, kind):
    people.related(cleo.client, finn, now, kind=kind)

    message = start(finn, cleo.client)

    conversation = Conversation.objects.get()
    assert conversation.accepted_at == message.sent_at
    assert Act.objects.get().kind == Act.Kind.CONVERSATION_STARTED
    assert not QuotaEntry.objects.exists()
    for side in ({"client": cleo.client}, {"freelancer": finn}):
        assert list(selectors.conversations(**side, now=database_now())) == [conversation]
    write(cleo, conversation, "Wonderful.")
    assert not ContactRequest.objects.exists()


def test_the_client_answers_without_gate_place_or_plan(nils, finn, now):
    """Nils has spent nothing, so could not have written first."""
    assert isinstance(writes_nothing(lambda: send(nils, finn), Refused), Refused)
    people.related(nils.client, finn, now)
    conversation = start(finn, nils.client).conversation
    assert write(nils, conversation, "Good to hear from you.").seq == 2


def test_a_stranger_cannot_and_a_declined_invitation_makes_nobody_known(cleo, finn, now):
    writes_nothing(lambda: start(finn, cleo.client), Stranger)
    people.related(cleo.client, finn, now, kind=Relationship.Kind.INVITATION_DECLINED)
    writes_nothing(lambda: start(finn, cleo.client), Stranger)
    people.related(cleo.client, finn, now + timedelta(days=1))
    writes_nothing(lambda: start(finn, cleo.client), Stranger)


def test_neither_block_lets_it_through(cleo, finn, known):
    block_client(freelancer=finn, client=cleo.client, clock=database_now)
    writes_nothing(lambda: start(finn, cleo.client), OwnBlock)
    finn.blocks.all().delete()
    block_freelancer(member=cleo, freelancer=finn, clock=database_now)
    refused = writes_nothing(lambda: start(finn, cleo.client), Refused)
    assert refused.refusal == Refusal.BLOCKED


def test_nobody_writes_to_the_account_they_write_for(cleo, finn, known):
    Membership.objects.create(client=cleo.client, user=finn.user, role="member")
    refused = writes_nothing(lambda: start(finn, cleo.client), Refused)
    assert refused.refusal == Refusal.COLLEAGUE


def test_who_has_left_the_marketplace_writes_to_nobody(cleo, finn, known):
    FreelancerProfile.objects.filter(pk=finn.pk).update(deactivated_at=database_now())
    writes_nothing(lambda: start(finn, cleo.client), Gone)


def test_a_repeated_click_is_one_message_and_another_text_none(cleo, finn, known):
    first = start(finn, cleo.client, key="click")
    assert start(finn, cleo.client, key="click") == first
    writes_nothing(lambda: start(finn, cleo.client, "Other words.", key="click"), KeyReused)
    assert Message.objects.count() == 1


def test_a_request_that_waits_is_accepted_by_it(cleo, finn, known):
    request = send(cleo, finn)
    start(finn, cleo.client)
    request.refresh_from_db()
    assert request.state == ContactRequest.State.ACCEPTED
    assert request.told_at is not None
    assert request.told_at <= database_now()
    assert [message.seq for message in Message.objects.order_by("seq")] == [1, 2]


# The pages


def test_the_way_there_stands_on_the_clients_page_while_there_is_no_conversation(
    cleo, finn, known, signed_in
):
    browser = signed_in(finn)
    address = cleo.client.get_absolute_url()
    shown = browser.get(address).content.decode()
    assert page(cleo.client) in shown
    assert "Write to Cleo &amp; Co" in shown
    assert "Contract" in browser.get(page(cleo.client)).content.decode()

    sent = post(browser, cleo.client)

    conversation = Conversation.objects.get()
    to = reverse("conversation", args=[conversation.public_id])
    assert (sent.status_code, sent["Location"]) == (303, f"{to}#latest")
    assert page(cleo.client) not in browser.get(address).content.decode()
    assert browser.get(page(cleo.client))["Location"] == f"{to}#latest"
    # The client finds it, unread, and answers.
    clients = signed_in(cleo)
    assert to in clients.get("/conversations/").content.decode()
    shown = clients.get(to).content.decode()
    assert "I have two copies" in shown
    assert "<textarea" in shown


def test_there_is_no_such_way_to_a_stranger(cleo, finn, signed_in):
    browser = signed_in(finn)
    shown = browser.get(cleo.client.get_absolute_url()).content.decode()
    assert page(cleo.client) not in shown
    refused = browser.get(page(cleo.client))
    assert refused.status_code == 403
    assert "They can write to you." in refused.content.decode()
    assert "<textarea" not in refused.content.decode()
    unknown = reverse("write_first", args=[uuid.uuid4()])
    assert browser.get(unknown).status_code == 404
    assert browser.post(unknown, {"body": WORDS}).status_code == 404


def stranger(cleo: Membership, finn: FreelancerProfile) -> None:
    Relationship.objects.all().delete()


def own_block(cleo: Membership, finn: FreelancerProfile) -> None:
    block_client(freelancer=finn, client=cleo.client, clock=database_now)


def their_block(cleo: Membership, finn: FreelancerProfile) -> None:
    block_freelancer(member=cleo, freelancer=finn, clock=database_now)


def colleague(cleo: Membership, finn: FreelancerProfile) -> None:
    Membership.objects.create(client=cleo.client, user=finn.user, role="member")


OBSTACLES = [
    (stranger, 403, "They can write to you."),
    (colleague, 403, "You write for this client yourself"),
    (own_block, 422, "You have blocked this client."),
    (their_block, 422, "Cleo &amp; Co isn&#x27;t taking new messages at the moment."),
]


@pytest.mark.parametrize(("obstacle", "status", "sentence"), OBSTACLES)
def test_what_comes_between_is_told_with_the_text_kept(
    cleo, finn, known, signed_in, obstacle, status, sentence
):
    browser = signed_in(finn)
    assert browser.get(page(cleo.client)).status_code == 200
    obstacle(cleo, finn)
    refused = post(browser, cleo.client)
    shown = refused.content.decode()
    assert refused.status_code == status
    assert sentence in shown
    assert f"{WORDS.replace('&', '&amp;')}</textarea>" in shown
    assert not Message.objects.exists()
    # Beforehand the same sentence stands alone.
    before = browser.get(page(cleo.client)).content.decode()
    assert sentence in before
    assert "<textarea" not in before


def test_nothing_written_and_another_text_under_the_same_key(cleo, finn, known, signed_in):
    browser = signed_in(finn)
    assert post(browser, cleo.client, " ").status_code == 422
    long = post(browser, cleo.client, "y" * 2001)
    assert (long.status_code, "y" * 2001 in long.content.decode()) == (422, True)
    assert post(browser, cleo.client).status_code == 303
    assert post(browser, cleo.client).status_code == 303
    other = post(browser, cleo.client, "Other words.")
    assert other.status_code == 409
    assert "Other words.</textarea>" in other.content.decode()
    assert 'value="k1"' not in other.content.decode()
    assert Message.objects.count() == 1


def test_it_counts_as_any_message_does(cleo, finn, known, signed_in, rate_limits):
    browser = signed_in(finn)
    answers = [post(browser, cleo.client, f"Line {n}", f"k{n}") for n in range(21)]
    assert {answer.status_code for answer in answers[:20]} == {303}
    assert answers[20].status_code == 429
    assert answers[20]["Retry-After"]
    assert "Line 20</textarea>" in answers[20].content.decode()


def test_a_request_that_waits_is_named_before_it_is_accepted(cleo, finn, known, signed_in):
    request = send(cleo, finn)
    shown = signed_in(finn).get(page(cleo.client)).content.decode()
    assert reverse("request", args=[request.public_id]) in shown
    assert "What you write here accepts it." in shown


# Where a relationship explains why a client's message may pass


@pytest.mark.parametrize(
    ("kind", "because"),
    [
        ("contract", "You have worked with Finn, so your message takes no place"),
        ("proposal", "Finn has sent you a proposal, so your message takes no place"),
        ("invitation_accepted", "Finn has accepted an invitation of yours, so your message"),
    ],
)
def test_the_client_reads_why_it_needs_no_place_and_no_gate(
    nils, finn, now, signed_in, kind, because
):
    browser = signed_in(nils)
    pages = ("/talent/finn/", "/talent/finn/message/")
    for address in pages:
        assert because not in browser.get(address).content.decode()
    people.related(nils.client, finn, now, kind=kind)
    for address in pages:
        assert because in browser.get(address).content.decode()


def test_where_the_door_is_shut_to_known_clients_nothing_is_promised(cleo, finn, known, signed_in):
    FreelancerProfile.objects.filter(pk=finn.pk).update(door="closed", known_clients_pass=False)
    shown = signed_in(cleo).get("/talent/finn/").content.decode()
    assert "isn&#x27;t taking new messages" in shown
    assert "takes no place" not in shown

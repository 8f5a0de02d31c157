"""A client account blocks a freelancer: told in full to itself, and neutrally to the freelancer."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.clock import database_now
from accounts.models import Membership
from messaging.door import Refusal
from messaging.models import Act, Block, ContactRequest, Message
from messaging.services import answers
from messaging.services.conversations import start_conversation
from messaging.services.door import block_client, block_freelancer
from messaging.services.outcomes import NotAMember, Refused
from messaging.services.requests import open_request
from tests import people
from tests.messaging.letters import LETTER, reply, send, write, writes_nothing
from tests.messaging.test_pages import cost_of

NEUTRAL = "isn&#x27;t taking new messages at the moment."


def shown(browser, name: str, *args: object, status: int = 200) -> str:
    answer = browser.get(reverse(name, args=args))
    assert answer.status_code == status
    return str(answer.content.decode())


def press(browser, name: str, slug: str, **more: str):
    return browser.post(reverse(name, args=[slug]), more)


def block(member, freelancer) -> None:
    block_freelancer(member=member, freelancer=freelancer, clock=database_now)


def talk(cleo, finn) -> ContactRequest:
    request = send(cleo, finn)
    reply(finn, request.conversation, "Gladly.")
    return request


# Where it is done, and undone


def test_from_the_profile_from_the_conversation_and_from_what_was_sent(cleo, finn, signed_in):
    request = talk(cleo, finn)
    browser = signed_in(cleo)
    button = f'action="{reverse("block_freelancer", args=[finn.slug])}"'
    for name, argument in [
        ("talent_profile", finn.slug),
        ("conversation", request.conversation.public_id),
        ("sent_request", request.public_id),
    ]:
        page = shown(browser, name, argument)
        assert button in page, name
        back = re.search(r'name="next" value="([^"]+)"', page)
        assert back
        assert back[1] == reverse(name, args=[argument])


def test_a_block_is_a_row_of_the_account_and_leads_back(cleo, finn, signed_in):
    browser = signed_in(cleo)
    done = press(browser, "block_freelancer", finn.slug, next="/sent/")
    assert (done.status_code, done.url) == (303, "/sent/")
    placed = Block.objects.get()
    assert (placed.client, placed.freelancer, placed.side) == (cleo.client, finn, "client")
    assert "Finn is blocked." in browser.get("/sent/").content.decode()
    press(browser, "unblock_freelancer", finn.slug)
    assert Block.objects.get().lifted_at is not None
    kinds = list(Act.objects.order_by("pk").values_list("kind", "actor"))
    assert kinds == [("freelancer_blocked", cleo.user_id), ("freelancer_unblocked", cleo.user_id)]


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "javascript:x"])
def test_the_way_back_stays_here(cleo, finn, signed_in, target):
    done = press(signed_in(cleo), "block_freelancer", finn.slug, next=target)
    assert done.url == finn.get_absolute_url()


def test_the_account_lists_whom_it_blocks(cleo, finn, olga, signed_in):
    browser = signed_in(cleo)
    assert "You have blocked nobody" in shown(browser, "client_blocks")
    block(cleo, finn)
    colleague = people.member(cleo.client, role=Membership.Role.MEMBER)
    page = shown(signed_in(colleague), "client_blocks")
    assert "Finn" in page
    assert "Olga" not in page
    assert reverse("unblock_freelancer", args=[finn.slug]) in page
    assert reverse("client_blocks") in shown(browser, "client_account")


def test_the_list_costs_the_same_however_long(cleo, signed_in):
    browser = signed_in(cleo)
    block(cleo, people.freelancer("First"))
    cost = cost_of(browser, reverse("client_blocks"))
    for number in range(30):
        block(cleo, people.freelancer(f"F{number}"))
    assert cost_of(browser, reverse("client_blocks")) == cost
    assert "before=" in shown(browser, "client_blocks")


def test_one_who_has_left_can_still_be_blocked_where_they_were_met(
    cleo, finn, olga, now, signed_in
):
    talk(cleo, finn)
    for gone in (finn, olga):
        gone.deactivated_at = now
        gone.save(update_fields=["deactivated_at"])
    browser = signed_in(cleo)
    assert press(browser, "block_freelancer", finn.slug).status_code == 303
    assert press(browser, "block_freelancer", olga.slug).status_code == 404
    assert f'href="{finn.get_absolute_url()}"' not in shown(browser, "client_blocks")
    assert press(browser, "unblock_freelancer", finn.slug).status_code == 303


def test_who_has_left_the_account_changes_nothing(cleo, finn, now):
    cleo.left_at = now
    cleo.save(update_fields=["left_at"])
    writes_nothing(lambda: block(cleo, finn), NotAMember)


# What it does


def test_the_client_is_told_in_full_before_typing_and_after(cleo, finn, signed_in):
    block(cleo, finn)
    browser = signed_in(cleo)
    for name in ("compose", "talent_profile"):
        page = shown(browser, name, finn.slug)
        assert "You have blocked Finn. Unblock them first, then write." in page
        assert page.count(reverse("unblock_freelancer", args=[finn.slug])) == 1
        assert "<textarea" not in page
    form = {
        "submission_key": "k",
        "skill": finn.skills.all()[0].pk,
        "kind": "advice",
        "budget": "open",
        "start": "now",
        "body": LETTER.body,
    }
    refused = browser.post(reverse("compose", args=[finn.slug]), form)
    assert refused.status_code == 422
    assert "You have blocked Finn." in refused.content.decode()
    assert f"{LETTER.body}</textarea>" in refused.content.decode()


def test_an_open_conversation_says_so_and_offers_to_unblock(cleo, finn, signed_in):
    request = talk(cleo, finn)
    block(cleo, finn)
    browser = signed_in(cleo)
    page = shown(browser, "conversation", request.conversation.public_id)
    assert "Your account has blocked this freelancer" in page
    assert reverse("unblock_freelancer", args=[finn.slug]) in page
    assert "<textarea" not in page
    refused = browser.post(
        reverse("writing", args=[request.conversation.public_id]),
        {"body": "Are you there?", "submission_key": "k"},
    )
    assert refused.status_code == 422
    assert "You have blocked Finn." in refused.content.decode()
    assert "Are you there?</textarea>" in refused.content.decode()


def test_the_freelancer_reads_one_neutral_sentence_and_no_block(cleo, finn, signed_in):
    request = talk(cleo, finn)
    address = reverse("conversation", args=[request.conversation.public_id])
    token = re.compile(r'name="(csrfmiddlewaretoken|submission_key)" value="\w+"')
    browser = signed_in(finn)
    before = token.sub("", browser.get(address).content.decode())
    block(cleo, finn)
    assert token.sub("", browser.get(address).content.decode()) == before

    refused = browser.post(
        reverse("writing", args=[request.conversation.public_id]),
        {"body": "Are you there?", "submission_key": "k"},
    )

    told = refused.content.decode()
    assert refused.status_code == 422
    assert f"{cleo.client.name.replace('&', '&amp;')} {NEUTRAL}" in told
    assert "Are you there?</textarea>" in told
    assert "blocked" not in told.lower().replace("block this client", "")
    assert Message.objects.count() == 2


def test_a_reply_to_a_request_of_who_then_blocked_is_refused(cleo, finn, signed_in):
    request = send(cleo, finn)
    open_request(request=request, clock=database_now)
    block(cleo, finn)
    refused = signed_in(finn).post(
        reverse("reply", args=[request.public_id]), {"body": "Gladly.", "submission_key": "k"}
    )
    assert refused.status_code == 422
    assert NEUTRAL in refused.content.decode()


def test_who_knows_the_client_cannot_start_either(cleo, finn, now):
    people.related(cleo.client, finn, now - timedelta(days=9))
    block(cleo, finn)
    refused = writes_nothing(
        lambda: start_conversation(
            freelancer=finn, client=cleo.client, body="Hello?", submission_key="k",
            clock=database_now,
        ),
        Refused,
    )  # fmt: skip
    assert refused.refusal == Refusal.BLOCKED


def test_after_unblocking_both_write_again(cleo, finn, signed_in):
    request = talk(cleo, finn)
    block(cleo, finn)
    press(signed_in(cleo), "unblock_freelancer", finn.slug)
    assert write(cleo, request.conversation, "Thank you.").pk
    assert reply(finn, request.conversation, "With pleasure.").pk


def test_each_sides_block_is_its_own(cleo, finn, signed_in):
    request = talk(cleo, finn)
    block_client(freelancer=finn, client=cleo.client, clock=database_now)
    page = shown(signed_in(cleo), "conversation", request.conversation.public_id)
    assert "<textarea" in page, "the client is not told of it before it tries"
    assert reverse("block_freelancer", args=[finn.slug]) in page
    press(signed_in(cleo), "unblock_freelancer", finn.slug)
    assert Block.objects.get().lifted_at is None


# The half minute before the client is told


def test_the_freelancer_reads_that_they_will_be_told_and_can_undo(cleo, finn, signed_in):
    request = send(cleo, finn)
    answers.accept_request(request=request, freelancer=finn, clock=database_now)
    thread = request.conversation.public_id
    page = shown(signed_in(finn), "conversation", thread)
    assert "They will be told in a moment" in page
    assert f'action="{reverse("undoing", args=[request.public_id])}"' in page
    shown(signed_in(cleo), "conversation", thread, status=404)
    assert reverse("conversation", args=[thread]) not in shown(signed_in(cleo), "conversations")

    assert signed_in(finn).post(reverse("undoing", args=[request.public_id])).status_code == 303
    shown(signed_in(finn), "conversation", thread, status=404)


def test_once_told_there_is_nothing_to_undo(cleo, finn, now, signed_in):
    request = send(cleo, finn, now=now - timedelta(hours=1))
    told = people.at(now - timedelta(minutes=1))
    answers.accept_request(request=request, freelancer=finn, clock=told)
    page = shown(signed_in(finn), "conversation", request.conversation.public_id)
    assert "They will be told" not in page
    assert reverse("undoing", args=[request.public_id]) not in page
    shown(signed_in(cleo), "conversation", request.conversation.public_id)


def test_words_written_in_that_half_minute_tell_the_client_at_once(cleo, finn, signed_in):
    request = send(cleo, finn)
    answers.accept_request(request=request, freelancer=finn, clock=database_now)
    thread = request.conversation.public_id
    signed_in(finn).post(
        reverse("writing", args=[thread]), {"body": "Hello!", "submission_key": "k"}
    )
    assert "Hello!" in shown(signed_in(cleo), "conversation", thread)
    assert "They will be told" not in shown(signed_in(finn), "conversation", thread)

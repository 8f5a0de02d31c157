"""The flag queue and the case: what is shown, in which order, with how many queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import database_now
from messaging.models import Flag
from messaging.services.moderation import dismiss_flag
from tests import people
from tests.messaging.cases import QUEUE, address, flagged, many_flags, thread


@pytest.fixture
def desk(mona, signed_in):
    return signed_in(mona)


def shown(answer):
    return [flag.pk for flag in answer.context["cl"].result_list]


def test_the_most_serious_and_oldest_come_first(desk, now):
    flags = many_flags(5, now)
    reasons = ["other", "spam", "scam", "harassment", "scam"]
    for flag, reason in zip(flags, reasons, strict=True):
        Flag.objects.filter(pk=flag.pk).update(reason=reason)
    other, spam, scam, harassment, later_scam = (flag.pk for flag in flags)

    assert shown(desk.get(QUEUE)) == [scam, later_scam, harassment, spam, other]


def test_it_opens_on_the_undecided_and_shows_the_rest_on_request(desk, now, mona):
    first, second = many_flags(2, now)
    dismiss_flag(flag=first, moderator=mona, reason="Fine.", clock=database_now)

    assert shown(desk.get(QUEUE)) == [second.pk]
    assert shown(desk.get(QUEUE + "?decision=dismissed")) == [first.pk]
    assert shown(desk.get(QUEUE + "?decision=upheld")) == []
    assert shown(desk.get(QUEUE + "?decision=all")) == [second.pk, first.pk]
    assert shown(desk.get(QUEUE + "?flagged_by=client")) == []
    assert shown(desk.get(QUEUE + "?flagged_by=freelancer&reason__exact=spam")) == [second.pk]
    assert shown(desk.get(QUEUE + "?q=Client+1")) == [second.pk]


def test_the_queue_takes_as_many_queries_for_fifty_as_for_one(desk, now):
    many_flags(1, now)
    desk.get(QUEUE)
    with CaptureQueriesContext(connection) as for_one:
        assert len(shown(desk.get(QUEUE + "?decision=all"))) == 1
    for number in range(1, 50):
        account = people.eligible_client(now, f"More {number}")
        flagged(people.member(account), people.freelancer(f"Freelancer {number}"))
    with CaptureQueriesContext(connection) as for_fifty:
        answer = desk.get(QUEUE + "?decision=all")

    assert len(shown(answer)) == 50
    assert len(for_fifty) == len(for_one)


def test_the_case_shows_ten_messages_each_side(desk, cleo, finn, now):
    flag = flagged(cleo, finn)
    conversation = flag.message.conversation
    thread(conversation, cleo, 30, now)
    middle = conversation.thread.get(body="Line 15.")
    Flag.objects.filter(pk=flag.pk).update(message=middle, text="Line 15.")

    page = desk.get(address(flag)).content.decode()

    assert "Line 5." in page
    assert "Line 25." in page
    assert "Line 4." not in page
    assert "Line 26." not in page
    assert "5 earlier messages are not shown." in page
    assert "5 later messages are not shown." in page


def test_the_case_takes_as_many_queries_with_a_long_history(desk, cleo, finn, now, mona):
    flag = flagged(cleo, finn)
    desk.get(address(flag))
    with CaptureQueriesContext(connection) as short:
        desk.get(address(flag))
    thread(flag.message.conversation, cleo, 30, now)
    for number in range(4):
        another = flagged(cleo, people.freelancer(f"Other {number}"))
        dismiss_flag(flag=another, moderator=mona, reason="Fine.", clock=database_now)
    with CaptureQueriesContext(connection) as long:
        answer = desk.get(address(flag))

    case = answer.context["case"]
    assert (case.against.total, case.against.dismissed) == (4, 4)
    assert len(case.actions) == 4
    assert len(long) == len(short)


def test_the_receipt_is_told_in_words(desk, cleo, finn):
    page = desk.get(address(flagged(cleo, finn))).content.decode()

    assert "Judged by policy 1" in page
    assert "$1,500.00" in page
    assert "more than $1,000.00" in page
    assert "No hold" not in page


def test_text_is_never_html(desk, cleo, finn):
    script = "<script>alert(1)</script> and a good deal more of what nobody asked for"
    flag = flagged(cleo, finn, body=script)

    for address_ in (QUEUE, address(flag)):
        page = desk.get(address_).content.decode()
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert" in page


def test_reading_changes_nothing(desk, cleo, finn):
    flag = flagged(cleo, finn)
    with CaptureQueriesContext(connection) as queries:
        desk.get(QUEUE)
        desk.get(address(flag))
        for act in ("upholding", "dismissal", "hold"):
            assert desk.get(address(flag, act)).status_code == 302
        assert desk.post(address(flag), {"reason": "scam"}).status_code == 405

    changing = ("INSERT", "UPDATE", "DELETE")
    tables = ("messaging_", "eligibility_", "accounts_")
    written = [
        query["sql"]
        for query in queries
        if query["sql"].startswith(changing) and any(table in query["sql"] for table in tables)
    ]
    assert written == []
    flag.refresh_from_db()
    assert flag.outcome == ""


def test_the_next_case_is_the_one_after_this(desk, now):
    first, second, third = many_flags(3, now)

    following = [desk.get(address(flag)).context["next_address"] for flag in (first, second, third)]

    assert following == [address(second), address(third), address(first)]


def test_the_age_is_told(desk, cleo, finn, now):
    flagged(cleo, finn, at=now - timedelta(days=3, hours=2))

    assert "3 days" in desk.get(QUEUE).content.decode()

"""The log tells what happened and never what somebody wrote, whatever goes wrong."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.urls import path, reverse

from marketplace import celery_app
from marketplace.logs import NoTexts, OneObject, Readable
from marketplace.reporting import without_texts
from marketplace.urls import handler400, handler403, handler500  # noqa: F401 - of this urlconf
from marketplace.urls import urlpatterns as of_the_site
from messaging.models import Message
from tests.web.stage import FORMS, browser, complete

MARK = "MARKER-7f3a"
TEXT = f"{MARK} their very own words"
EMAIL = f"{MARK.lower()}@people.example"
UNCHANGED = {"submission_key", "kind", "budget", "start", "skill", "chosen", "role", "client"}


def boom(request):
    raise ValueError(f"cannot make sense of {request.POST['body']!r}")


urlpatterns = [path("boom/", boom), *of_the_site]


@pytest.fixture
def written(settings) -> Iterator[list[io.StringIO]]:
    """What a plain log would hold (the broken twin), production's, and the embedded site's."""
    settings.ROOT_URLCONF = __name__
    root, answers = logging.getLogger(), logging.getLogger("marketplace.observed")
    levels = root.level, answers.level
    handlers = [logging.StreamHandler(io.StringIO()) for _ in range(3)]
    for handler, formatter in zip(handlers[1:], [OneObject(), Readable()], strict=True):
        handler.addFilter(NoTexts())
        handler.setFormatter(formatter)
    # In front of the site's own handler, which takes the texts out for all that follow.
    root.handlers[:0] = handlers
    root.setLevel(logging.DEBUG)
    answers.setLevel(logging.INFO)
    yield [handler.stream for handler in handlers]
    for handler in handlers:
        root.removeHandler(handler)
    root.setLevel(levels[0])
    answers.setLevel(levels[1])


def everything_goes_wrong(world) -> list[int]:
    """Every form with a marker in every field; the address, the headers and the cookies too; then
    a fault of ours, a row that the database refuses, and a task and two servers that break off."""
    statuses = []
    for one in FORMS:
        fields = {**one.good, **complete(world, one)}
        marked = {
            n: v if n in UNCHANGED else EMAIL if "@" in v else TEXT for n, v in fields.items()
        }
        statuses += [one.send(marked_browser(world, one.who), world, marked).status_code]
    cleo = marked_browser(world, "cleo")
    for address in (f"/talent/?q={TEXT}", f"/{MARK}/", f"/account/password/reset/key/1-{MARK}/"):
        statuses.append(cleo.get(address).status_code)
    statuses.append(cleo.post("/boom/", {"body": TEXT}).status_code)
    refuse_every_message()
    thread = reverse("writing", args=[world.conversation.public_id])
    statuses.append(cleo.post(thread, {"submission_key": "k", "body": TEXT}).status_code)
    broken_off.apply(args=[TEXT])
    for server in ("gunicorn.error", "uvicorn.error"):
        try:
            raise KeyError(TEXT)
        except KeyError as error:
            logging.getLogger(server).exception("Error handling request: %s", error)
    return statuses


def marked_browser(world, who: str) -> Client:
    client = browser(world, who)
    client.defaults |= {"HTTP_USER_AGENT": TEXT, "HTTP_REFERER": f"http://testserver/?q={MARK}"}
    client.cookies["csrf"] = MARK
    return client


def refuse_every_message() -> None:
    """PostgreSQL then quotes the whole row, text and all."""
    table = Message._meta.db_table
    refuse = f"ALTER TABLE {table} ADD CONSTRAINT no_more CHECK (false) NOT VALID"
    if connection.vendor == "sqlite":
        refuse = (
            f"CREATE TRIGGER no_more BEFORE INSERT ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{TEXT}'); END"
        )
    with connection.cursor() as cursor:
        # What waits for the end of the transaction would keep PostgreSQL from changing the table.
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(refuse)


@celery_app.task(name="tests.broken_off")
def broken_off(text: str) -> None:
    raise ValueError(text)


def test_no_log_holds_what_anybody_wrote(world, written):
    statuses = everything_goes_wrong(world)

    twin, production, embedded = (stream.getvalue() for stream in written)
    assert {200, 303, 404, 422, 500} <= set(statuses), "the premise"
    assert twin.lower().count(MARK.lower()) > 5, "the premise: a log that says all it knows"
    assert MARK.lower() not in production.lower()
    assert MARK.lower() not in embedded.lower()
    lines = [json.loads(line) for line in production.splitlines()]
    assert {"celery.app.trace", "gunicorn.error", "uvicorn.error"} <= {x["logger"] for x in lines}
    answers = [line for line in lines if line["logger"] == "marketplace.observed"]
    assert [line["status"] for line in answers] == statuses


def test_an_error_is_told_by_class_constraint_and_place(world, written):
    refuse_every_message()
    cleo = browser(world, "cleo")
    thread = reverse("writing", args=[world.conversation.public_id])
    answer = cleo.post(thread, {"submission_key": "k", "body": TEXT})

    lines = [json.loads(line) for line in written[1].getvalue().splitlines()]
    (error,) = [line for line in lines if line["logger"] == "django.request"]
    assert error["message"] == "Internal Server Error at writing"
    assert "IntegrityError" in error["trace"]
    assert "services/conversations.py" in error["trace"]
    if connection.vendor == "postgresql":
        assert "(no_more)" in error["trace"]
    told = lines[-1]
    assert told["request_id"] == error["request_id"] == answer["X-Request-ID"]
    assert told["user_id"] == error["user_id"] == world.cleo.user.pk
    assert (told["view"], told["status"]) == ("writing", 500)
    assert told["milliseconds"] >= 0


class Counting(logging.Handler):
    seen = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.seen += 1


NASTY = 'a\r\nb\x1b[31mc\u2028d\u2029e\x00f"}\n{"level": "CRITICAL'


@pytest.mark.parametrize("place", ["agent", "path", "argument", "logger", "exception"])
def test_no_text_ends_a_line_early_or_steers_a_terminal(db, written, place):
    log = logging.getLogger(f"tests.{NASTY}" if place == "logger" else "tests")
    counting = Counting()
    logging.getLogger().addHandler(counting)
    try:
        Client().get(
            f"/{NASTY}/" if place == "path" else "/talent/",
            HTTP_USER_AGENT=NASTY if place == "agent" else "a browser",
        )
        log.warning("a word of ours: %s", NASTY if place == "argument" else "plain")
        try:
            raise type(NASTY, (Exception,), {}) if place == "exception" else OSError
        except Exception:
            log.exception("broke off")
    finally:
        logging.getLogger().removeHandler(counting)

    production = written[1].getvalue()
    assert len([json.loads(line) for line in production.split("\n")[:-1]]) == counting.seen > 2
    assert production.isascii()
    assert "\x1b" not in production + written[2].getvalue()
    assert len(written[2].getvalue().splitlines()) < counting.seen + 8, "a line each, and one trace"


def test_a_report_says_which_error_and_where_and_nothing_else():
    frame = {"filename": "a.py", "function": "send", "lineno": 3, "vars": {"body": TEXT}}
    frame |= {"context_line": "raise", "pre_context": [TEXT]}
    raised = {"type": "IntegrityError", "value": TEXT, "stacktrace": {"frames": [frame]}}
    event = {
        "event_id": "1",
        "level": "error",
        "exception": {"values": [raised, {"type": "ValueError", "stacktrace": None}]},
        "request": {"data": TEXT, "url": f"https://x/{MARK}", "cookies": {"session": MARK}},
        **dict.fromkeys(("user", "extra", "breadcrumbs", "logentry", "contexts", "tags"), TEXT),
    }
    told = without_texts(event, {})

    assert MARK not in json.dumps(told)
    assert told["exception"]["values"][0] == {
        "type": "IntegrityError",
        "value": "",
        "stacktrace": {"frames": [{"filename": "a.py", "function": "send", "lineno": 3}]},
    }

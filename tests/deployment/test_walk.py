"""One walk through everything that is deployed: nginx, pages, stream, PgBouncer, PostgreSQL, its
replica, Redis, workers, beat, mail."""

import re
import uuid

import pytest

from tests.rig import Site
from tests.rig.program import until
from tests.rig.visitor import Visitor

pytestmark = pytest.mark.deployment
LETTER = "Could you draw a map of our town, with every well and every bench in it?"
HASHED = re.compile(r'href="(/static/[^"]+\.[0-9a-f]{12}\.css)"')


@pytest.fixture
def cleo(site: Site) -> Visitor:
    return site.visitor(site.people.clients[0])


@pytest.fixture
def finn(site: Site) -> Visitor:
    return site.visitor(site.people.freelancers[-1])


def test_a_first_message_goes_through_all_of_it(site: Site, cleo: Visitor, finn: Visitor):
    assert cleo.get("/can-i-write/").status == 200
    key = uuid.uuid4().hex
    sent = cleo.send(site.people.freelancers[-1].slug, LETTER, key)
    assert sent.status == 303, sent.text
    again = cleo.send(site.people.freelancers[-1].slug, LETTER, key)
    assert (again.status, again.headers["Location"]) == (303, sent.headers["Location"])

    shelf = finn.get("/requests/")
    (name,) = site.primary.ask(
        "SELECT name FROM accounts_clientaccount WHERE id = %s", (site.people.clients[0].id,)
    )[0]
    assert name in shelf.text
    assert LETTER not in shelf.text, "it is sealed"
    assert pooled(site) > 0, "PgBouncer stands between"


def pooled(site: Site) -> int:
    """The connections of the site's role that did not come to PostgreSQL by its socket."""
    return int(
        site.primary.ask("SELECT count(*) FROM pg_stat_activity WHERE usename = 'threshold'")[0][0]
    )


def test_the_directory_is_read_from_the_replica_and_nothing_else_is(site: Site, finn: Visitor):
    slug = site.people.freelancers[-1].slug
    site.replica.ask("SELECT pg_wal_replay_pause()")
    rename(site, slug, "Draws on parchment")
    assert "Draws and sets type" in finn.get(search(slug)).text, "as it was"
    assert "Draws on parchment" in finn.get(f"/talent/{slug}/").text, "as it is"
    site.replica.ask("SELECT pg_wal_replay_resume()")
    until(lambda: "Draws on parchment" in finn.get(search(slug)).text, "word of the primary", 10)


def test_without_the_replica_the_directory_is_the_primarys(site: Site, finn: Visitor):
    slug = site.people.freelancers[-1].slug
    site.replica.kill()
    rename(site, slug, "Draws on slate")
    answer = finn.get(search(slug))
    assert (answer.status, "Draws on slate" in answer.text) == (200, True)
    site.replica.start()
    site.replica.wait_ready()


def search(slug: str) -> str:
    """The directory's page with this one freelancer on it."""
    return f"/talent/?q={slug.replace('-', '+')}"


def rename(site: Site, slug: str, headline: str) -> None:
    site.primary.ask(
        "UPDATE accounts_freelancerprofile SET headline = %s WHERE slug = %s", (headline, slug)
    )


def test_a_stream_says_at_once_what_changed(site: Site, finn: Visitor):
    stream = finn.begin("GET", "/events/")
    assert stream.status == 200
    assert stream.headers["Content-Type"] == "text/event-stream; charset=utf-8"
    assert first_event(stream) == b"data: changed\n", "and nothing is held back on the way"
    sent = site.visitor(site.people.clients[1]).send(site.people.freelancers[-1].slug, LETTER)
    assert sent.status == 303
    assert first_event(stream) == b"data: changed\n"
    finn.close()


def first_event(stream) -> bytes:
    """The next line with data; a visitor's own patience ends it."""
    while not (line := stream.readline()).startswith(b"data:"):
        assert line, "the stream ended"
    return bytes(line)


AT_ONCE = """
INSERT INTO accounts_mailchoice (person_id, kind, time)
SELECT user_id, 'request', 'at_once' FROM accounts_freelancerprofile WHERE id = %s
"""


def test_mail_goes_out_by_beat_and_worker(site: Site):
    """Beat rings, the worker of the mail's queue comes, the mail server has it."""
    freelancer = site.people.freelancers[-1]
    site.primary.ask(AT_ONCE, (freelancer.id,))
    assert site.visitor(site.people.clients[2]).send(freelancer.slug, LETTER).status == 303
    box = site.folder / "mail" / "box" / "new"
    until(lambda: list(box.glob("*")), "mail", 20)
    (letter,) = [path.read_text() for path in box.iterdir()]
    assert "\nTo: " in letter
    assert LETTER[:30] not in letter, "it is sealed"


def test_the_worker_of_upkeep_comes_when_it_is_rung_for(site: Site):
    overdue = (
        "UPDATE messaging_contactrequest SET sent_at = sent_at - interval '15 days', "
        "expires_at = expires_at - interval '15 days' WHERE id IN "
        "(SELECT max(id) FROM messaging_contactrequest) RETURNING id"
    )
    ((request,),) = site.primary.ask(overdue)
    site.ring("messaging.tasks.upkeep")
    state = "SELECT state FROM messaging_contactrequest WHERE id = %s"
    until(lambda: site.primary.ask(state, (request,)) == [("expired",)], "upkeep")


def test_files_come_from_nginx_and_hashed_ones_stay(cleo: Visitor):
    (path, *_) = HASHED.findall(cleo.get("/talent/").text)
    file = cleo.get(path)
    assert file.status == 200
    assert file.headers["Content-Type"] == "text/css"
    assert file.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert file.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    packed = cleo.ask("GET", path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip", "packed beforehand"
    assert cleo.get("/static/").status in {403, 404}, "no folder is shown"

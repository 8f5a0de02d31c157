"""What nginx refuses, settles and hides, before the site is asked."""

import http.client
import re
import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rig import Site
from tests.rig.program import until
from tests.rig.visitor import Visitor

pytestmark = pytest.mark.deployment


@pytest.fixture
def stranger(site: Site) -> Visitor:
    return site.visitor()


def raw(site: Site, request: bytes) -> bytes:
    """The answer to bytes as they are."""
    with encrypted(site) as there:
        there.sendall(request)
        answer = b""
        while part := there.recv(4096):
            answer += part
    return answer


def encrypted(site: Site, *protocols: str) -> ssl.SSLSocket:
    trusted = ssl.create_default_context(cafile=str(site.folder / "tls" / "fullchain.pem"))
    trusted.set_alpn_protocols(protocols or ["http/1.1"])
    plain = socket.create_connection(("127.0.0.1", site.https), 15)
    return trusted.wrap_socket(plain, server_hostname="localhost")


def test_a_body_whose_end_is_told_twice_is_refused(site: Site):
    lengths = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    answer = raw(site, b"POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + lengths)
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_too_large_a_body_gets_the_sites_own_page(stranger: Visitor):
    answer = stranger.ask("POST", "/account/login/", "x" * (64 * 1024 + 1))
    assert answer.status == 413
    assert "That was too much at once" in answer.text
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_slow_header_is_not_waited_for(site: Site):
    with encrypted(site) as there:
        there.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        assert not there.recv(100).startswith(b"HTTP/1.1 200"), "let go after five seconds"


def test_http_2_is_spoken(site: Site):
    with encrypted(site, "h2", "http/1.1") as there:
        assert there.selected_alpn_protocol() == "h2"


def test_plain_http_leads_to_tls(site: Site):
    plain = http.client.HTTPConnection("127.0.0.1", site.http, timeout=15)
    plain.request("GET", "/sent/", headers={"Host": "localhost"})
    answer = plain.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, "https://localhost/sent/")
    plain.close()


def test_figures_are_not_for_the_world(stranger: Visitor):
    assert stranger.get("/metrics").status == 404


def test_a_site_that_is_away_says_so(site: Site, stranger: Visitor):
    site.web.vanish()
    answer = stranger.get("/talent/")
    assert answer.status == 503
    assert "We are away for a moment" in answer.text
    assert answer.headers["Retry-After"] == "30"
    site.web.start()
    site.web.wait_ready()
    assert stranger.get("/talent/").status == 200


def test_a_claimed_address_ends_at_the_proxy(site: Site):
    """What the site takes for its visitor's address is what nginx has seen."""
    person = site.people.clients[2]
    visitor = site.visitor(person)
    claim = {"X-Forwarded-For": "203.0.113.9", "X-Real-IP": "203.0.113.9"}
    assert visitor.ask("GET", "/sent/", headers=claim).status == 200
    seen = "SELECT host(ip) FROM usersessions_usersession WHERE session_key = %s"
    assert site.primary.ask(seen, (person.session,)) == [("127.0.0.1",)]


BALANCED = {
    "# set_real_ip_from 10.0.0.0/24": "set_real_ip_from 127.0.0.0/8",
    "# real_ip_header": "real_ip_header",
    "# real_ip_recursive": "real_ip_recursive",
    "X-Forwarded-Proto $scheme": "X-Forwarded-Proto $http_x_forwarded_proto",
}


@pytest.fixture
def balanced(site: Site) -> Iterator[None]:
    """nginx behind a load balancer on loopback, where TLS ends, as its file says."""
    file = site.folder / "threshold.nginx.conf"
    alone = changed = file.read_text()
    for old, new in BALANCED.items():
        assert changed.count(old) == 1
        changed = changed.replace(old, new)
    read_anew(site, file, changed)
    yield
    read_anew(site, file, alone)


def read_anew(site: Site, file: Path, text: str) -> None:
    file.write_text(text)
    before = set(site.nginx.children())
    site.nginx.reload()
    until(lambda: not before & set(site.nginx.children()), "new processes of nginx")


@pytest.mark.usefixtures("balanced")
def test_behind_a_load_balancer_the_visitors_own_address_is_known(site: Site):
    person = site.people.clients[1]
    known = "SELECT host(ip) FROM usersessions_usersession WHERE session_key = %s"
    told = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Forwarded-Proto": "https"}
    assert site.visitor(person).ask("GET", "/sent/", headers=told).status == 200
    assert site.primary.ask(known, (person.session,)) == [("203.0.113.9",)]
    plain = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    assert site.visitor(person).ask("GET", "/sent/", headers=plain).status == 301


def test_an_address_of_many_ids_is_taken(site: Site):
    visitor = site.visitor(site.people.freelancers[0])
    assert visitor.get(f"/live/requests/?ids={'0' * 7000}").status == 200


def test_how_long_https_is_insisted_on_is_told_by_pages_alone(site: Site, stranger: Visitor):
    """By the settings; another word from nginx would take its place."""
    page = stranger.get("/talent/")
    assert page.headers.get_all("Strict-Transport-Security") == [
        "max-age=31536000; includeSubDomains; preload"
    ]
    file = re.findall(r'href="(/static/[^"]+)"', page.text)[0]
    assert stranger.get(file).headers["Strict-Transport-Security"] is None


def test_streams_are_not_begun_without_end(stranger: Visitor):
    """A whole office may come back at once, after a restart, and no more than that."""
    statuses = [stranger.get("/events/").status for _ in range(300)]
    assert set(statuses[:200]) == {403}, "each asked to sign in"
    assert 429 in statuses


SECRETS = (
    "/account/confirm-email/AbC:1x:yZ/",
    "/account/password/reset/key/1-c0ffee/",
    "/mail/7:kept-quiet/",
    "/settings/client/invitations/kept-quiet/revoking/",
)


def test_no_log_holds_what_is_secret(site: Site, stranger: Visitor):
    for path in SECRETS:
        stranger.get(path)
    stranger.get("/talent/?q=somebody")
    access = site.folder / "logs" / "nginx-threshold.log"
    lines = access.read_text().splitlines()
    assert any("/account/password/reset/key/…" in line for line in lines)
    told = "\n".join(log.read_text(errors="replace") for log in logs(site))
    sessions = [each.session for each in site.people.clients + site.people.freelancers]
    secret = ("c0ffee", "AbC:1x", "kept-quiet", "somebody", *sessions)
    held = [each for each in secret if each in told]
    assert held == []


def logs(site: Site) -> list[Path]:
    return list((site.folder / "logs").iterdir())


def test_a_failed_statement_leaves_no_letter_in_the_database_log(site: Site):
    """Too long a text, a row that breaks a constraint, both with what they hold."""
    from contextlib import suppress

    import psycopg2

    for statement in (
        "INSERT INTO messaging_message (body) VALUES ('the very words of a letter')",
        "SELECT 'the very words of a letter'::int",
    ):
        with suppress(psycopg2.Error):
            site.primary.ask(statement)
    log = site.primary.log.read_text()
    assert re.search(r"ERROR: .*null value in column", log)
    assert "very words" not in log.replace('integer: "the very words of a letter"', "")

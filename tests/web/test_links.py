"""Which text becomes a link: web addresses in an accepted conversation, and nothing else."""

import re
import time

import pytest
from django.urls import reverse

from messaging.services.conversations import write_as_client
from messaging.templatetags.reading import with_links
from tests import people
from tests.web.stage import LETTER, browser, write

REL = 'rel="nofollow noopener noreferrer ugc"'
# text, and where its link leads; None: it stays text.
FORMS = [
    ("http://a.example/x", "http://a.example/x"),
    ("https://a.example/x?y=1&z=2#p", "https://a.example/x?y=1&amp;z=2#p"),
    ("HTTPS://A.EXAMPLE/", "HTTPS://A.EXAMPLE/"),
    ("see https://a.example.", "https://a.example"),
    ("(https://a.example/b)", "https://a.example/b"),
    ("https://a.example/b,", "https://a.example/b"),
    ("https://a.example!", "https://a.example"),
    ('"https://a.example"', "https://a.example"),
    ("https://a.example:8443/x", "https://a.example:8443/x"),
    ("https://192.0.2.1/x", "https://192.0.2.1/x"),
    ("www.atlas.com", "http://www.atlas.com"),
    ("atlas.com/cover", "http://atlas.com/cover"),
    ("https://bücher.example/x", "https://xn--bcher-kva.example/x"),
    ("https://\u0440\u0430\u0443\u0440\u0430l.com/login", "https://xn--l-7sba6dbr.com/login"),
    ("https://\u0430\u0440\u0440\u04cf\u0435.com", "https://xn--80ak6aa92e.com"),
    ("https://a.example/grüße", "https://a.example/grüße"),
    ("javascript:alert(1)", None),
    ("JaVaScRiPt:alert(1)", None),
    ("java\tscript:alert(1)", None),
    ("data:text/html,<script>alert(1)</script>", None),
    ("vbscript:msgbox(1)", None),
    ("file:///etc/passwd", None),
    ("ftp://a.example/x", None),
    ("//a.example/x", None),
    ("mailto:cleo@a.example", None),
    ("cleo@a.example", None),
    ("tel:+4712345678", None),
    ("blob:https://a.example/x", "https://a.example/x"),
    ("view-source:https://a.example", "https://a.example"),
    ("https://user:pass@a.example/", None),
    ("https://a.example@evil.example/", None),
    ("https://", None),
    ("http:a.example", None),
    ("https:///a.example", None),
    ("<https://a.example>", "https://a.example"),
    (
        'https://a.example/"onmouseover="alert(1)',
        "https://a.example/&quot;onmouseover=&quot;alert(1)",
    ),
    ("https://a.example/<script>", "https://a.example/"),
    ("<a href=https://a.example>x</a>", None),
    ("[x](https://a.example)", "https://a.example"),
    ("1.2.3", None),
    ("No address here.", None),
]
TAG = re.compile(r"<[^>]*>")
GUARDED = re.compile(rf'<a href="https?://[^"]+" {re.escape(REL)}>', re.IGNORECASE)
ANCHOR = re.compile(rf'<a href="([^"<>]*)" {re.escape(REL)}>([^<>]*)</a>')


def targets(html: str) -> list[str]:
    return re.findall(r'href="([^"]*)"', html)


@pytest.mark.parametrize(("text", "target"), FORMS)
def test_what_becomes_a_link(text, target):
    html = with_links(text)

    assert targets(html) == ([] if target is None else [target])
    assert "<" not in ANCHOR.sub("", html)


@pytest.mark.parametrize("text", [text for text, _target in FORMS])
def test_every_link_is_guarded_and_leads_to_the_web(text):
    for tag in TAG.findall(with_links(text)):
        assert tag == "</a>" or GUARDED.fullmatch(tag)


@pytest.mark.parametrize(
    "host",
    [
        "\u0440\u0430\u0443\u0440\u0430l.com",
        "\u0430\u0440\u0440\u04cf\u0435.com",
        "bücher.example",
        "g\u043e\u043egle.com",
    ],
)
def test_a_host_in_mixed_letters_is_shown_as_it_is_sent(host):
    html = with_links(f"https://{host}/x")

    assert host not in html
    assert ">https://xn--" in html


def test_the_same_text_is_linked_in_a_conversation_and_not_in_a_request(world):
    words = f"{LETTER} https://a.example/x <b>bold</b> javascript:alert(1)"
    write_as_client(
        member=world.cleo,
        conversation=world.conversation,
        body=words,
        submission_key="with a link",
        clock=people.at(world.conversation.last_at),
    )
    asked = write(world.ida, world.gina, words)
    gina = browser(world, "gina")
    gina.post(reverse("opening", args=[asked.public_id]))

    thread = reverse("conversation", args=[world.conversation.public_id])
    spoken = browser(world, "finn").get(thread).content.decode()
    letter = gina.get(reverse("request", args=[asked.public_id])).content.decode()
    sent = browser(world, "ida").get(reverse("sent_request", args=[asked.public_id]))

    assert f'<a href="https://a.example/x" {REL}>https://a.example/x</a>' in spoken
    for page in [letter, sent.content.decode()]:
        assert "https://a.example/x" in page
        assert 'href="https://a.example' not in page
    for page in [spoken, letter, sent.content.decode()]:
        assert "<b>bold</b>" not in page
        assert 'href="javascript' not in page


@pytest.mark.parametrize(
    "text",
    ["a." * 1000, "http://" * 280, "://" * 660, "@a.b" * 500, "www." * 500, "(" * 2000, "." * 2000],
)
def test_the_worst_letter_is_read_in_no_time(text):
    """Looking for links takes a time in proportion to the text."""
    started = time.process_time()
    with_links(text)
    assert time.process_time() - started < 0.5

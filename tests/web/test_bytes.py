"""Bytes that are no text are refused with a sentence, wherever they stand, and never stored."""

from urllib.parse import quote_from_bytes, urlencode

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import CharField, TextField

from messaging.models import Message
from tests.web.stage import FORMS, browser, changed, complete, form, rows

FORM_TYPE = "application/x-www-form-urlencoded"
NO_TEXT = {
    "NUL": b"\0",
    "NUL inside": b"a\0b",
    "lone surrogate": b"\xed\xa0\x80",
    "surrogate pair as bytes": b"\xed\xa0\xbd\xed\xb8\x80",
    "overlong NUL": b"\xc0\x80",
    "overlong slash": b"\xe0\x80\xaf",
    "truncated": b"\xe2\x82",
    "beyond Unicode": b"\xf4\x90\x80\x80",
    "UTF-16 with mark": "grüß".encode("utf-16"),
    "Latin-1": "grüß".encode("latin-1"),
}
POSTED = [one for one in FORMS if one.method == "post"]


def encoded(data: dict[str, str], field: str, value: bytes) -> bytes:
    """A form's body in which one field holds these bytes."""
    rest = {name: text for name, text in data.items() if name != field}
    return f"{urlencode(rest)}&{field}={quote_from_bytes(value)}".encode()


def replacement_characters() -> set[str]:
    """Where U+FFFD, the mark of text that was damaged on the way in, is stored."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField)
        and model._base_manager.filter(**{f"{field.name}__contains": "\ufffd"}).exists()
    }


@pytest.mark.parametrize("one", POSTED, ids=lambda one: one.name)
def test_no_field_takes_bytes_that_are_no_text(world, one):
    client, data, address = browser(world, one.who), complete(world, one), one.address(world)
    before = rows()

    for field in data:
        for what, value in NO_TEXT.items():
            answer = client.post(address, encoded(data, field, value), content_type=FORM_TYPE)
            assert answer.status_code == 400, (field, what)
            assert "not text we can read" in answer.content.decode()
    assert changed(before) == set()


def test_the_twin_without_the_guard_stores_damaged_text(world, settings):
    settings.MIDDLEWARE = [
        name for name in settings.MIDDLEWARE if not name.endswith("well_formed_input")
    ]
    one = form("thread")
    body = encoded(complete(world, one), "submission_key", b"caf\xe9")

    browser(world, one.who).post(one.address(world), body, content_type=FORM_TYPE)

    assert replacement_characters() == {"messaging.Message.submission_key"}


@pytest.mark.parametrize("value", NO_TEXT.values(), ids=NO_TEXT)
def test_names_of_fields_and_whole_bodies_are_looked_at_too(world, value):
    one = form("thread")
    client, address, before = browser(world, one.who), one.address(world), rows()
    good = urlencode(one.good).encode()

    for body in [
        good + b"&" + quote_from_bytes(value).encode() + b"=1",
        good + b"&body=" + value,
        urlencode(one.good).encode("utf-16"),
    ]:
        assert client.post(address, body, content_type=FORM_TYPE).status_code == 400
    assert changed(before) == set()


@pytest.mark.parametrize("charset", ["utf-16", "latin-1", "utf-7", "ascii", "nonsense"])
def test_another_charset_than_utf_8_is_refused(world, charset):
    one = form("thread")
    before = rows()

    answer = browser(world, one.who).generic(
        "POST",
        one.address(world),
        urlencode(one.good).encode(),
        content_type=f"{FORM_TYPE}; charset={charset}",
    )

    assert answer.status_code == 400
    assert changed(before) == set()


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", '"utf-8"'])
def test_utf_8_by_any_of_its_names_is_taken(world, charset):
    one = form("thread")

    answer = browser(world, one.who).generic(
        "POST",
        one.address(world),
        urlencode(one.good).encode(),
        content_type=f"{FORM_TYPE}; charset={charset}",
    )

    assert answer.status_code == 303


def multipart(data: dict[str, str], encoded_part: bytes, encoding: str) -> bytes:
    """A form in parts, the last of which, `body`, arrives in a transfer encoding of its own."""
    parts = [
        f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'.encode()
        for name, text in data.items()
        if name != "body"
    ]
    head = f'--edge\r\nContent-Disposition: form-data; name="body"\r\n{encoding}\r\n\r\n'.encode()
    return b"".join(parts) + head + encoded_part + b"\r\n--edge--\r\n"


@pytest.mark.parametrize(
    ("part", "encoding"),
    [
        (b"AGFi", "Content-Transfer-Encoding: base64"),
        (b"Y2Fm6Q==", "Content-Transfer-Encoding: base64"),
        (b"7aCA", "content-transfer-encoding:  BASE64 "),
        (b"caf\xe9", "Content-Type: text/plain; charset=latin-1"),
        (b"a\0b", "Content-Type: text/plain"),
    ],
)
def test_a_part_in_another_encoding_hides_nothing(world, part, encoding):
    one = form("thread")
    before = rows()

    answer = browser(world, one.who).post(
        one.address(world),
        multipart(one.good, part, encoding),
        content_type="multipart/form-data; boundary=edge",
    )

    assert answer.status_code == 400
    assert changed(before) == set()
    assert replacement_characters() == set()


def test_a_form_in_parts_is_taken_like_any_other(world):
    one = form("thread")
    body = multipart(one.good, "grüß dich".encode(), "Content-Type: text/plain")

    answer = browser(world, one.who).post(
        one.address(world), body, content_type="multipart/form-data; boundary=edge"
    )

    assert answer.status_code == 303
    assert Message.objects.filter(body="grüß dich").exists()


@pytest.mark.parametrize("value", NO_TEXT.values(), ids=NO_TEXT)
def test_queries_paths_and_cookies(world, value):
    client, raw = browser(world, "cleo"), quote_from_bytes(value)

    for query in [f"q={raw}", f"skill={raw}", f"{raw}=1", f"before={raw}"]:
        assert client.get(f"/talent/?{query}").status_code == 400, query
    assert client.get(f"/conversations/?as={raw}").status_code == 400
    for path in [f"/talent/{raw}/", f"/requests/{raw}/", f"/{raw}"]:
        assert client.get(path).status_code in {400, 404}, path


@pytest.mark.parametrize("name", ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", ""])
def test_cookies_that_are_no_text_are_no_crash(world, name):
    client = browser(world, "")
    cookie = getattr(settings, name) if name else "other"

    for value in [r'"\000"', "a\0b", "\xed\xa0\x80", "\xff\xfe", '"', "=" * 4000]:
        answer = client.get("/talent/", headers={"cookie": f"{cookie}={value}"})
        assert answer.status_code in {200, 400}, value
    nul = client.get("/talent/", headers={"cookie": rf'{cookie}="\000"'})
    assert nul.status_code == 400

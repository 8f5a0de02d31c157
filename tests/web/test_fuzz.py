"""Anything at all in any field: an answer from the list, never a fault of ours.

Each form is tried with 20 bodies of either kind; FUZZ_EXAMPLES=500 is the long form.
"""

import os
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.stage import FORMS, browser, complete

ANSWERS = {200, 302, 303, 400, 403, 404, 409, 413, 422, 429}
NASTY = st.sampled_from(
    ["\0", "\ufffd", "\ud800", "\u202e", "-1", "1e999", "NaN", "9" * 400, "٤", "' OR 1=1--", "%00",
     "{{ 7*7 }}", "../../etc/passwd", "\r\n", " ", "on", "null", "a" * 3000, "🗺" * 700]
)  # fmt: skip
ANY_TEXT = st.one_of(st.text(max_size=80), NASTY)
ANY_BODY = st.one_of(
    st.binary(max_size=200),
    st.text(alphabet=string.ascii_letters + "&=%+;0123456789[]", max_size=200).map(str.encode),
)
QUICK = settings(
    max_examples=int(os.environ.get("FUZZ_EXAMPLES", "20")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_any_text_in_any_field(world, form):
    client, good = browser(world, form.who), complete(world, form)
    some = st.dictionaries(st.sampled_from(sorted(good)), ANY_TEXT, min_size=1)

    @QUICK
    @given(some)
    def try_it(odd: dict[str, str]) -> None:
        data = {name: text.encode("utf-8", "surrogatepass") for name, text in (good | odd).items()}
        answer = form.send(client, world, data)
        assert answer.status_code in ANSWERS
        client.cookies.pop("messages", None)

    try_it()


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.name)
def test_any_bytes_as_a_whole(world, form):
    client, address = browser(world, form.who), form.address(world)
    kinds = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
             "application/json", "text/plain", "multipart/form-data", ""]  # fmt: skip

    @QUICK
    @given(ANY_BODY, st.sampled_from(kinds))
    def try_it(body: bytes, kind: str) -> None:
        answer = client.generic(form.method.upper(), address, body, content_type=kind)
        assert answer.status_code in ANSWERS

    try_it()

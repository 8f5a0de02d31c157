"""The table of routes.py, held against the site; an address that is not in it fails."""

import pytest
from django.urls import URLResolver, get_resolver, reverse

from tests.web.routes import PEOPLE, TABLE, argument
from tests.web.stage import SECRET, browser

FORM = "application/x-www-form-urlencoded"


def names(resolver: URLResolver, prefix: str = "") -> set[str]:
    """The name of every address; the desk's tables are tried in tests of their own."""
    found = set()
    for each in resolver.url_patterns:
        if isinstance(each, URLResolver):
            inner = f"{each.namespace}:" if each.namespace else ""
            found |= names(each, prefix + inner)
        else:
            found.add(f"{prefix}{each.name}")
    return found


def test_every_address_is_in_the_table():
    own = {name for name in names(get_resolver()) if not name.startswith("admin:")}

    assert own == {name for name in TABLE if not name.startswith("admin:")}


def ask(world, name: str, method: str, who: str) -> int:
    path, _get, _post = TABLE[name]
    address = reverse(name, args=argument(world, path))
    # What a form's POST always brings; without it the form would count as not sent.
    answer = browser(world, who).generic(method, address, "csrfmiddlewaretoken=x", FORM)
    if answer.status_code in {403, 404, 405}:
        assert SECRET not in answer.content.decode()
    return int(answer.status_code)


@pytest.mark.parametrize("name", TABLE)
def test_each_person_gets_the_answer_of_the_table(world, name):
    _path, get, post = TABLE[name]

    assert " ".join(str(ask(world, name, "GET", who)) for who in PEOPLE) == get
    assert " ".join(str(ask(world, name, "POST", who)) for who in PEOPLE) == post


@pytest.mark.sqlite
@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_no_address_knows_another_method(world, method):
    for who in PEOPLE:
        assert {ask(world, name, method, who) for name in TABLE} == {405}


def test_every_page_of_the_desk_is_shut_to_who_is_not_staff(world):
    desk = sorted(name for name in names(get_resolver()) if name.startswith("admin:"))
    assert len(desk) > 60

    for who in ["", "cleo", "finn", "otto", "wim"]:
        client = browser(world, who)
        for address in ["/admin/", "/admin/logout/x/", "/admin/messaging/flag/", "/admin/auth/"]:
            assert client.get(address).status_code in {302, 403, 404}, (who, address)
            assert client.post(address).status_code in {303, 403, 404}, (who, address)

"""The browser fixtures find what they are for, and leave a good page alone."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import PageAt

pytestmark = pytest.mark.browser
POLICY = "default-src 'self'; img-src *"
GOOD = (
    '<!doctype html><html lang="en"><head><title>Good</title></head>'
    "<body><main><h1>Good</h1>{}</main></body></html>"
)


def plant(page_at: PageAt, body: str, script: str = "", width: int = 390) -> Page:
    """Open a page of our own making under the site's address."""
    page = page_at(width)
    answer(page, "/planted", "text/html", body)
    answer(page, "/planted.js", "text/javascript", script)
    page.goto("/planted")
    return page


def answer(page: Page, path: str, content_type: str, body: str) -> None:
    headers = {"Content-Type": content_type, "Content-Security-Policy": POLICY}
    page.route(f"**{path}", lambda route: route.fulfill(body=body, headers=headers))


def test_a_good_page_passes(page_at, watch, assert_accessible):
    assert_accessible(plant(page_at, GOOD.format("")))
    assert watch.complaints() == []


@pytest.mark.parametrize(
    ("planted", "script", "complaint"),
    [
        ('<img alt="x" src="https://elsewhere.invalid/x.png">', "", "asked another host"),
        ('<p style="color: red">x</p>', "", "content security policy"),
        ("<script>document.title = 1</script>", "", "content security policy"),
        ('<script src="/planted.js"></script>', "alert('hello')", "opened a dialog: alert: hello"),
        ('<script src="/planted.js"></script>', "nothing.there()", "script error"),
    ],
)
def test_a_bad_page_is_noted(page_at, watch, planted, script, complaint):
    page = plant(page_at, GOOD.format(planted), script)
    expect(page).to_have_title("Good")
    (noted,) = watch.complaints()
    assert complaint in noted
    for notes in (watch.off_host, watch.blocked_by_csp, watch.dialogs, watch.script_errors):
        notes.clear()


def test_what_axe_finds_is_told_rule_by_rule_and_place_by_place(page_at, assert_accessible):
    page = plant(page_at, GOOD.format('<img src="/planted.png"><input id="words">'))
    with pytest.raises(pytest.fail.Exception) as told:
        assert_accessible(page)
    for part in ("image-alt", '<img src="/planted.png">', "label", '<input id="words">'):
        assert part in str(told.value)
    with pytest.raises(pytest.fail.Exception) as told:
        assert_accessible(page, leave_out=("image-alt",))
    assert "image-alt" not in str(told.value)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_open_at_the_width_and_in_the_scheme_asked_for(page_at, width, scheme):
    page = page_at(width, scheme)
    assert page.evaluate("innerWidth") == width
    assert page.evaluate(f"matchMedia('(prefers-color-scheme: {scheme})').matches")


def test_the_database_can_be_used_beside_the_browser(page_at, finn):
    plant(page_at, GOOD.format(""))
    finn.refresh_from_db()

"""What people, and those who wish them ill, type: refused with a sentence, or kept unharmed."""

import unicodedata

import pytest
from django.urls import reverse

from accounts.text import is_blank, normalise
from messaging.models import Message
from tests.web.stage import LETTER, SIGN_UP, browser, changed, complete, form, rows

INVISIBLE = {
    "zero width": "\u200b" * 50,
    "joiners": "\u200d\u200c" * 30,
    "word joiner and mark": "\u2060\ufeff" * 30,
    "soft hyphens": "\u00ad" * 50,
    "Hangul fillers": "\u3164\u115f\u1160\uffa0" * 15,
    "blank Braille": "\u2800" * 50,
    "variation selectors": "\ufe0f\U000e0100" * 30,
    "tags": "\U000e0041" * 50,
    "deprecated formats": "\u206a\u206f" * 30,
    "Mongolian": "\u180b\u180e" * 30,
    "accents on nothing": "\u0301 " * 30,
    "white space": " \t\n\u3000\u2028\u00a0" * 10,
    "bidi only": "\u202e\u2066\u200f" * 20,
}
HARMFUL = {
    "towers of accents": LETTER + "a" + "\u0301" * 100,
    "towers with joiners": LETTER + ("a" + "\u0334" * 8 + "\u200d" + "\u0334" * 8) * 5,
    "escape": LETTER + "\x1b[31m",
    "bell": LETTER + "\x07",
    "next line": LETTER + "\x85and more",
    "private use": LETTER + "\ue000",
    "damaged": LETTER + "\ufffd",
    "no character": LETTER + "\ufdd0\uffff\U0001fffe",
    "too many emoji": "🗺️" * 1001,
    "no space": "a" * 20_000,
}
WELCOME = {
    "emoji": "👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 " * 6,
    "newer emoji than Python's tables": LETTER + " \U0001fae8\U0001fae9",
    "Arabic": "نحتاج إلى رسام لغلاف أطلس جديد، ونود العمل معك في أقرب وقت ممكن.",
    "Hebrew with points": "בְּרֵאשִׁית בָּרָא אֱלֹהִים אֵת הַשָּׁמַיִם וְאֵת הָאָרֶץ",
    "Hindi": "हमें नए एटलस के आवरण के लिए एक चित्रकार की आवश्यकता है, कृपया बताइए।",
    "Thai": "เราต้องการนักวาดภาพปกสำหรับสมุดแผนที่เล่มใหม่ และอยากร่วมงานกับคุณ",
    "Vietnamese": "Chúng tôi cần một hoạ sĩ vẽ bìa cho tập bản đồ mới của chúng tôi.",
    "Japanese": "新しい地図帳の表紙を描いてくださる方を探しています。ぜひお願いします。" * 2,
    "HTML": '<script>alert(1)</script><b>bold</b> & "quoted" {{ x }} {% y %}',
    "SQL": "'; DROP TABLE accounts_user; -- and the rest of a quite ordinary letter",
    "tabs and lines": "one\ttwo\n\nthree " * 5,
    "one long word": "a" * 2000,
}


def send(world, body: str, name: str = "compose"):
    one = form(name)
    return one.send(browser(world, one.who), world, complete(world, one) | {"body": body})


@pytest.mark.parametrize("text", INVISIBLE.values(), ids=INVISIBLE)
def test_what_cannot_be_seen_is_nothing(world, text):
    before = rows()

    for name in ["compose", "thread"]:
        answer = send(world, text, name)
        assert answer.status_code == 422
        assert "problems" in answer.content.decode()
    named = browser(world, "").post(reverse("account_signup"), SIGN_UP | {"name": text})
    assert named.status_code != 303
    assert is_blank(text)
    assert changed(before) == set()


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL)
def test_what_harms_a_page_is_refused_and_the_text_kept(world, text):
    before = rows()

    answer = send(world, text)

    assert answer.status_code == 422
    assert answer.context["form"].errors["body"]
    assert answer.context["form"]["body"].value() == text
    assert changed(before) == set()


@pytest.mark.parametrize("text", WELCOME.values(), ids=WELCOME)
def test_what_people_write_arrives_as_they_wrote_it(world, text):
    assert send(world, text).status_code == 303

    kept = Message.objects.latest("pk").body
    assert kept == unicodedata.normalize("NFC", text.strip())
    shown = browser(world, "cleo").get(reverse("sent")).content.decode()
    assert "<script>alert" not in shown


def test_a_megabyte_is_too_much_at_once(world):
    before = rows()

    answer = send(world, "a" * 1_000_000)

    assert answer.status_code == 413
    assert "2,000 characters" in answer.content.decode()
    assert f'href="{answer.request["PATH_INFO"]}"' in answer.content.decode()
    assert changed(before) == set()


def test_signs_that_turn_text_round_are_taken_out():
    assert normalise("pay \u202eyzal\u202c \u2066now\u2069 \u200fhere\u061c") == "pay yzal now here"


# Lengths are code points after NFC, with line ends as LF.
@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("a" * 39, False),
        ("a" * 40, True),
        ("a" * 2000, True),
        ("a" * 2001, False),
        ("🗺" * 40, True),
        ("🗺" * 2000, True),
        ("🗺" * 2001, False),
        ("e\u0301" * 2000, True),
        ("e\u0301" * 2001, False),
        ("e\u0301" * 39, False),
        ("a\r\n" * 999 + "ab", True),
        ("a\r\n" * 1000 + "b", False),
        ("a\r\n" * 19 + "a", False),
        ("a\r\n" * 19 + "ab", True),
        ("  " + "a" * 39 + "\n\n", False),
        ("\u202e" * 10 + "a" * 39, False),
    ],
)
def test_lengths_are_counted_as_people_count(world, text, fits):
    answer = send(world, text)

    assert answer.status_code == (303 if fits else 422)
    if not fits:
        assert any(limit in str(answer.context["form"].errors) for limit in ["40", "2,000"])


def test_the_browser_is_not_asked_to_cut(world):
    page = browser(world, "cleo").get(reverse("compose", args=[world.gina.slug])).content.decode()

    assert "<textarea" in page
    assert "maxlength" not in page


@pytest.mark.parametrize("field", ["name", "headline", "bio", "skill_names"])
def test_a_profile_says_nothing_harmful(world, field):
    one = form("profile")
    client = browser(world, one.who)
    before = rows()

    for text in [HARMFUL["towers of accents"], "a\x1bb", "\ue000", "a\ufffdb", "x" * 20_000]:
        answer = one.send(client, world, one.good | {field: text})
        assert answer.status_code == 422
        assert answer.context["form"].errors[field]
    assert changed(before) == set()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Nora \u00a0 Notes ", "Nora Notes"),
        ("Nora\r\nBcc: everybody", "Nora Bcc: everybody"),
        ("\u202eeroN\u202c", "eroN"),
        ("\uff2e\uff4f\uff52\uff41", "Nora"),
    ],
)
def test_a_name_is_one_line(world, typed, kept):
    one = form("person")

    one.send(browser(world, one.who), world, one.good | {"name": typed})

    world.cleo.user.refresh_from_db()
    assert world.cleo.user.name == kept


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("Text me on t.me/quickcash", False),
        ("Pay here: https://evil.example", False),
        ("WWW.evil.example", False),
        ("nora@people.example", False),
        ("Ask @nora", False),
        ("Call +1 (555) 010-9999", False),
        ("Booking.com", True),
        ("A/B Testing Ltd. Co.", True),
        ("Studio 1984, Berlin", True),
    ],
)
@pytest.mark.parametrize("what", ["person", "client account"])
def test_a_name_leads_nowhere(world, what, name, fits):
    one = form(what)
    before = rows()

    answer = one.send(browser(world, one.who), world, one.good | {"name": name})

    assert (answer.status_code == 303) is fits
    assert fits or changed(before) == set()


@pytest.mark.parametrize(
    "website",
    ["javascript:alert(1)", "ftp://a.example", "data:text/html,x", "//a.example", "https://"],
)
def test_a_website_is_on_the_web(world, website):
    one = form("client account")
    before = rows()

    answer = one.send(browser(world, one.who), world, one.good | {"website": website})

    if answer.status_code == 303:
        world.cleo.client.refresh_from_db()
        assert world.cleo.client.website.startswith(("https://", "http://"))
    else:
        assert answer.status_code == 422
        assert changed(before) == set()


@pytest.mark.parametrize(
    "rate", ["٤٠", "1e3", "NaN", "Infinity", "-5", "0", "10001", "1.005", "4_0"]
)
def test_a_rate_is_a_plain_number(world, rate):
    one = form("profile")

    answer = one.send(browser(world, one.who), world, one.good | {"hourly_rate": rate})

    world.finn.refresh_from_db()
    assert answer.status_code in {302, 303, 422}
    assert world.finn.hourly_rate_cents is None or answer.status_code == 303
    if not (rate.isascii() and rate.isdigit()):
        assert answer.status_code == 422

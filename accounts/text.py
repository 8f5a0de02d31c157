"""Safe text: what people type is normalised once, on the way in, and never read as HTML."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

# Unicode general categories: control, surrogate, private use. What is unassigned stays: next year's
# emoji are unassigned to the Unicode tables of this year's Python.
_REFUSED_CATEGORIES = {"Cc", "Cs", "Co"}
# The mark of text damaged on its way, and the code points that will never be characters.
_NO_CHARACTER = re.compile("[\ufdd0-\ufdef\ufffd-\uffff]")
# Bidi embeddings, overrides and isolates (UAX #9), which can make a text read other than it is.
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Categories that show nothing by themselves: formats, marks without a letter, white space.
_INVISIBLE_CATEGORIES = {"Cf", "Mn", "Me", "Zs", "Zl", "Zp", "Cc"}
# Letters and signs that are empty all the same: Hangul fillers, the blank Braille pattern.
_EMPTY = set("\u115f\u1160\u2800\u3164\uffa0")
_MARKS_ON_ONE_BASE = 8
# A scheme, a site's www, an at sign, and a path after a site's name.
_WAY_ELSEWHERE = re.compile(r"://|\bwww\.|@|\w\.[^\W\d]{2,}/", re.IGNORECASE)
_FIGURE = re.compile(r"\d")
_TELEPHONE = 7  # figures


def normalise(text: str) -> str:
    """NFC, line ends as LF, no bidi controls. Length rules count this text's code points."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _BIDI.sub("", unicodedata.normalize("NFC", text))


def is_blank(text: str) -> bool:
    """True when nothing visible is left: white space and invisible characters only."""
    return all(
        character in _EMPTY or unicodedata.category(character) in _INVISIBLE_CATEGORIES
        for character in text
    )


def check_text(text: str) -> None:
    """Refuses what no person types: control characters, half characters, towers of accents.

    Raises ValidationError with a sentence for the page. Tabs and line ends are fine.
    """
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if _is_no_character(character, category):
            raise ValidationError(
                _("One character can't be shown (U+%(code)s). Delete it, then send again.")
                % {"code": f"{ord(character):04X}"},
                code="unprintable",
            )
        if category != "Cf":
            # An invisible joiner between two marks is no new letter.
            marks = marks + 1 if category in {"Mn", "Me"} else 0
        if marks > _MARKS_ON_ONE_BASE:
            raise ValidationError(
                _("The text stacks too many accents on one letter. Remove some and send again."),
                code="stacked",
            )


def _is_no_character(character: str, category: str) -> bool:
    if category in _REFUSED_CATEGORIES:
        return character not in "\n\t"
    return bool(_NO_CHARACTER.match(character)) or ord(character) & 0xFFFE == 0xFFFE


def normalise_name(text: str) -> str:
    """A name on one line: NFKC, runs of white space as one space, no bidi controls."""
    return " ".join(_BIDI.sub("", unicodedata.normalize("NFKC", text)).split())


def check_name(name: str) -> None:
    """A name is one visible line. Raises ValidationError."""
    check_text(name)
    if is_blank(name) or "\n" in name:
        raise ValidationError(_("A name needs at least one visible letter, on one line."), "blank")


def check_sends_nowhere(name: str) -> None:
    """A name stands on sealed requests and in mails, where nobody asked for words: it holds no
    link, mail address, handle or telephone number. A site's bare name stays, as companies are
    called after theirs: Booking.com.

    Raises ValidationError.
    """
    if _WAY_ELSEWHERE.search(name) or len(_FIGURE.findall(name)) >= _TELEPHONE:
        raise ValidationError(
            _("A name can't hold a link, a mail address, a handle or a telephone number."),
            "elsewhere",
        )


def fold(text: str) -> str:
    """As a search compares it: small letters, without accents ("Lucía" is "lucia")."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in apart if not unicodedata.combining(letter))

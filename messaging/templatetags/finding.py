"""How what a search found is shown."""

import re

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from accounts.keyset import ending_with
from messaging.models import Conversation, Message
from messaging.selectors import looked_for

register = template.Library()

BEFORE, LONG = 50, 160  # characters before what was found, and altogether


@register.filter
def line_of(talk: Conversation, lines: dict[int, Message]) -> Message | None:
    """The message in which a search found the conversation; none where nothing was searched, or
    where its name was found."""
    return lines.get(talk.pk)


@register.filter
def where_it_stands(message: Message) -> str:
    """Leads to the message on the thread's page that ends with it: what follows the address."""
    return f"{ending_with(message, 'seq')}#message-{message.seq}"


@register.filter
def marked(text: str, words: str) -> SafeString:
    """The line around the first of the words, each of them marked; everything escaped."""
    pattern = _pattern(words, text)
    shown = _around(text, pattern)
    parts, end = [], 0
    for match in pattern.finditer(shown) if pattern else []:
        parts.append(escape(shown[end : match.start()]))
        parts.append(format_html("<mark>{}</mark>", match[0]))
        end = match.end()
    parts.append(escape(shown[end:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part was escaped above


def _pattern(words: str, text: str) -> re.Pattern[str] | None:
    """Where a word begins so, or else anywhere."""
    terms = [r"\W+".join(map(re.escape, term.split())) for term in looked_for(words)]
    any_of = "|".join(sorted(filter(None, terms), key=len, reverse=True))
    for pattern in (rf"(?<!\w)(?:{any_of})", any_of):
        found = re.compile(pattern, re.IGNORECASE)
        if any_of and found.search(text):
            return found
    return None


def _around(text: str, pattern: re.Pattern[str] | None) -> str:
    first = pattern.search(text) if pattern else None
    start = max(0, first.start() - BEFORE) if first else 0
    if start:
        # From the beginning of a word on.
        start = text.find(" ", start, first.start() if first else None) + 1 or start
    cut = text[start : start + LONG]
    before, after = "… " if start else "", " …" if start + LONG < len(text) else ""
    return f"{before}{' '.join(cut.split())}{after}"

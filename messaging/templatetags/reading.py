"""How a page says times, money and text. Loaded in every template."""

import re
from datetime import datetime
from functools import cache
from uuid import UUID

from django import template
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from linkify_it import LinkifyIt

from accounts import countries, dates
from accounts.models.client import Plan
from messaging import wording

register = template.Library()
NO_ID = UUID(int=0)
_links = LinkifyIt()
#: A text without one of these has no web address, and a closer look at every message is slow.
_MAY_HOLD_LINK = re.compile(r"://|\S\.\S")

register.filter("money", wording.money)
register.filter("criterion_title", lambda result: wording.TITLES[result.criterion])
register.filter("observed", wording.observed)
register.filter("threshold", wording.threshold)
register.filter("missing", wording.missing)
register.filter("fact", wording.fact)
register.filter("spend_band", wording.spend_band)
register.filter("criteria_titles", wording.criteria_titles)
register.filter("plan_name", lambda name: Plan(name).label)


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """A drawing of `static/icons.svg`. It says nothing: the words are beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("icons.svg"),
        name,
    )


@register.simple_tag
def address(name: str, public_id: UUID) -> str:
    """What `url` gives, for an address that names one thing by its id, made without looking it up
    each time: a page of requests has two hundred."""
    before, after = _around_id(name, get_script_prefix())
    return f"{before}{public_id}{after}"


@cache
def _around_id(name: str, prefix: str) -> tuple[str, str]:
    before, _, after = reverse(name, args=[NO_ID]).partition(str(NO_ID))
    return before, after


@register.simple_tag
def posts(name: str, public_id: UUID, *, plain: bool = False) -> SafeString:
    """The attributes of a button that posts to that address, without leaving the page unless
    `plain`."""
    to = address(name, public_id)
    if plain:
        return format_html('formaction="{}"', to)
    return format_html('formaction="{}" hx-post="{}"', to, to)


@register.filter
def month(instant: datetime) -> str:
    """ "March 2026" in the reader's zone."""
    return dates.month(timezone.localtime(instant))


@register.filter
def country(code: str) -> str:
    """ "NO" as "Norway"; what is unknown as nothing."""
    return countries.by_code().get(code, "")


@register.simple_tag
def when(at: datetime) -> SafeString:
    """ "3 hours ago", with the exact time in the reader's zone on hover and for machines."""
    now = timezone.now()
    if at <= now:
        since = timesince(at, now, depth=1)
        words = _("just now") if since.startswith("0") else _("{since} ago").format(since=since)
    else:
        words = wording.instant(at, now)
    return _time(at, words)


@register.simple_tag
def at(instant: datetime) -> SafeString:
    """ "today at 14:05" in the reader's zone, exact on hover."""
    return _time(instant, wording.instant(instant, timezone.now()))


@register.simple_tag
def clock(instant: datetime) -> SafeString:
    """ "14:05" in the reader's zone, where the day stands above; exact on hover."""
    return _time(instant, dates.clock(timezone.localtime(instant)))


@register.filter
def with_links(text: str) -> SafeString:
    """Plain text with its web addresses as links; everything else escaped.

    Only http and https. An address in letters of mixed scripts is shown as it is sent over the
    wire, so that a look-alike shows itself.
    """
    if not _MAY_HOLD_LINK.search(text):
        return escape(text)
    parts, end = [], 0
    for match in _links.match(text) or []:
        href = _safe_address(match.url) if match.schema in {"", "http:", "https:"} else None
        parts.append(escape(text[end : match.index]))
        parts.append(_link(href, match.text) if href else escape(match.text))
        end = match.last_index
    parts.append(escape(text[end:]))
    return mark_safe("".join(parts))  # noqa: S308 - every part was escaped above


def _link(href: str, shown: str) -> SafeString:
    if not shown.isascii():
        shown = href
    return format_html('<a href="{}" rel="nofollow noopener noreferrer ugc">{}</a>', href, shown)


def _safe_address(url: str) -> str | None:
    """The address with its host in ASCII (IDNA); None when it has none to give."""
    scheme, _sep, rest = url.partition("://")
    host_end = min((rest.find(mark) for mark in "/?#" if mark in rest), default=len(rest))
    host, path = rest[:host_end], rest[host_end:]
    if scheme.lower() not in {"http", "https"} or "@" in host:
        return None
    try:
        return f"{scheme}://{host.encode('idna').decode('ascii')}{path}"
    except UnicodeError:
        return None


def _time(instant: datetime, words: str) -> SafeString:
    local = timezone.localtime(instant)
    exact = f"{dates.day(local)}, {dates.clock(local)} {local.tzname()}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', instant.isoformat(), exact, words
    )

"""How a page says times, money and text. Loaded in every template."""

from datetime import datetime

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from linkify_it import LinkifyIt

from accounts import countries
from accounts.models.client import Plan
from messaging import wording
from messaging.policy import DAY

register = template.Library()
_links = LinkifyIt()

register.filter("money", wording.money)
register.filter("criterion_title", lambda result: wording.TITLES[result.criterion])
register.filter("observed", wording.observed)
register.filter("threshold", wording.threshold)
register.filter("missing", wording.missing)
register.filter("fact", wording.fact)
register.filter("spend_band", wording.spend_band)
register.filter("criteria_titles", wording.criteria_titles)
register.filter("plan_name", lambda name: Plan(name).label)
register.filter("free_again", lambda line: line.at + DAY)


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
    return _time(instant, date_format(timezone.localtime(instant), "H:i"))


@register.filter
def with_links(text: str) -> SafeString:
    """Plain text with its web addresses as links; everything else escaped.

    Only http and https. An address in letters of mixed scripts is shown as it is sent over the
    wire, so that a look-alike shows itself.
    """
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
    exact = f"{date_format(local, 'j F Y, H:i')} {local.tzname()}"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', instant.isoformat(), exact, words
    )

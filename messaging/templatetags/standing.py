"""How requests and receipts are told."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import template
from django.template import Context, Engine
from django.utils import timezone
from django.utils.html import escape, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy as n_

from messaging import standing
from messaging.selectors import Shelf
from messaging.services.selection import Do

register = template.Library()
register.filter("band", standing.band)

SHELVES = {
    Shelf.WAITING: _("Waiting"),
    Shelf.ACCEPTED: _("Accepted"),
    Shelf.PUT_OFF: _("Not now"),
    Shelf.DECLINED: _("Declined"),
    Shelf.EXPIRED: _("Expired"),
    Shelf.WITHDRAWN: _("Withdrawn"),
    Shelf.BLOCKED: _("Blocked"),
}


@register.filter
def items(words: list[str]) -> SafeString:
    """Each as a point of a list."""
    return format_html_join("", "<li>{}</li>", ((each,) for each in words))


@register.filter
def shelf_name(shelf: Shelf) -> str:
    return str(SHELVES[shelf])


@register.filter
def day(instant: datetime) -> str:
    """ "3 March" in the reader's zone, with the year when it is another."""
    return standing.day(instant, timezone.now())


#: What stands in a drawing for the request, its letter, its conversation and its client's name.
BLANKS = (UUID(int=1), UUID(int=2), UUID(int=3), "\ue000")


@register.simple_tag(takes_context=True)
def acts(context: Context) -> SafeString:
    """`requests/_acts.html` for the request of a card: `asked`, `client`, `stands`.

    It is alike for all that stand alike, but for what BLANKS stand for. So it is drawn once for
    each way of standing, kept in `drawn` while the page is made, and filled in.
    """
    asked, stands = context["asked"], context["stands"]
    drawn: Any = context.get("drawn", {})
    alike = (stands.state, stands.blocked, bool(stands.seconds), asked.opened_at is None)
    if alike not in drawn:
        drawn[alike] = _drawn(context)
    filled: str = drawn[alike]
    values = (asked.public_id, asked.message_public_id, asked.conversation_public_id)
    # The name comes last: in what somebody wrote there is nothing to fill in.
    for blank, value in zip(BLANKS, (*values, escape(context["client"].name)), strict=True):
        filled = filled.replace(str(blank), str(value))
    return mark_safe(filled)  # noqa: S308 - the drawing is a template's, the name was escaped


def _drawn(context: Context) -> str:
    request, letter, talk, name = BLANKS
    blank = {
        "public_id": request,
        "message_public_id": letter,
        "conversation_public_id": talk,
        "opened_at": context["asked"].opened_at,
    }
    with context.push(asked=blank, client={"name": name}):
        return Engine.get_default().get_template("requests/_acts.html").render(context)


#: Of each thing that can be done to many: the question, the verb on the button, and what was done.
#: `n` counts clients where they are blocked or unblocked, else requests.
DEEDS = {
    Do.ACCEPT: (
        n_("Accept %(n)d request?", "Accept %(n)d requests?", "n"),
        n_("Accept it", "Accept all %(n)d", "n"),
        n_("%(n)d request accepted", "%(n)d requests accepted", "n"),
    ),
    Do.DECLINE: (
        n_("No thanks to %(n)d request?", "No thanks to %(n)d requests?", "n"),
        n_("No thanks", "No thanks to all %(n)d", "n"),
        n_("%(n)d request declined", "%(n)d requests declined", "n"),
    ),
    Do.PUT_OFF: (
        n_("Not now, to %(n)d request?", "Not now, to %(n)d requests?", "n"),
        n_("Not now", "Not now, to all %(n)d", "n"),
        n_("%(n)d request put off", "%(n)d requests put off", "n"),
    ),
    Do.UNDO: (
        n_("Take back %(n)d answer?", "Take back %(n)d answers?", "n"),
        n_("Take it back", "Take all %(n)d back", "n"),
        n_("%(n)d answer taken back", "%(n)d answers taken back", "n"),
    ),
    Do.BLOCK: (
        n_("Block %(n)d client?", "Block %(n)d clients?", "n"),
        n_("Block this client", "Block these %(n)d clients", "n"),
        n_("%(n)d client blocked", "%(n)d clients blocked", "n"),
    ),
    Do.UNBLOCK: (
        n_("Unblock %(n)d client?", "Unblock %(n)d clients?", "n"),
        n_("Unblock this client", "Unblock these %(n)d clients", "n"),
        n_("%(n)d client unblocked", "%(n)d clients unblocked", "n"),
    ),
    Do.FLAG: (
        n_("Flag %(n)d request?", "Flag %(n)d requests?", "n"),
        n_("Flag it", "Flag all %(n)d", "n"),
        n_("%(n)d request flagged", "%(n)d requests flagged", "n"),
    ),
}


@register.filter
def question(do: str, n: int) -> str:
    """ "Decline 12 requests?"; without anybody to do it to, that."""
    return _of(do, n, 0) if do and n else gettext("Nothing to do")


@register.filter
def verb(do: str, n: int) -> str:
    """ "No thanks to all 12", on the button."""
    return _of(do, n, 1)


@register.filter
def was_done(do: str, n: int) -> str:
    """ "12 requests declined"."""
    return _of(do, n, 2) if n else gettext("Nothing was done")


def _of(do: str, n: int, which: int) -> str:
    return str(DEEDS[Do(do)][which] % {"n": n})

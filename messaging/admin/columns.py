"""The columns of the flag queue. Texts are told as text: the template escapes them."""

from datetime import datetime

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from messaging import wording
from messaging.models import Flag
from messaging.models.conversation import Side

EXCERPT = 90  # characters


@admin.display(description=gettext_lazy("reason"), ordering="severity")
def reason(flag: Flag) -> str:
    return flag.get_reason_display()


@admin.display(description=gettext_lazy("text, as it was"))
def excerpt(flag: Flag) -> str:
    return Truncator(" ".join(flag.text.split())).chars(EXCERPT)


@admin.display(description=gettext_lazy("age"), ordering="raised_at")
def age(flag: Flag) -> str:
    return ago(flag.raised_at)


@admin.display(description=gettext_lazy("client"))
def client(flag: Flag) -> str:
    return str(flag.message.conversation.client)


@admin.display(description=gettext_lazy("flagged by"))
def flagged_by(flag: Flag) -> str:
    return _("the client") if flag.message.side == Side.FREELANCER else _("the freelancer")


@admin.display(description=gettext_lazy("decision"), ordering="decided_at")
def decision(flag: Flag) -> str:
    if flag.decided_at is None:
        return _("Not decided")
    return _("{outcome} by {who}").format(outcome=flag.get_outcome_display(), who=flag.decided_by)


def ago(at: datetime) -> str:
    """How long since, with the instant on hover."""
    exact = date_format(timezone.localtime(at), "j F Y, H:i")
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        exact,
        wording.duration(timezone.now() - at),
    )

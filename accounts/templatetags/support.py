"""Whom to write to when the site cannot help."""

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def support(*, plain: bool = False) -> str:
    """The address of the marketplace's support, as a link but in `plain` text; words, where the
    operator names none."""
    if not settings.SUPPORT_EMAIL:
        return _("the marketplace's support")
    if plain:
        return str(settings.SUPPORT_EMAIL)
    return format_html('<a href="mailto:{0}">{0}</a>', settings.SUPPORT_EMAIL)

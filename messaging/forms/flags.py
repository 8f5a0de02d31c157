"""Reporting a message."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import LetterField, OneValueEach
from accounts.text import is_blank
from messaging.models import Flag


class FlagForm(OneValueEach, forms.Form):
    reason = forms.ChoiceField(
        label=_("What is wrong with it?"),
        choices=Flag.Reason.choices,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose what is wrong with it.")
        ),
    )
    note = LetterField(
        label=_("Anything the moderators should know"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3, "data-count": "yes", "data-max": 500}),
        error_messages={"max_length": _("Shorten it to 500 characters; this has %(show_value)d.")},
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("reason") == Flag.Reason.OTHER and is_blank(cleaned.get("note", "")):
            self.add_error("note", _("Say in a few words what is wrong."))
        return cleaned

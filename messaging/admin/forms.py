"""What a moderator writes: always a reason."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.text import check_text, is_blank, normalise


class ReasonForm(forms.Form):
    """One reason, normalised. A subclass says whose eyes it is for and how long it may be."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write the reason: it stays beside the decision for good.")},
    )

    def __init__(self, data: Any = None) -> None:
        """Three of them share a page, so each has ids of its own."""
        super().__init__(data, auto_id=f"id_{type(self).__name__}_%s")

    def clean_reason(self) -> str:
        reason = normalise(self.cleaned_data["reason"])
        if is_blank(reason):
            raise forms.ValidationError(self.fields["reason"].error_messages["required"])
        check_text(reason)
        return reason


class DecisionForm(ReasonForm):
    """Uphold or dismiss."""


class HoldForm(ReasonForm):
    """Place a hold."""

    reason = forms.CharField(
        label=_("Reason, as the client will read it"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": _("Write the reason: the client reads it, and may answer to it.")
        },
    )


class ReleaseForm(ReasonForm):
    """Release a hold."""

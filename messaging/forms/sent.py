"""Which of the sent requests to show."""

from django import forms

from accounts.fields import OneValueEach
from messaging.models import ContactRequest


class SentForm(OneValueEach, forms.Form):
    """One state, or all of them. What is no state shows all, never an error page."""

    state = forms.ChoiceField(choices=ContactRequest.State.choices, required=False)

    def chosen(self) -> str:
        return str(self.cleaned_data["state"]) if self.is_valid() else ""

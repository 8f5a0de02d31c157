"""What is kept of a form while a person types."""

from typing import Any

from django import forms

from accounts.fields import OneValueEach
from accounts.models import Skill
from messaging.models import ContactRequest
from messaging.models.draft import MOST
from messaging.services.drafts import Typed


class TypedField(forms.CharField):
    """As it was typed, so that the form says of it later what it would say now; cut only where no
    form could take it."""

    def to_python(self, value: Any) -> str:
        text = str(value or "").replace("\r\n", "\n")
        return text[:MOST]


class DraftForm(OneValueEach, forms.Form):
    """What doesn't fit is left out, never refused."""

    skill = forms.ModelChoiceField(Skill.objects.all(), required=False)
    kind = forms.ChoiceField(choices=ContactRequest.Kind.choices, required=False)
    budget = forms.ChoiceField(choices=ContactRequest.Budget.choices, required=False)
    start = forms.ChoiceField(choices=ContactRequest.Start.choices, required=False)
    body = TypedField(required=False)
    submission_key = TypedField(required=False)

    def typed(self) -> Typed:
        self.is_valid()
        data = self.cleaned_data
        return Typed(
            skill=data.get("skill"),
            kind=data.get("kind", ""),
            budget=data.get("budget", ""),
            start=data.get("start", ""),
            body=data.get("body", ""),
        )

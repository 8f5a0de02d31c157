"""Form fields that normalise what was typed before any rule looks at it."""

from typing import Any

from django import forms
from django.core.exceptions import BadRequest

from accounts.text import check_name, check_text, normalise, normalise_name


class NameField(forms.CharField):
    """One visible line."""

    default_validators = [check_name]  # noqa: RUF012

    def to_python(self, value: Any) -> str:
        return normalise_name(super().to_python(value) or "")


class LetterField(forms.CharField):
    """Plain text of several lines; lengths are code points after NFC with line ends as LF."""

    widget = forms.Textarea
    default_validators = [check_text]  # noqa: RUF012

    def to_python(self, value: Any) -> str:
        return normalise(super().to_python(value) or "")


class OneValueEach(forms.BaseForm):
    """For forms: a field that takes one value and was sent two is not guessed at but refused."""

    def full_clean(self) -> None:
        for name, field in self.fields.items():
            key = self.add_prefix(name)
            many = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
            if not many and hasattr(self.data, "getlist") and len(self.data.getlist(key)) > 1:
                raise BadRequest(f"The form was sent with “{name}” more than once.")
        super().full_clean()

"""Form fields that normalise what was typed before any rule looks at it."""

import re
from typing import Any

from django import forms
from django.core.exceptions import BadRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.text import check_name, check_sends_nowhere, check_text, normalise, normalise_name

_PLAIN_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]*)?")
_WHOLE_NUMBER = re.compile(r"-?[0-9]+")


def too_long(most: int) -> Any:
    """What is said of more than `most` characters."""
    return format_lazy(
        _("Shorten it to {most} characters; this has {n}."), most=f"{most:,}", n="%(show_value)d"
    )


class LineField(forms.CharField):
    """One visible line."""

    default_validators = [check_name]  # noqa: RUF012

    def to_python(self, value: Any) -> str:
        return normalise_name(super().to_python(value) or "")


class NameField(LineField):
    """What a person or a company is called."""

    default_validators = [check_name, check_sends_nowhere]  # noqa: RUF012


class AddressField(forms.EmailField):
    """An e-mail address in lower case, as people sign in by it."""

    default_validators = [*forms.EmailField.default_validators, check_text]  # noqa: RUF012

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").lower()


class LetterField(forms.CharField):
    """Plain text of several lines; lengths are code points after NFC with line ends as LF."""

    widget = forms.Textarea
    default_validators = [check_text]  # noqa: RUF012

    def to_python(self, value: Any) -> str:
        return normalise(super().to_python(value) or "")

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """Without `maxlength`: a browser would cut a pasted letter without a word, and counts an
        emoji as two."""
        attrs: dict[str, Any] = super().widget_attrs(widget)
        return {
            name: each for name, each in attrs.items() if name not in {"minlength", "maxlength"}
        }


class DollarField(forms.DecimalField):
    """US dollars in plain ASCII digits: "80" or "80.50". `Decimal` alone also reads "8e1", "8_0"
    and the digits of every other script."""

    def to_python(self, value: Any) -> Any:
        """A Decimal, or None for nothing. Raises ValidationError."""
        if value not in self.empty_values and not _PLAIN_NUMBER.fullmatch(str(value).strip()):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class WholeField(forms.IntegerField):
    """A whole number in plain ASCII digits. `int` alone also reads "1_0" and the digits of every
    other script."""

    def to_python(self, value: Any) -> Any:
        """An int, or None for nothing. Raises ValidationError."""
        if value not in self.empty_values and not _WHOLE_NUMBER.fullmatch(str(value).strip()):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class OneValueEach(forms.BaseForm):
    """For forms: a field that takes one value and was sent two is not guessed at but refused."""

    def full_clean(self) -> None:
        for name, field in self.fields.items():
            key = self.add_prefix(name)
            many = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
            if not many and hasattr(self.data, "getlist") and len(self.data.getlist(key)) > 1:
                raise BadRequest(f"The form was sent with “{name}” more than once.")
        super().full_clean()

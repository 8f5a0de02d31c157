"""What people write: requests and messages."""

import re
import uuid
from typing import Any, Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.fields import LetterField, OneValueEach
from accounts.models import Skill
from accounts.text import is_blank
from messaging.models import ContactRequest
from messaging.services.requests import RequestContent

REQUEST_LEAST, LETTER_MOST = 40, 2000
_CODE = re.compile(r"[A-Za-z0-9_-]{1,32}")


def new_key() -> str:
    """Names one sending: a double click or a retry carries the same one."""
    return uuid.uuid4().hex


def letter_widget(least: int, **attrs: Any) -> forms.Textarea:
    """The browser only counts; the server refuses, so that a long text is never cut."""
    count = {"data-count": "yes", "data-min": least, "data-max": LETTER_MOST}
    return forms.Textarea(attrs=count | attrs)


def say_visible(text: str) -> None:
    if is_blank(text):
        raise ValidationError(_("Write something that can be seen."), code="blank")


class CodeField(forms.CharField):
    """The code of an open-door link; what cannot be one is no code, and never an error."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> str:
        return code_in(str(value or ""))


def code_in(text: str) -> str:
    """The code, or "" where `text` is none."""
    return text if _CODE.fullmatch(text) else ""


class KeyedForm(OneValueEach, forms.Form):
    """A form that sends something, once."""

    submission_key = forms.CharField(max_length=255, widget=forms.HiddenInput, initial=new_key)

    def with_new_key(self) -> Self:
        """The same form, to send once more as something of its own."""
        data = cast(QueryDict, self.data).copy()
        data["submission_key"] = new_key()
        self.data = data
        return self


class RequestForm(KeyedForm):
    """A first message: one of the skills that are offered, three choices and a letter. `link` is
    the code of an open-door link."""

    link = CodeField(required=False)
    skill = forms.ModelChoiceField(
        queryset=Skill.objects.none(),
        label=_("Which of their skills do you need?"),
        empty_label=_("Choose one"),
        error_messages={
            "required": _("Choose the skill you need."),
            "invalid_choice": _("That skill is not on offer here. Choose one of the list."),
        },
    )
    kind = forms.ChoiceField(
        label=_("What kind of work is it?"),
        choices=ContactRequest.Kind.choices,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose the kind of work.")),
    )
    budget = forms.ChoiceField(
        label=_("What budget do you have in mind?"),
        choices=[("", _("Choose one")), *ContactRequest.Budget.choices],
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose a budget.")),
    )
    start = forms.ChoiceField(
        label=_("When should it start?"),
        choices=[("", _("Choose one")), *ContactRequest.Start.choices],
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Say when it should start.")
        ),
    )
    body = LetterField(
        label=_("Your message"),
        help_text=_("40 to 2,000 characters. Links stay plain text. They see this once they open."),
        min_length=REQUEST_LEAST,
        max_length=LETTER_MOST,
        validators=[say_visible],
        widget=letter_widget(REQUEST_LEAST, rows=8),
        error_messages={
            "required": _("Write your message: 40 characters at least."),
            "min_length": _(
                "Write a little more: 40 characters at least, this has %(show_value)d."
            ),
            "max_length": _("Shorten it to 2,000 characters; this has %(show_value)d."),
        },
    )

    def __init__(self, *args: Any, skills: QuerySet[Skill], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if skills:
            self.fields["skill"].queryset = skills  # type: ignore[attr-defined]
        else:
            del self.fields["skill"]

    def content(self) -> RequestContent:
        data = self.cleaned_data
        return RequestContent(
            skill=data.get("skill"),
            kind=data["kind"],
            budget=data["budget"],
            start=data["start"],
            body=data["body"],
        )


class MessageForm(KeyedForm):
    """A message in a conversation, or the reply that accepts a request."""

    body = LetterField(
        label=_("Your message"),
        max_length=LETTER_MOST,
        validators=[say_visible],
        widget=letter_widget(1, rows=3),
        error_messages={
            "required": _("Write something first."),
            "max_length": _("Shorten it to 2,000 characters; this has %(show_value)d."),
        },
    )


class ReadingForm(OneValueEach, forms.Form):
    """Up to which message of the conversation its reader has seen."""

    up_to = forms.IntegerField(min_value=1, max_value=2**31 - 1)

"""What people fill in about messages, requests, flags and the door."""

import uuid
from typing import Any, Self, cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.fields import LetterField, OneValueEach
from accounts.models import FreelancerProfile, Skill
from accounts.text import is_blank
from messaging.models import ContactRequest, Flag
from messaging.services.requests import RequestContent

REQUEST_LEAST, LETTER_MOST = 40, 2000


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
    """A first message: one of this freelancer's skills, three choices and a letter."""

    skill = forms.ModelChoiceField(
        queryset=Skill.objects.none(),
        label=_("Which of their skills do you need?"),
        empty_label=_("Choose one"),
        error_messages={
            "required": _("Choose the skill you need."),
            "invalid_choice": _("They no longer list that skill. Choose another."),
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

    def __init__(self, *args: Any, freelancer: FreelancerProfile, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        skills = freelancer.skills.all()
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


class DoorForm(OneValueEach, forms.Form):
    door = forms.ChoiceField(
        label=_("Who may send you a first message?"),
        choices=FreelancerProfile.Door.choices,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose who may send you a first message.")
        ),
    )
    known_clients_pass = forms.BooleanField(
        label=_("Clients I have worked with may write even when the door is closed"),
        required=False,
    )


class TalentForm(OneValueEach, forms.Form):
    """The directory's search. What doesn't fit is left out of the search, never an error page."""

    q = forms.CharField(label=_("Words"), required=False, max_length=100)
    skill = forms.SlugField(required=False, max_length=60)

"""A freelancer's answers: one request or many, and looking for requests on their shelves."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from dateutil.relativedelta import relativedelta
from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import LetterField, OneValueEach, too_long
from accounts.text import is_blank
from messaging.forms.flags import FlagForm
from messaging.services.answers import LONGEST_PUT_OFF
from messaging.services.selection import Deed, Do

LINE_MOST = 280
#: The most requests that are acted on at once.
MOST_AT_ONCE = 200


class Ready(models.TextChoices):
    """The lines that lie ready to be sent with a no."""

    BOOKED = "booked", _("Thank you for asking. I am fully booked for the time being.")
    OTHER_WORK = "other_work", _("Thank you for asking. This is not the kind of work I do.")
    BUDGET = "budget", _("Thank you for asking. I could not do it well on this budget.")
    TIMING = "timing", _("Thank you for asking. I could not start when you need it.")


class DeclineForm(OneValueEach, forms.Form):
    """No thanks, without a word, or with a line that is told to the client."""

    ready = forms.ChoiceField(
        label=_("A line for the client"),
        choices=[("", _("None: no thanks, in neutral words")), *Ready.choices],
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of these lines, or write your own.")},
    )
    line = LetterField(
        label=_("Or a line of your own"),
        required=False,
        max_length=LINE_MOST,
        widget=forms.Textarea(attrs={"rows": 2, "data-count": "yes", "data-max": LINE_MOST}),
        error_messages={"max_length": too_long(LINE_MOST)},
    )

    def clean_line(self) -> str:
        """One line; what shows nothing is none."""
        line = " ".join(self.cleaned_data["line"].split())
        return "" if is_blank(line) else line

    @property
    def words(self) -> str:
        """The line to send: what was written counts before what was chosen."""
        ready = self.cleaned_data["ready"]
        return str(self.cleaned_data["line"] or (Ready(ready).label if ready else ""))


class DayField(forms.DateField):
    """A day as browsers send it: "2027-03-01", in ASCII digits."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    input_formats = ("%Y-%m-%d",)

    def to_python(self, value: Any) -> date | None:
        if isinstance(value, str) and not value.isascii():
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(value)


class PutOffForm(OneValueEach, forms.Form):
    """Not now, until a day: from its start in the freelancer's own time zone on."""

    WAITS = (
        ("week", _("In a week"), relativedelta(weeks=1)),
        ("month", _("In a month"), relativedelta(months=1)),
        ("quarter", _("In three months"), relativedelta(months=3)),
    )

    wait = forms.ChoiceField(
        label=_("When may they write again?"),
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose one of these, or a day.")},
    )
    until = DayField(
        label=_("On a day of your choice"),
        required=False,
        error_messages={"invalid": _("Choose a day from the calendar, such as 2027-03-01.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today, self.last = today, today + LONGEST_PUT_OFF
        self.days = {name: today + wait for name, _label, wait in self.WAITS}
        names = [(name, label) for name, label, _wait in self.WAITS]
        self.fields["wait"].choices = names  # type: ignore[attr-defined]
        bounds = {"min": self.today + timedelta(days=1), "max": self.last}
        self.fields["until"].widget.attrs |= {k: v.isoformat() for k, v in bounds.items()}

    def clean_until(self) -> date | None:
        until: date | None = self.cleaned_data["until"]
        if until is not None and until <= self.today:
            raise ValidationError(_("Choose a day after today."), code="early")
        if until is not None and until > self.last:
            raise ValidationError(
                _("Choose a day within a year. Further away is a no."), code="late"
            )
        return until

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and not cleaned["until"] and not cleaned["wait"]:
            self.add_error("until", _("Choose the day from which on they may write again."))
        return cleaned

    @property
    def instant(self) -> datetime:
        """The start of the day; a day that was typed counts before a choice."""
        day = self.cleaned_data["until"] or self.days[self.cleaned_data["wait"]]
        return datetime.combine(day, time.min, timezone.get_current_timezone())

    def choices(self) -> list[tuple[str, str, date]]:
        """(value, words, day) of each handy choice."""
        return [(name, str(label), self.days[name]) for name, label, _wait in self.WAITS]


class PlainForm(forms.Form):
    """Nothing more has to be said."""


def form_for(do: Do | None, data: QueryDict | None, *, today: date) -> forms.Form:
    """What else has to be said to do it, to one request or to many."""
    match do:
        case Do.DECLINE:
            return DeclineForm(data)
        case Do.PUT_OFF:
            return PutOffForm(data, today=today)
        case Do.FLAG:
            return FlagForm(data)
        case _:
            return PlainForm(data)


def deed_of(do: Do, how: forms.Form) -> Deed:
    """What is to be done, once its form is valid."""
    match how:
        case DeclineForm():
            return Deed(do=do, line=how.words)
        case PutOffForm():
            return Deed(do=do, until=how.instant)
        case FlagForm():
            return Deed(do=do, reason=how.cleaned_data["reason"], note=how.cleaned_data["note"])
        case _:
            return Deed(do=do)


def ids_in(texts: list[str]) -> list[UUID]:
    """The ids among these texts, each once, no more than are acted on at once; the rest is
    nothing."""
    found: dict[UUID, None] = {}
    for text in texts:
        try:
            found[UUID(text)] = None
        except ValueError:
            continue
    return list(found)[:MOST_AT_ONCE]


class DoForm(OneValueEach, forms.Form):
    """One of the things that can be done."""

    do = forms.ChoiceField(
        choices=Do.choices,
        error_messages=dict.fromkeys(("required", "invalid_choice"), _("Choose what to do.")),
    )

    def clean_do(self) -> Do:
        return Do(self.cleaned_data["do"])


class ChosenForm(DoForm):
    """What to do with which requests: their ids, in one field."""

    chosen = forms.CharField(
        max_length=40 * MOST_AT_ONCE,
        widget=forms.HiddenInput,
        error_messages={"required": _("Tick at least one request.")},
    )

    def clean_chosen(self) -> list[UUID]:
        return ids_in(self.cleaned_data["chosen"].split())

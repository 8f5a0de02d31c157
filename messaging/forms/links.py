"""Open-door links."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import LineField, OneValueEach, WholeField, too_long
from messaging.forms.answers import DayField
from messaging.forms.door import ANSWER_A_DAY, start_of

LONGEST_LINK = timedelta(days=5 * 366)


class LinkForm(OneValueEach, forms.Form):
    """A new link: what for, how long, for how many. The day is in the reader's time zone."""

    label = LineField(
        label=_("What it is for"),
        max_length=60,
        help_text=_("Only you see this: “Newsletter readers”, “Alma's studio”."),
        error_messages={
            "required": _("Say what the link is for, so that you know it again."),
            "max_length": too_long(60),
        },
    )
    last_day = DayField(
        label=_("Last day it opens the door"), required=False, error_messages=ANSWER_A_DAY
    )
    most_uses = WholeField(
        label=_("How many requests it may let in"),
        required=False,
        min_value=1,
        max_value=500,
        error_messages={
            "invalid": _("Write how many in figures, such as 10, or leave it empty."),
            "min_value": _("Let in at least 1, or leave it empty for no limit."),
            "max_value": _("Write at most 500, or leave it empty for no limit."),
        },
    )

    def __init__(self, data: QueryDict | None = None, *, now: datetime) -> None:
        super().__init__(data)
        self.today = timezone.localdate(now)
        self.fields["last_day"].widget.attrs |= {
            "min": self.today.isoformat(),
            "max": (self.today + LONGEST_LINK).isoformat(),
        }

    def clean_last_day(self) -> date | None:
        day: date | None = self.cleaned_data["last_day"]
        if day is not None and day < self.today:
            raise ValidationError(_("Choose today or a later day."), code="early")
        if day is not None and day > self.today + LONGEST_LINK:
            raise ValidationError(
                _("Choose a day within five years, or leave it empty."), code="late"
            )
        return day

    @property
    def terms(self) -> dict[str, Any]:
        """What the link is made of; of a form that is valid."""
        data, day = self.cleaned_data, self.cleaned_data["last_day"]
        return {
            "label": data["label"],
            "expires_at": start_of(day + timedelta(days=1)) if day else None,
            "most_uses": data["most_uses"],
        }

"""The door's settings."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.countries import choices as country_choices
from accounts.fields import OneValueEach, WholeField
from accounts.models import FreelancerProfile, Skill
from messaging import wording
from messaging.door import Bar, Door
from messaging.forms.answers import DayField
from messaging.selectors import MOST_INTAKE
from messaging.services.door import DoorSettings

#: A pause may last so long; for longer there is a closed door.
LONGEST_PAUSE = timedelta(days=366)
#: A month of membership, in days.
MONTH = 30
TEN_YEARS = 3650
ANSWER_A_DAY = {"invalid": _("Choose a day from the calendar, such as 2027-03-01.")}


def start_of(day: date) -> datetime:
    """The first instant of the day in the reader's time zone."""
    return datetime.combine(day, time.min, timezone.get_current_timezone())


def intake_field(label: Any) -> WholeField:
    return WholeField(
        label=label,
        required=False,
        min_value=1,
        max_value=MOST_INTAKE,
        error_messages={
            "invalid": _("Write how many in figures, such as 3, or leave it empty."),
            "min_value": _("Let in at least 1, or close the door instead."),
            "max_value": _("Write at most 200, or leave it empty for no limit."),
        },
    )


class DoorForm(OneValueEach, forms.Form):
    """Who may knock: three states, a pause, and what a selective door asks for.

    The least spend is chosen by the bands that freelancers see, never typed: with figures of one's
    own, the back-test would find out to the cent what a client has spent.
    """

    door = forms.ChoiceField(
        label=_("Who may send you a first message?"),
        choices=FreelancerProfile.Door.choices,
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose who may send you a first message.")
        ),
    )
    least_spend = forms.ChoiceField(
        label=_("Paid to freelancers in the last 12 months"),
        required=False,
        error_messages={"invalid_choice": _("Choose one of these amounts.")},
    )
    least_tenure = WholeField(
        label=_("Member for at least"),
        required=False,
        min_value=1,
        error_messages={
            "invalid": _("Write how long in figures, such as 6, or leave it empty."),
            "min_value": _("Write 1 or more, or leave it empty."),
        },
    )
    tenure_unit = forms.ChoiceField(
        label=_("Days or months"),
        choices=[("months", _("months")), ("days", _("days"))],
        required=False,
        error_messages={"invalid_choice": _("Choose days or months.")},
    )
    has_hired = forms.BooleanField(label=_("Has hired somebody here before"), required=False)
    skills = forms.MultipleChoiceField(
        label=_("Only these of my skills"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=dict.fromkeys(
            ("invalid_choice", "invalid_list"),
            _("You no longer list one of these skills. Look over them again."),
        ),
    )
    countries = forms.MultipleChoiceField(
        label=_("Only clients in these countries"),
        choices=country_choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages=dict.fromkeys(
            ("invalid_choice", "invalid_list"), _("Choose countries from the list.")
        ),
    )
    per_day = intake_field(_("Requests a day, at most"))
    per_week = intake_field(_("Requests a week, at most"))
    pause_until = DayField(label=_("Pause until"), required=False, error_messages=ANSWER_A_DAY)
    known_clients_pass = forms.BooleanField(
        label=_("Clients I know may send me new requests whatever the door says"), required=False
    )
    waiting = forms.ChoiceField(
        label=_("When I close or pause the door, the requests that wait"),
        choices=[
            ("keep", _("stay: I can still answer them")),
            ("decline", _("are declined: no thanks to all of them")),
        ],
        required=False,
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": _("Choose what becomes of the requests that wait.")},
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        door: Door,
        skills: Iterable[Skill],
        now: datetime,
    ) -> None:
        self.as_set, self.today = door, timezone.localdate(now)
        self.listed = {str(skill.pk): skill for skill in skills}
        super().__init__(data, initial=_as_set(door, now))
        self._offer("skills", [(key, skill.name) for key, skill in self.listed.items()])
        self._offer("least_spend", list(_amounts(door)))
        bounds = {"min": self.today + timedelta(days=1), "max": self.today + LONGEST_PAUSE}
        self.fields["pause_until"].widget.attrs |= {k: v.isoformat() for k, v in bounds.items()}

    def _offer(self, name: str, choices: list[tuple[str, Any]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    def clean_skills(self) -> list[Skill]:
        return [self.listed[key] for key in self.cleaned_data["skills"]]

    def clean_pause_until(self) -> datetime | None:
        """A day left as it was shown is the instant that was set, whatever the time zone is now."""
        day: date | None = self.cleaned_data["pause_until"]
        if day is None:
            return None
        if day == self.initial["pause_until"]:
            return self.as_set.paused_until
        if day <= self.today:
            raise ValidationError(_("Choose a day after today."), code="early")
        if day > self.today + LONGEST_PAUSE:
            raise ValidationError(
                _("Choose a day within a year. For longer, close the door."), code="late"
            )
        return start_of(day)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        least = cleaned.get("least_tenure")
        days = least and least * (1 if cleaned.get("tenure_unit") == "days" else MONTH)
        if days and days > TEN_YEARS:
            self.add_error("least_tenure", _("Ask for ten years at most."))
        cleaned["tenure_days"] = days
        return cleaned

    def settings(self) -> DoorSettings:
        """What is to be saved; of a form that is valid."""
        data, door = self.cleaned_data, self.tried()
        return DoorSettings(
            door=door.state,
            known_clients_pass=door.known_clients_pass,
            paused_until=door.paused_until,
            bar_spend_cents=door.bar.spend_cents,
            bar_tenure_days=door.bar.tenure_days,
            bar_hired=door.bar.hired,
            bar_countries=sorted(door.bar.countries),
            intake_day=door.intake_day,
            intake_week=door.intake_week,
            skills=tuple(data["skills"]),
        )

    def tried(self) -> Door:
        """The door as it would be; of a form that is valid."""
        data = self.cleaned_data
        return Door(
            state=data["door"],
            paused_until=data["pause_until"],
            known_clients_pass=data["known_clients_pass"],
            bar=Bar(
                spend_cents=int(data["least_spend"]) if data["least_spend"] else None,
                tenure_days=data["tenure_days"],
                hired=data["has_hired"],
                skills=frozenset(skill.pk for skill in data["skills"]),
                countries=frozenset(data["countries"]),
            ),
            intake_day=data["per_day"],
            intake_week=data["per_week"],
        )

    @property
    def pause_in_force(self) -> datetime | None:
        """Until when the door is paused now."""
        return self.as_set.paused_until if self.initial["pause_until"] else None

    @property
    def first_problem(self) -> str:
        """What has to be put right first; of a form that is not valid."""
        return str(next(iter(self.errors.values()))[0])

    @property
    def declines_waiting(self) -> bool:
        """Whether no thanks is wished for to all that waits, if the door is shut."""
        return bool(self.cleaned_data["waiting"] == "decline")

    @property
    def limits_countries(self) -> bool:
        """Whether a country is chosen, so that the list of them is not folded away."""
        return bool(self["countries"].value() or self["countries"].errors)


def _as_set(door: Door, now: datetime) -> dict[str, Any]:
    """The door as the form's fields show it. A pause that is over is none."""
    days, paused = door.bar.tenure_days, door.paused_until
    months = days is None or days % MONTH == 0
    return {
        "door": door.state,
        "least_spend": str(door.bar.spend_cents or ""),
        "least_tenure": days // MONTH if days and months else days,
        "tenure_unit": "months" if months else "days",
        "has_hired": door.bar.hired,
        "skills": [str(skill) for skill in sorted(door.bar.skills)],
        "countries": sorted(door.bar.countries),
        "per_day": door.intake_day,
        "per_week": door.intake_week,
        "pause_until": timezone.localdate(paused) if paused and paused > now else None,
        "known_clients_pass": door.known_clients_pass,
        "waiting": "keep",
    }


def _amounts(door: Door) -> Iterator[tuple[str, Any]]:
    """The lower edges of the bands, and what is set now if that is none of them."""
    yield "", _("Any amount")
    edges = set(wording.BAND_EDGES)
    for cents in sorted(edges | {door.bar.spend_cents or min(edges)}):
        yield str(cents), _("{amount} or more").format(amount=f"${cents // 100:,}")

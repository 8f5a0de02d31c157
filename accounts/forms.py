"""Settings: who one is, the profile, the client account."""

from decimal import Decimal
from typing import Any, ClassVar
from zoneinfo import available_timezones

from django import forms
from django.core.validators import URLValidator
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.clock import database_now
from accounts.fields import (
    AddressField,
    DollarField,
    LetterField,
    LineField,
    NameField,
    OneValueEach,
    too_long,
)
from accounts.models import (
    ClientAccount,
    FreelancerProfile,
    MailChoice,
    MailTime,
    Membership,
    Notification,
    User,
)
from accounts.notify import default_time
from accounts.services import mail_choices
from accounts.text import check_name, normalise_name

MOST_SKILLS = 20


def time_zones() -> list[tuple[str, str]]:
    """Places, and UTC; none of the database's own names such as "Factory" or "Etc/GMT+10"."""
    places = [name for name in available_timezones() if "/" in name and name[:4] != "Etc/"]
    return [(name, name.replace("_", " ")) for name in ["UTC", *sorted(places)]]


def check_skill(name: str) -> None:
    """Raises ValidationError for what cannot be a skill's name."""
    check_name(name)
    if len(name) > 60 or not slugify(name, allow_unicode=True):
        raise forms.ValidationError(
            _("“{name}” is not a skill's name: use letters, at most 60.").format(name=name[:80])
        )


READING = _(
    "They see when you have read their newest message, and you see it of them, if they let you too."
)
CHOOSE_COUNTRY = _("Choose a country from the list.")


class PersonForm(OneValueEach, forms.ModelForm[User]):
    name = NameField(
        label=_("Your name"),
        max_length=80,
        error_messages={"required": _("Type your name."), "max_length": too_long(80)},
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        choices=time_zones,
        help_text=_("Times on pages and in mails are told in it."),
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Choose a time zone from the list.")
        ),
    )

    class Meta:
        model = User
        fields = ("name", "time_zone")

    def save(self, commit: bool = True) -> User:
        """Only what the form asks for: the rest may have moved since the page was opened."""
        self.instance.save(update_fields=list(self.Meta.fields))
        if "time_zone" in self.changed_data:
            mail_choices.move_daily(person=self.instance, clock=database_now)
        return self.instance


class ProfileForm(OneValueEach, forms.ModelForm[FreelancerProfile]):
    """The freelancer's profile; the rate is typed in dollars and kept in cents."""

    name = NameField(
        label=_("Name"),
        max_length=80,
        error_messages={"required": _("Type your name."), "max_length": too_long(80)},
    )
    headline = LineField(
        label=_("Headline"),
        max_length=120,
        required=False,
        help_text=_("What you do, in one line: “I set type for scientific books.”"),
        error_messages={"max_length": too_long(120)},
    )
    bio = LetterField(
        label=_("About you"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "data-count": "yes", "data-max": 3000}),
        error_messages={"max_length": too_long(3000)},
    )
    skill_names = LetterField(
        label=_("Skills"),
        required=False,
        max_length=1000,
        help_text=_("Up to 20, separated by commas. A request names one of them."),
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": too_long(1000)},
    )
    hourly_rate = DollarField(
        label=_("Hourly rate in US dollars"),
        required=False,
        min_value=1,
        max_value=10_000,
        decimal_places=2,
        localize=False,
        error_messages={
            "invalid": _("Write the rate in figures: 80 or 80.50."),
            "min_value": _("Write a rate of at least $1, or none."),
            "max_value": _("Write a rate of at most $10,000, or none."),
            "max_decimal_places": _("Write at most two figures after the point: 80.50."),
        },
    )

    class Meta:
        model = FreelancerProfile
        fields = ("name", "headline", "bio", "country", "shows_reading")
        error_messages: ClassVar = {"country": {"invalid_choice": CHOOSE_COUNTRY}}
        help_texts: ClassVar = {"shows_reading": READING}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.hourly_rate_cents:
            self.initial["hourly_rate"] = Decimal(self.instance.hourly_rate_cents) / 100
        self.initial["skill_names"] = ", ".join(skill.name for skill in self.instance.skills.all())
        self.order_fields(
            ["name", "headline", "bio", "skill_names", "hourly_rate", "country", "shows_reading"],
        )

    def clean_skill_names(self) -> list[str]:
        typed = self.cleaned_data["skill_names"].replace("\n", ",").split(",")
        names = list(dict.fromkeys(name for part in typed if (name := normalise_name(part))))
        if len(names) > MOST_SKILLS:
            raise forms.ValidationError(
                _("Name at most {most} skills; these are {n}.").format(
                    most=MOST_SKILLS, n=len(names)
                )
            )
        for name in names:
            check_skill(name)
        return names

    def save(self, commit: bool = True) -> FreelancerProfile:
        rate = self.cleaned_data["hourly_rate"]
        return services.save_profile(
            profile=self.instance,
            values={field: self.cleaned_data[field] for field in self.Meta.fields}
            | {"hourly_rate_cents": int(rate * 100) if rate else None},
            skill_names=self.cleaned_data["skill_names"],
        )


class ClientForm(OneValueEach, forms.ModelForm[ClientAccount]):
    name = NameField(
        label=_("Company or name"),
        max_length=120,
        error_messages={
            "required": _("Tell freelancers which company or person is writing."),
            "max_length": too_long(120),
        },
    )
    website = forms.URLField(
        label=_("Website"),
        required=False,
        assume_scheme="https",
        validators=[URLValidator(["http", "https"])],
        error_messages={
            "invalid": _("That is no web address. One looks like https://example.com."),
            "max_length": too_long(200),
        },
    )

    class Meta:
        model = ClientAccount
        fields = ("name", "country", "website", "shows_reading")
        error_messages: ClassVar = {"country": {"invalid_choice": CHOOSE_COUNTRY}}
        help_texts: ClassVar = {"shows_reading": READING}

    def save(self, commit: bool = True) -> ClientAccount:
        """Only what the form asks for: the rest may have moved since the page was opened."""
        self.instance.save(update_fields=list(self.Meta.fields))
        return self.instance

    def __init__(self, *args: Any, disabled: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.disabled = disabled


class InviteForm(OneValueEach, forms.Form):
    """Whom to ask to write for the account."""

    email = AddressField(
        label=_("Their e-mail address"),
        max_length=254,
        help_text=_("They get a link that is open for 14 days and works for this address alone."),
        error_messages={
            "required": _("Type the address to invite."),
            "invalid": _("That is no e-mail address. One looks like name@example.com."),
            "max_length": too_long(254),
        },
    )


class MailForm(OneValueEach, forms.Form):
    """For each kind of news that can concern the person, when it comes by mail."""

    def __init__(
        self, *args: Any, person: User, is_member: bool, is_freelancer: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen = dict(person.mail_choices.values_list("kind", "time"))
        for kind in mail_kinds(is_member=is_member, is_freelancer=is_freelancer):
            daily = kind in MailChoice.DIGESTED
            self.fields[kind] = forms.ChoiceField(
                label=kind.label,
                help_text=_MAIL_HELP.get(kind, ""),
                choices=[each for each in MailTime.choices if daily or each[0] != MailTime.DAILY],
                initial=chosen.get(kind, default_time(kind)),
                error_messages=dict.fromkeys(
                    ("required", "invalid_choice"), _("Choose one of the times in the list.")
                ),
            )


def mail_kinds(*, is_member: bool, is_freelancer: bool) -> list[Notification.Kind]:
    """The kinds of news that can concern somebody who is one, or both, or neither."""
    kind = Notification.Kind
    mine = [kind.REQUEST, kind.EXPIRING] if is_freelancer else []
    mine += [kind.MESSAGE] if is_freelancer or is_member else []
    mine += [kind.ANSWER, kind.PLACES, kind.GATE, kind.STANDING] if is_member else []
    return [*mine, kind.DECISION]


_MAIL_HELP = {
    Notification.Kind.REQUEST: _(
        "Once a day: one mail at eight in the morning, by your clock, and none when nobody wrote."
    ),
    Notification.Kind.EXPIRING: _("Two days before, if you have not opened it."),
    Notification.Kind.MESSAGE: _("After two minutes, unless you have read it by then."),
    Notification.Kind.PLACES: _("When all places were used and the next one opens."),
    Notification.Kind.GATE: _("When your account meets every criterion, or soon will not."),
}


class RoleForm(OneValueEach, forms.Form):
    """What a member may do: owners also change the account and who writes for it."""

    role = forms.ChoiceField(
        choices=Membership.Role.choices,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Say whether they are an owner or a member.")
        ),
    )

"""Sign-up and settings."""

from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from allauth.account import forms as allauth
from django import forms
from django.core.validators import URLValidator
from django.db import transaction
from django.http import HttpRequest
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.fields import DollarField, LetterField, NameField, OneValueEach
from accounts.models import ClientAccount, FreelancerProfile, User
from accounts.models.user import validate_time_zone
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


class SignupForm(OneValueEach, allauth.SignupForm):
    """One form for both doors: a client (makes its account, with this person as owner) or a
    freelancer (makes their profile)."""

    role = forms.ChoiceField(
        label=_("I am here as"),
        choices=[("client", _("a client")), ("freelancer", _("a freelancer"))],
        widget=forms.RadioSelect,
    )
    name = NameField(label=_("Your name"), max_length=80)
    company = NameField(
        label=_("Company"),
        max_length=120,
        required=False,
        help_text=_("For clients: as freelancers will see it."),
    )
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ("role", "name", "company", "email", "password1", "password2")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("role") == "client" and not cleaned.get("company"):
            self.add_error("company", _("Tell freelancers which company or person is writing."))
        return cleaned

    def clean_time_zone(self) -> str:
        name = self.cleaned_data["time_zone"]
        try:
            validate_time_zone(name)
        except forms.ValidationError:
            return "UTC"
        return str(name)

    def save(self, request: HttpRequest) -> User:
        """The user, their address and their account, or none of them."""
        with transaction.atomic():
            user: User = super().save(request)
        return user

    def signup(self, request: HttpRequest, user: User) -> None:
        """Called by allauth with the new user, in the transaction that made it."""
        data = self.cleaned_data
        services.welcome(
            user=user,
            role=data["role"],
            name=data["name"],
            company=data["company"],
            time_zone=data["time_zone"],
        )


class LoginForm(OneValueEach, allauth.LoginForm):
    """E-mail and password."""


class ReauthenticateForm(OneValueEach, allauth.ReauthenticateForm):
    """The password once more, before something that matters."""


class ResetPasswordForm(OneValueEach, allauth.ResetPasswordForm):
    """Where to send the link."""


class ResetPasswordKeyForm(OneValueEach, allauth.ResetPasswordKeyForm):
    """A new password, twice, by the link."""


class ChangePasswordForm(OneValueEach, allauth.ChangePasswordForm):
    """The old password and a new one, twice."""


class AddEmailForm(OneValueEach, allauth.AddEmailForm):
    """A new e-mail address."""


class PersonForm(OneValueEach, forms.ModelForm[User]):
    name = NameField(label=_("Your name"), max_length=80)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=time_zones, help_text=_("Times on pages are told in it.")
    )

    class Meta:
        model = User
        fields = ("name", "time_zone")

    def save(self, commit: bool = True) -> User:
        """Only what the form asks for: the rest may have moved since the page was opened."""
        self.instance.save(update_fields=list(self.Meta.fields))
        return self.instance


class ProfileForm(OneValueEach, forms.ModelForm[FreelancerProfile]):
    """The freelancer's profile; the rate is typed in dollars and kept in cents."""

    name = NameField(label=_("Name"), max_length=80)
    headline = NameField(
        label=_("Headline"),
        max_length=120,
        required=False,
        help_text=_("What you do, in one line: “I set type for scientific books.”"),
    )
    bio = LetterField(
        label=_("About you"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6, "data-count": "yes", "data-max": 3000}),
    )
    skill_names = LetterField(
        label=_("Skills"),
        required=False,
        max_length=1000,
        help_text=_("Up to 20, separated by commas. A request names one of them."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    hourly_rate = DollarField(
        label=_("Hourly rate in US dollars"),
        required=False,
        min_value=1,
        max_value=10_000,
        decimal_places=2,
        localize=False,
    )

    class Meta:
        model = FreelancerProfile
        fields = ("name", "headline", "bio", "country")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.hourly_rate_cents:
            self.initial["hourly_rate"] = Decimal(self.instance.hourly_rate_cents) / 100
        self.initial["skill_names"] = ", ".join(skill.name for skill in self.instance.skills.all())
        self.order_fields(
            ["name", "headline", "bio", "skill_names", "hourly_rate", "country"],
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
    name = NameField(label=_("Company or name"), max_length=120)
    website = forms.URLField(
        label=_("Website"),
        required=False,
        assume_scheme="https",
        validators=[URLValidator(["http", "https"])],
    )

    class Meta:
        model = ClientAccount
        fields = ("name", "country", "website")

    def save(self, commit: bool = True) -> ClientAccount:
        """Only what the form asks for: the rest may have moved since the page was opened."""
        self.instance.save(update_fields=list(self.Meta.fields))
        return self.instance

    def __init__(self, *args: Any, disabled: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.disabled = disabled

"""Sign-up and settings."""

from typing import Any

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import services
from accounts.fields import NameField
from accounts.models import User
from accounts.models.user import validate_time_zone


class SignupForm(AllauthSignupForm):
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
        cleaned: dict[str, Any] = super().clean()
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

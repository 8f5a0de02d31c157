"""Sign-up, sign-in and passwords: django-allauth's forms in our words."""

from collections.abc import Mapping
from typing import Any, ClassVar

from allauth.account import forms as allauth
from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import selectors, services
from accounts.fields import NameField, OneValueEach, too_long
from accounts.models import User
from accounts.models.user import validate_time_zone

EMAIL = (_("E-mail"), _("Type your e-mail address."))
PASSWORD = (_("Password"), _("Type your password."))
NEW_PASSWORD = (_("New password"), _("Choose a password."))
NEW_PASSWORD_AGAIN = (_("New password, once more"), _("Type the same password once more."))


class InOurWords(OneValueEach):
    """For django-allauth's forms: each field's label, and what is said when it is left empty."""

    words: ClassVar[Mapping[str, tuple[Any, Any]]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, when_empty) in self.words.items():
            field = self.fields[name]
            field.label = label
            field.error_messages["required"] = when_empty
            # The library repeats the label inside the field; once is enough.
            field.widget.attrs.pop("placeholder", None)
            if isinstance(field, forms.EmailField):
                field.error_messages["invalid"] = _(
                    "That is no e-mail address. One looks like name@example.com."
                )


class SignupForm(InOurWords, allauth.SignupForm):
    """One form for both doors: a client (makes its account, with this person as owner) or a
    freelancer (makes their profile). Who comes by an open invitation is asked for neither: they
    will write for the account that invited them."""

    role = forms.ChoiceField(
        label=_("I am here as"),
        choices=[("client", _("a client")), ("freelancer", _("a freelancer"))],
        widget=forms.RadioSelect,
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"), _("Say whether you are a client or a freelancer.")
        ),
    )
    name = NameField(
        label=_("Your name"),
        max_length=80,
        error_messages={"required": _("Type your name."), "max_length": too_long(80)},
    )
    company = NameField(
        label=_("Company"),
        max_length=120,
        required=False,
        help_text=_("For clients: as freelancers will see it."),
        error_messages={"max_length": too_long(120)},
    )
    time_zone = forms.CharField(required=False, widget=forms.HiddenInput)
    invitation = forms.CharField(required=False, widget=forms.HiddenInput)
    words: ClassVar = {
        "email": EMAIL,
        "password1": (_("Password"), _("Choose a password.")),
        "password2": (_("Password, once more"), _("Type the same password once more.")),
    }
    field_order = ("role", "name", "company", "email", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self["invitation"].value() or ""
        self.invited_by = selectors.open_invitation(code, timezone.now()) if code else None
        if self.invited_by is not None:
            del self.fields["role"], self.fields["company"]

    def clean_invitation(self) -> str:
        code = str(self.cleaned_data["invitation"])
        if code and self.invited_by is None:
            raise forms.ValidationError(
                _("This invitation is no longer open. You can make an account of your own here.")
            )
        return code

    def clean_email(self) -> str:
        email = str(super().clean_email())
        if self.invited_by is not None and email != self.invited_by.email:
            raise forms.ValidationError(
                _("This invitation went to another address. Type the one its mail came to.")
            )
        return email

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
            role="member" if self.invited_by else data["role"],
            name=data["name"],
            company=data.get("company", ""),
            time_zone=data["time_zone"],
        )


class LoginForm(InOurWords, allauth.LoginForm):
    """E-mail and password."""

    words: ClassVar = {
        "login": EMAIL,
        "password": PASSWORD,
        "remember": (_("Keep me signed in on this browser"), ""),
    }


class ReauthenticateForm(InOurWords, allauth.ReauthenticateForm):
    """The password once more, before something that matters."""

    words: ClassVar = {"password": PASSWORD}


class ResetPasswordForm(InOurWords, allauth.ResetPasswordForm):
    """Where to send the link."""

    words: ClassVar = {"email": EMAIL}


class ResetPasswordKeyForm(InOurWords, allauth.ResetPasswordKeyForm):
    """A new password, twice, by the link."""

    words: ClassVar = {"password1": NEW_PASSWORD, "password2": NEW_PASSWORD_AGAIN}


class ChangePasswordForm(InOurWords, allauth.ChangePasswordForm):
    """The old password and a new one, twice."""

    words: ClassVar = {
        "oldpassword": (_("Present password"), _("Type your present password.")),
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD_AGAIN,
    }


class AddEmailForm(InOurWords, allauth.AddEmailForm):
    """A new e-mail address."""

    words: ClassVar = {"email": (_("New address"), _("Type the new address."))}

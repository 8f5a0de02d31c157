"""What we settle for django-allauth."""

from typing import ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.account.models import EmailAddress
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import bell
from accounts.services.mail_choices import trust_address


class AccountAdapter(DefaultAccountAdapter):
    """One person is one account, so e-mail addresses are kept in lower case."""

    error_messages: ClassVar = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is switched off."),
        "duplicate_email": _("You sign in with this address already."),
        "email_password_mismatch": _("That e-mail and password do not fit together."),
        "enter_current_password": _("That is not your present password."),
        "incorrect_password": _("That is not your password."),
    }

    def clean_email(self, email: str) -> str:
        return str(super().clean_email(email)).strip().lower()

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Mail has reached the address, so it is written to again."""
        confirmed = bool(super().confirm_email(request, email_address))
        if confirmed:
            trust_address(person=email_address.user)
        return confirmed

    def logout(self, request: HttpRequest) -> None:
        """What was open in this session ends with it, also in other windows."""
        reader = request.user.pk
        super().logout(request)
        if reader is not None:
            bell.check(reader)

    def is_safe_url(self, url: str) -> bool:
        """Whether a redirect there stays on the site; what is no address at all does not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False


def client_address(request: HttpRequest) -> str:
    """The visitor's address behind TRUSTED_PROXY_COUNT proxies: the one function that says it."""
    return str(get_account_adapter(request).get_client_ip(request))

"""What we settle for django-allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.adapter import get_adapter as get_account_adapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """One person is one account, so e-mail addresses are kept in lower case."""

    def clean_email(self, email: str) -> str:
        return str(super().clean_email(email)).strip().lower()

    def is_safe_url(self, url: str) -> bool:
        """Whether a redirect there stays on the site; what is no address at all does not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False


def client_address(request: HttpRequest) -> str:
    """The visitor's address behind TRUSTED_PROXY_COUNT proxies: the one function that says it."""
    return str(get_account_adapter(request).get_client_ip(request))

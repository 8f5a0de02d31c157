"""The desk: Django's admin, entered through the site's own sign-in and its limits."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _


def password_change(
    request: HttpRequest, extra_context: dict[str, object] | None = None
) -> HttpResponseRedirect:
    """One page changes a password, and it also ends the person's other sessions."""
    return redirect("account_change_password")


admin.site.site_header = _("Threshold desk")
admin.site.site_title = _("Threshold desk")
admin.site.index_title = _("Overview")
# Everything stands on the first page; beside a table there is no room to spare.
admin.site.enable_nav_sidebar = False
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = password_change  # type: ignore[method-assign,assignment]

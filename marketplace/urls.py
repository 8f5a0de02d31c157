"""Every address of the site."""

from allauth.account import views as allauth
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from accounts import views as accounts
from accounts.limits import limited
from marketplace import errors, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("", include("messaging.urls")),
    path("settings/", accounts.settings, name="settings"),
    path("settings/profile/", accounts.profile, name="profile"),
    path("settings/client/", accounts.client_account, name="client_account"),
    # Before allauth's own, to count tries by account and network.
    path("account/login/", limited("sign-in")(allauth.login), name="account_login"),
    path("account/signup/", limited("sign-up")(accounts.Signup.as_view()), name="account_signup"),
    path(
        "account/password/reset/",
        limited("sign-up")(allauth.password_reset),
        name="account_reset_password",
    ),
    path("account/", include("allauth.account.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("admin/", admin.site.urls),
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler429 = errors.too_many_requests
handler500 = errors.server_error

"""Every address of the site."""

from allauth.account import views as allauth
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from accounts.limits import limited
from accounts.views.entrance import Signup
from marketplace import errors, health, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("", include("messaging.urls")),
    path("", include("accounts.urls")),
    # Before allauth's own, to count tries by account and network.
    path("account/login/", limited("sign-in")(allauth.login), name="account_login"),
    path("account/signup/", limited("sign-up")(Signup.as_view()), name="account_signup"),
    path(
        "account/password/reset/",
        limited("sign-up")(allauth.password_reset),
        name="account_reset_password",
    ),
    path("account/", include("allauth.account.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
    path("admin/", admin.site.urls),
    *health.addresses,
]

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler429 = errors.too_many_requests
handler500 = errors.server_error

"""A person's own settings, the client account and its members, and invitations."""

from django.urls import path

from accounts.views import client, invitations, mail, settings

urlpatterns = [
    path("settings/", settings.settings, name="settings"),
    path("settings/profile/", settings.profile, name="profile"),
    path("settings/mail/", mail.mail_settings, name="mail_settings"),
    path("settings/mail/again/", mail.mail_again, name="mail_again"),
    path("mail/<str:token>/", mail.mail_off, name="mail_off"),
    path("settings/client/", client.client_account, name="client_account"),
    path("settings/client/leaving/", client.leaving, name="leaving"),
    path("settings/client/invitations/", client.invite, name="invite"),
    path(
        "settings/client/invitations/<slug:code>/revoking/",
        client.revoking,
        name="invitation_revoking",
    ),
    path("settings/client/members/<int:pk>/role/", client.role, name="role"),
    path("settings/client/members/<int:pk>/removal/", client.removal, name="removal"),
    path("invitations/<slug:code>/", invitations.invitation, name="invitation"),
    path("invitations/<slug:code>/joining/", invitations.joining, name="joining"),
]

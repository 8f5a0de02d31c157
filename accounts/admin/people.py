"""The people who sign in."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import is_superuser, save_changed
from accounts.locks import lock_clients, lock_freelancer
from accounts.models import FreelancerProfile, Membership, User

RIGHTS = ("is_staff", "is_superuser", "groups", "user_permissions")


class NewUserForm(AdminUserCreationForm):  # type: ignore[type-arg] # generic to the checker only
    class Meta:
        model = User
        fields = ("email", "name")

    def clean_email(self) -> str:
        """In lower case, as at sign-up, so that one person is one account."""
        email = str(self.cleaned_data["email"]).strip().lower()
        if User.objects.filter(email=email).exists():
            raise forms.ValidationError(_("Somebody signs in with this address already."))
        return email


class UserForm(UserChangeForm):  # type: ignore[type-arg] # generic to the checker only
    class Meta:
        model = User
        fields = "__all__"


@admin.register(User)
class UserAdmin(StockUserAdmin):  # type: ignore[type-arg] # generic to the checker only
    """The address is the person's own to change, because the new one has to be verified."""

    form = UserForm
    add_form = NewUserForm
    actions = None
    list_per_page = 50
    show_full_result_count = False
    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "groups")
    search_fields = ("email", "name")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("email", "name", "time_zone", "password")}),
        (_("What they may do"), {"fields": ("is_active", *RIGHTS)}),
        (_("When"), {"fields": ("date_joined", "last_login")}),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "name", "usable_password", "password1", "password2")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        fixed = ["date_joined", "last_login"]
        if obj is not None:
            fixed.append("email")
        return fixed if is_superuser(request) else [*fixed, *RIGHTS]

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Who may edit people may still not take over a superuser."""
        allowed = bool(super().has_change_permission(request, obj))
        return allowed and (obj is None or not obj.is_superuser or is_superuser(request))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A person who may no longer sign in neither sends nor is written to, so the locks of a
        send are taken, the clients' first."""
        if not change:
            obj.save()
            return
        lock_clients(Membership.objects.filter(user=obj).values_list("client", flat=True))
        for profile in FreelancerProfile.objects.filter(user=obj):
            lock_freelancer(profile.pk)
        save_changed(obj, form)

"""A person's own settings: who they are, their profile, their client account."""

from typing import Any

from allauth.account.views import SignupView
from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.forms import ClientForm, PersonForm, ProfileForm
from accounts.guards import freelancer_of, freelancer_only, member_of, member_only, person
from accounts.models import FreelancerProfile, Membership


class Signup(SignupView):
    """Sign-up, with the door already chosen where a link says which: `?role=client`."""

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), "role": self.request.GET.get("role")}


def settings(request: HttpRequest) -> HttpResponse:
    """Name and time zone, and the way to everything else about oneself."""
    form = PersonForm(request.POST or None, instance=person(request))
    if request.method == "POST" and form.is_valid():
        form.save()
        flash.success(request, _("Saved."))
        return redirect("settings")
    context = {"form": form, "freelancer": freelancer_of(request), "member": member_of(request)}
    return render(request, "settings/person.html", context, status=422 if form.errors else 200)


@freelancer_only
def profile(request: HttpRequest, freelancer: FreelancerProfile) -> HttpResponse:
    """What clients see in the directory."""
    form = ProfileForm(request.POST or None, instance=freelancer)
    if request.method == "POST" and form.is_valid():
        form.save()
        flash.success(request, _("Saved. Clients see it from now on."))
        return redirect("profile")
    return render(
        request, "settings/profile.html", {"form": form}, status=422 if form.errors else 200
    )


@member_only
def client_account(request: HttpRequest, member: Membership) -> HttpResponse:
    """What freelancers see of the account; owners edit it."""
    owner = member.role == Membership.Role.OWNER
    if request.method == "POST" and not owner:
        raise PermissionDenied(_("Only an owner of the account can change it."))
    form = ClientForm(request.POST or None, instance=member.client, disabled=not owner)
    if request.method == "POST" and form.is_valid():
        form.save()
        flash.success(request, _("Saved. Freelancers see it from now on."))
        return redirect("client_account")
    members = member.client.memberships.filter(left_at=None).select_related("user")[:100]
    context = {"form": form, "owner": owner, "members": members}
    return render(
        request, "settings/client_account.html", context, status=422 if form.errors else 200
    )

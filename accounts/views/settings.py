"""A person's own settings: who they are, and their profile."""

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import selectors
from accounts.forms import PersonForm, ProfileForm
from accounts.guards import freelancer_of, freelancer_only, member_of, person
from accounts.models import FreelancerProfile


def settings(request: HttpRequest) -> HttpResponse:
    """Name and time zone, and the way to everything else about oneself."""
    reader, member = person(request), member_of(request)
    form = PersonForm(request.POST or None, instance=reader)
    if request.method == "POST" and form.is_valid():
        form.save()
        flash.success(request, _("Saved."))
        return redirect("settings")
    context = {
        "form": form,
        "freelancer": freelancer_of(request),
        "member": member,
        "invitations": [] if member else selectors.invitations_of(reader, timezone.now()),
    }
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

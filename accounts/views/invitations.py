"""The page that an invitation's link leads to, and joining by it."""

from django.contrib import messages as flash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import selectors, services
from accounts.clock import database_now
from accounts.guards import act_of, person
from accounts.models import Invitation, User


@login_not_required
@require_safe
@never_cache
def invitation(request: HttpRequest, code: str) -> HttpResponse:
    """What it is, and what its reader has to do to join. Looking joins nobody."""
    asked = selectors.open_invitation(code, timezone.now())
    return _over(request, 404) if asked is None else _page(request, asked)


@act_of("invitation")
def joining(request: HttpRequest, code: str) -> HttpResponse:
    """The invited person writes for the account from now on."""
    asked = selectors.invitation(code)
    if asked is None:
        return _over(request, 404)
    try:
        services.join(user=person(request), invitation=asked, clock=database_now)
    except services.InvitationOver:
        return _over(request, 409)
    except services.NotInvited:
        return _page(request, asked, 403)
    except services.AlreadyMember:
        return _page(request, asked, 409)
    sentence = _("You write for {name} from now on.")
    flash.success(request, sentence.format(name=asked.client.name))
    return redirect("eligibility")


def _page(request: HttpRequest, asked: Invitation, status: int = 200) -> HttpResponse:
    reader = request.user
    context = {
        "invitation": asked,
        "hint": _hint(asked.email),
        "theirs": isinstance(reader, User) and selectors.is_theirs(reader, asked.email),
    }
    return render(request, "invitations/page.html", context, status=status)


def _over(request: HttpRequest, status: int) -> HttpResponse:
    """One page for what never was, is over, was taken back or taken up."""
    return render(request, "invitations/over.html", status=status)


def _hint(email: str) -> str:
    """ "c…@people.example": the rest is known to whose it is, and to nobody who found the link."""
    name, _at, host = email.rpartition("@")
    return f"{name[:1]}…@{host}"

"""What a person is told by mail, and the link in each mail that stops it."""

from django.contrib import messages as flash
from django.contrib.auth.decorators import login_not_required
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.clock import database_now
from accounts.forms import MailForm
from accounts.guards import act_of, freelancer_of, member_of, person
from accounts.models import Notification, User
from accounts.notify import UNSUBSCRIBE
from accounts.services import mail_choices


def mail_settings(request: HttpRequest) -> HttpResponse:
    """For each kind of news, when it comes by mail."""
    reader, member, freelancer = person(request), member_of(request), freelancer_of(request)
    form = MailForm(
        request.POST or None, person=reader, is_member=bool(member), is_freelancer=bool(freelancer)
    )
    if request.method == "POST" and form.is_valid():
        mail_choices.choose_mail(person=reader, times=form.cleaned_data, clock=database_now)
        flash.success(request, _("Saved. It holds from now on, for mails that wait as well."))
        return redirect("mail_settings")
    context = {"form": form, "freelancer": freelancer, "member": member}
    return render(request, "settings/mail.html", context, status=422 if form.errors else 200)


@act_of("mail_settings")
def mail_again(request: HttpRequest) -> HttpResponse:
    """Mail had come back from the person's address; they say that it works."""
    mail_choices.trust_address(person=person(request))
    flash.success(request, _("We write to this address again."))
    return redirect("mail_settings")


@csrf_exempt
@login_not_required
def mail_off(request: HttpRequest, token: str) -> HttpResponse:
    """The link at the end of a mail. A GET changes nothing: scanners follow links.

    A POST needs no session and no form of ours: mail programs send it by themselves (RFC 8058,
    section 3.2), and the sealed token says who stops what and can do nothing else.
    """
    reader, kinds = _unseal(token)
    if request.method == "POST":
        mail_choices.stop_mail(person=reader, kinds=kinds, clock=database_now)
    done = mail_choices.has_stopped(person=reader, kinds=kinds)
    labels = [kind.label for kind in kinds]
    return render(request, "settings/mail_off.html", {"labels": labels, "done": done})


def _unseal(token: str) -> tuple[User, list[Notification.Kind]]:
    """Raises Http404."""
    try:
        pk, names = signing.loads(token, salt=UNSUBSCRIBE)
        kinds = [Notification.Kind(name) for name in names]
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise Http404 from error
    reader = User.objects.filter(pk=pk).first()
    if reader is None:
        raise Http404
    return reader, kinds

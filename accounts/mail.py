"""Mail of our own; django-allauth sends the rest."""

import logging
import smtplib

from allauth.utils import build_absolute_uri
from django.core.mail import send_mail
from django.http import HttpRequest
from django.template.loader import render_to_string

from accounts.models import Invitation

log = logging.getLogger(__name__)
#: What a mail server that is away, or refuses, raises; the last is an address it cannot write.
NOT_SENT = (smtplib.SMTPException, OSError, ValueError)


def send_invitation(request: HttpRequest, invitation: Invitation) -> bool:
    """Tell the invited person, once the invitation is stored. Whether the mail went out."""
    context = {
        "invitation": invitation,
        "url": build_absolute_uri(request, invitation.get_absolute_url()),
    }
    subject = render_to_string("invitations/mail_subject.txt", context)
    try:
        send_mail(
            subject=" ".join(subject.split()),
            message=render_to_string("invitations/mail_message.txt", context),
            from_email=None,
            recipient_list=[invitation.email],
        )
    except NOT_SENT as error:
        log.warning("invitation not sent: %s", type(error).__name__)
        return False
    return True

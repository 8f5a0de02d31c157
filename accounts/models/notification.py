"""What people must be told: the outbox, and what each of them wants to be told by mail."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.client import ClientAccount
from accounts.models.freelancer import FreelancerProfile

#: Of a notification that is told: there is nothing more to do with it.
_DONE = models.Q(parked_at=None) & (models.Q(mail_due_at=None) | models.Q(mailed_at__isnull=False))


class MailTime(models.TextChoices):
    """When a kind of news goes out by mail."""

    AT_ONCE = "at_once", _("At once")
    DAILY = "daily", _("Once a day")
    OFF = "off", _("Never")


class Notification(models.Model):
    """One thing one person must be told, written in the transaction that made it true.

    `subject` is what it is about: the row's id in the table that the kind stands for; of the gate
    and the places the instant, in whole seconds since 1970. `public_id` is that of the page it
    leads to. It is told from `due_at` on. A mail leaves at `mail_due_at` (none: no mail), unless it
    has become needless by then. Whoever sends it claims it until `claimed_until`, so that of two
    who drain the outbox one sends it, and a claim whose holder died is taken over. From its first
    try on `mail` names the mail that it is in, and those in it are tried again together. After
    `MOST_TRIES` it is parked, where an operator finds it. The row goes NOTICES_KEPT after it was
    told; its cause is told to nobody again, for none lasts so long.
    """

    class Kind(models.TextChoices):
        REQUEST = "request", _("Requests from clients")
        EXPIRING = "expiring", _("Requests about to expire")
        MESSAGE = "message", _("Messages in conversations")
        ANSWER = "answer", _("Answers to your requests")
        PLACES = "places", _("Room for a new person")
        GATE = "gate", _("Whether you can write to freelancers")
        STANDING = "standing", _("Holds on your account")
        DECISION = "decision", _("What came of your reports")

    class Detail(models.TextChoices):
        ACCEPTED = "accepted"
        DECLINED = "declined"
        PUT_OFF = "put_off"
        EXPIRED = "expired"
        PLACED = "placed"
        RELEASED = "released"
        UPHELD = "upheld"
        DISMISSED = "dismissed"
        GAINED = "gained"
        LAPSING = "lapsing"
        LOST = "lost"

    #: Told in lists of their own, so not on the page of notices.
    LISTED_ELSEWHERE: ClassVar = (Kind.REQUEST, Kind.MESSAGE)
    #: The mail about it was sent or is not to be: neither waiting nor parked.
    DONE: ClassVar = _DONE
    MOST_TRIES = 8

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications"
    )
    kind = models.CharField(max_length=8, choices=Kind.choices)
    detail = models.CharField(max_length=9, choices=Detail.choices, blank=True)
    subject = models.BigIntegerField()
    public_id = models.UUIDField(null=True)
    client = models.ForeignKey(ClientAccount, models.CASCADE, null=True, related_name="+")
    freelancer = models.ForeignKey(FreelancerProfile, models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    rung_at = models.DateTimeField(null=True)
    mail_due_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    mail = models.UUIDField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=60, blank=True)
    parked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["recipient", "kind", "subject", "detail"],
                name="one_notification_per_cause",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    kind__in=[
                        "request",
                        "expiring",
                        "message",
                        "answer",
                        "places",
                        "gate",
                        "standing",
                        "decision",
                    ]
                ),
                name="notification_kind_is_known",
            ),
            models.CheckConstraint(
                condition=models.Q(due_at__gte=models.F("at")), name="told_after_it_happened"
            ),
            models.CheckConstraint(
                condition=models.Q(mailed_at=None)
                | models.Q(mail_due_at__isnull=False, parked_at=None),
                name="mailed_only_what_was_to_be_mailed",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["recipient", "-due_at", "-id"],
                condition=~models.Q(kind__in=["request", "message"]),  # LISTED_ELSEWHERE
                name="notices_of_person",
            ),
            models.Index(
                fields=["mail_due_at", "id"],
                condition=models.Q(mail_due_at__isnull=False, mailed_at=None, parked_at=None),
                name="mails_to_send",
            ),
            models.Index(
                fields=["recipient", "mail_due_at"],
                condition=models.Q(mail_due_at__isnull=False, mailed_at=None, parked_at=None),
                name="mails_to_send_to_person",
            ),
            models.Index(
                fields=["due_at"], condition=models.Q(rung_at=None), name="notifications_to_ring"
            ),
            models.Index(
                fields=["-parked_at"],
                condition=models.Q(parked_at__isnull=False),
                name="mails_parked",
            ),
            models.Index(fields=["kind", "subject"], name="notifications_about"),
            models.Index(fields=["due_at"], condition=_DONE, name="notifications_done"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} for person {self.recipient_id}"


class MailChoice(models.Model):
    """What a person chose for one kind of news; without a row the kind's default holds."""

    #: The kinds that can wait for the daily mail.
    DIGESTED: ClassVar = (Notification.Kind.REQUEST, Notification.Kind.EXPIRING)
    DEFAULTS: ClassVar = {
        Notification.Kind.REQUEST: MailTime.DAILY,
        Notification.Kind.EXPIRING: MailTime.DAILY,
        Notification.Kind.PLACES: MailTime.OFF,
    }

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="mail_choices"
    )
    kind = models.CharField(max_length=8, choices=Notification.Kind.choices)
    time = models.CharField(max_length=7, choices=MailTime.choices)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "kind"], name="one_mail_choice_per_kind"),
            models.CheckConstraint(
                condition=models.Q(time__in=["at_once", "off"])
                | models.Q(time="daily", kind__in=["request", "expiring"]),
                name="mail_choice_is_offered",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.get_time_display()}"

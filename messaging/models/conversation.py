"""The pair's conversation and its messages."""

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.models import ClientAccount, FreelancerProfile


class Side(models.TextChoices):
    CLIENT = "client"
    FREELANCER = "freelancer"


class Conversation(models.Model):
    """One per client and freelancer, ever. Open for both once a request was accepted.

    Each side has read up to a sequence number; unread is what the other side wrote after it.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    client = models.ForeignKey(ClientAccount, models.PROTECT, related_name="conversations")
    freelancer = models.ForeignKey(FreelancerProfile, models.PROTECT, related_name="conversations")
    accepted_at = models.DateTimeField(null=True)
    last_seq = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()
    client_read_seq = models.PositiveIntegerField(default=0)
    freelancer_read_seq = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client", "freelancer"], name="one_conversation_per_pair"
            ),
            models.CheckConstraint(
                condition=models.Q(client_read_seq__lte=models.F("last_seq"))
                & models.Q(freelancer_read_seq__lte=models.F("last_seq")),
                name="read_only_what_is_written",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["client", "-last_at", "-id"],
                condition=models.Q(accepted_at__isnull=False),
                name="conversations_of_client",
            ),
            models.Index(
                fields=["freelancer", "-last_at", "-id"],
                condition=models.Q(accepted_at__isnull=False),
                name="conversations_of_freelancer",
            ),
            models.Index(
                fields=["client"],
                condition=models.Q(
                    accepted_at__isnull=False, last_seq__gt=models.F("client_read_seq")
                ),
                name="unread_by_client",
            ),
            models.Index(
                fields=["freelancer"],
                condition=models.Q(
                    accepted_at__isnull=False, last_seq__gt=models.F("freelancer_read_seq")
                ),
                name="unread_by_freelancer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client} and {self.freelancer}"

    @property
    def shows_reading(self) -> bool:
        """Whether both sides let each other see how far they have read."""
        return self.client.shows_reading and self.freelancer.shows_reading


class Message(models.Model):
    """Plain text. `sender_client` is the account it was written for; none: the freelancer wrote it.

    `submission_key` names one sending, so that a repeat finds the first result.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # `message_order_is_exact` begins with it. An index of its own would be taken instead, and a
    # whole thread be read to count what is unread.
    conversation = models.ForeignKey(
        Conversation, models.PROTECT, db_index=False, related_name="thread"
    )
    seq = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    sender_client = models.ForeignKey(
        ClientAccount, models.PROTECT, null=True, related_name="sent_messages"
    )
    body = models.TextField()
    sent_at = models.DateTimeField()
    submission_key = models.CharField(max_length=255)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_order_is_exact"),
            models.UniqueConstraint(
                fields=["sender_client", "submission_key"], name="one_message_per_client_key"
            ),
            models.UniqueConstraint(
                fields=["author", "submission_key"],
                condition=models.Q(sender_client=None),
                name="one_message_per_freelancer_key",
            ),
            models.CheckConstraint(
                condition=~models.Q(body="") & ~models.Q(submission_key=""),
                name="message_is_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return f"Message {self.seq} of conversation {self.conversation_id}"

    @property
    def side(self) -> Side:
        return Side.FREELANCER if self.sender_client_id is None else Side.CLIENT

"""Requests, conversations, quota, blocks, flags, and the log of every act."""

from messaging.models.conversation import Conversation, Message
from messaging.models.log import Act, ModerationAction
from messaging.models.request import ContactRequest, QuotaEntry, Receipt
from messaging.models.safety import Block, Flag

__all__ = [
    "Act",
    "Block",
    "ContactRequest",
    "Conversation",
    "Flag",
    "Message",
    "ModerationAction",
    "QuotaEntry",
    "Receipt",
]

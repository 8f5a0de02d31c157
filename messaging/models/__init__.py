"""Requests, conversations, quota, blocks, links, flags, and the log of every act."""

from messaging.models.conversation import Conversation, Message
from messaging.models.draft import Draft
from messaging.models.link import OpenDoorLink
from messaging.models.log import Act, ModerationAction
from messaging.models.request import ContactRequest, QuotaEntry, Receipt
from messaging.models.safety import Block, DoorTrial, Flag

__all__ = [
    "Act",
    "Block",
    "ContactRequest",
    "Conversation",
    "DoorTrial",
    "Draft",
    "Flag",
    "Message",
    "ModerationAction",
    "OpenDoorLink",
    "QuotaEntry",
    "Receipt",
]

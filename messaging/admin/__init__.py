"""The moderation desk: the flag queue, holds, and the rows that are never edited."""

from messaging.admin.flags import FlagAdmin
from messaging.admin.holds import HoldAdmin
from messaging.admin.records import ActAdmin, ModerationActionAdmin, QuotaEntryAdmin, ReceiptAdmin
from messaging.admin.trials import DoorTrialAdmin

__all__ = [
    "ActAdmin",
    "DoorTrialAdmin",
    "FlagAdmin",
    "HoldAdmin",
    "ModerationActionAdmin",
    "QuotaEntryAdmin",
    "ReceiptAdmin",
]

"""What people fill in about messages, requests, flags and the door."""

from messaging.forms.door import DoorForm
from messaging.forms.flags import FlagForm
from messaging.forms.letters import (
    KeyedForm,
    MessageForm,
    ReadingForm,
    RequestForm,
    code_in,
    letter_widget,
    new_key,
    say_visible,
)
from messaging.forms.live import Shown
from messaging.forms.sent import SentForm
from messaging.forms.talent import TalentForm

__all__ = [
    "DoorForm",
    "FlagForm",
    "KeyedForm",
    "MessageForm",
    "ReadingForm",
    "RequestForm",
    "SentForm",
    "Shown",
    "TalentForm",
    "code_in",
    "letter_widget",
    "new_key",
    "say_visible",
]

"""Expected failures of the services, each of a type of its own."""

from messaging.door import Refusal
from messaging.models import ContactRequest, Conversation
from messaging.policy import SendContext


class Refused(Exception):
    """The message was judged and not accepted; nothing was written."""

    def __init__(self, refusal: Refusal, context: SendContext | None = None) -> None:
        super().__init__(refusal)
        self.refusal = refusal
        self.context = context


class KeyReused(Exception):
    """This submission key already sent something else; nothing was written."""


class SkillGone(Exception):
    """The freelancer took the chosen skill off their profile meanwhile; nothing was written."""


class NotAMember(Exception):
    """The person no longer writes for this client account; nothing was written."""


class NotOpen(Exception):
    """The conversation was never accepted, so nobody writes in it yet; nothing was written."""

    def __init__(self, conversation: Conversation) -> None:
        super().__init__(conversation.pk)
        self.conversation = conversation


class OwnBlock(Exception):
    """The freelancer has blocked this client, so has to unblock before writing."""


class Gone(Exception):
    """The freelancer left the marketplace meanwhile."""


class AlreadyFlagged(Exception):
    """This person has flagged this message before."""


class AlreadyDecided(Exception):
    """Somebody decided this flag, or placed or released this hold, meanwhile."""


class OwnCase(Exception):
    """The moderator is a party to this case."""


class NotInTime(Exception):
    """The database took too long over this one, or the page's time was over before its turn."""


class Moved(Exception):
    """The request does not wait any more, or its answer stands: `request` says how it is now."""

    def __init__(self, request: ContactRequest) -> None:
        super().__init__(request.pk)
        self.request = request


class Stranger(Exception):
    """The freelancer has no relationship with this client, so cannot write first."""


class TooOften(Exception):
    """The person has done this as often as they may for the time being."""

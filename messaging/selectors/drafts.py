"""What a person has typed and not sent yet."""

from typing import Any

from accounts.models import ClientAccount, FreelancerProfile
from messaging.models import Conversation, Draft

#: What a draft is for.
Place = FreelancerProfile | Conversation | ClientAccount


def at_place(place: Place) -> dict[str, Any]:
    """The draft's column for what it is for."""
    match place:
        case FreelancerProfile():
            return {"freelancer": place}
        case Conversation():
            return {"conversation": place}
        case ClientAccount():
            return {"client": place}


def draft_of(owner_id: int, place: Place) -> Draft | None:
    """The person's own draft for this place. One query."""
    return Draft.objects.filter(owner_id=owner_id, **at_place(place)).first()

"""Expected failures of the services, each of a type of its own. Nothing was written."""


class NotAnOwner(Exception):
    """The person does not own the account, or not any more."""


class LastOwner(Exception):
    """Nobody else would own the account."""


class AlreadyMember(Exception):
    """The person writes for an account already, and one login writes for one."""


class InvitationOver(Exception):
    """The invitation was taken up, taken back, or its time is over."""


class NotInvited(Exception):
    """The invitation is for an address that this person has not confirmed as theirs."""

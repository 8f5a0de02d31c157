"""The small marketplace of stage.py, for every test that asks for it."""

from datetime import datetime

import pytest

from accounts.clock import database_now
from accounts.models import Invitation, Membership, User
from accounts.services import invite
from tests import people
from tests.web import stage
from tests.web.invited import EMAIL


@pytest.fixture
def world(now: datetime) -> stage.World:
    return stage.build(now)


@pytest.fixture
def invitation(cleo: Membership) -> Invitation:
    """Cleo invites Nora."""
    return invite(owner=cleo, email=EMAIL, clock=database_now)


@pytest.fixture
def nora(db: None) -> User:
    """Signs in with the invited address, and is nobody's member."""
    return people.user("Nora", email=EMAIL)

"""The small marketplace of stage.py, for every test that asks for it."""

from datetime import datetime

import pytest

from tests.web import stage


@pytest.fixture
def world(now: datetime) -> stage.World:
    return stage.build(now)

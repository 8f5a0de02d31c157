"""Who else works at the desk."""

import pytest
from django.test import Client

from tests import people


@pytest.fixture
def root(db, signed_in) -> Client:
    """A browser in which a superuser is signed in."""
    browser: Client = signed_in(people.user("Rut", is_staff=True, is_superuser=True))
    return browser

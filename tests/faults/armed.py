"""The site's settings, and crashes that a test can arm (crashes.py)."""

from marketplace.settings import *  # noqa: F403
from marketplace.settings import INSTALLED_APPS as AS_DEPLOYED

INSTALLED_APPS = [*AS_DEPLOYED, "tests.faults.crashes.Crashes"]

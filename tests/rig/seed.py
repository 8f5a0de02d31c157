"""Makes people in the database of the environment: `python -m tests.rig.seed CLIENTS FREELANCERS`.

It prints them with a session each, so that nobody types a password.
"""

import json
import os
import sys
import uuid
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from tests.rig.people import People, Person


def make(clients: int, freelancers: int) -> People:
    """Clients of the legacy plan, who may write to forty people; freelancers with open doors."""
    from django.utils import timezone

    from accounts.models.client import Plan
    from tests import people

    now: datetime = timezone.now() - timedelta(seconds=1)
    mark = uuid.uuid4().hex[:6]
    accounts = [people.client(f"C {mark} {n}", now, plan=Plan.PLUS) for n in range(clients)]
    members = [people.member(account) for account in accounts]
    profiles = [people.freelancer(f"F {mark} {n}", skills=()) for n in range(freelancers)]
    return People(
        [Person(each.client_id, session_of(each.user)) for each in members],
        [Person(each.pk, session_of(each.user), each.slug) for each in profiles],
    )


def session_of(user: Any) -> str:
    """The key of a new session, as signing in makes one."""
    from django.conf import settings
    from django.test import Client

    browser = Client()
    browser.force_login(user)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def main() -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "marketplace.settings"
    django.setup()
    from django.db import transaction
    from django.test import override_settings

    quick = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=quick), transaction.atomic():
        made = make(*map(int, sys.argv[1:]))
    print(json.dumps(asdict(made)))


if __name__ == "__main__":
    main()

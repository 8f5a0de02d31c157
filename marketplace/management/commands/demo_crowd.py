"""A crowd of clients that writes to one demo freelancer, of any size and of your own words."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError

from accounts.clock import database_now
from accounts.models import FreelancerProfile
from marketplace.demo import cast, crowd, people


class Command(BaseCommand):
    help = "Makes clients whose requests wait for one freelancer, for looking around and for tests."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--for", dest="login", default=cast.CROWDED, help="a demo freelancer")
        parser.add_argument("--count", type=int, default=cast.CROWD)
        parser.add_argument("--seed", type=int, default=2, help="another number, another crowd")
        parser.add_argument("--names", type=Path, help="JSON with firstNames and lastNames")
        parser.add_argument("--skills", type=Path, help="CSV with a column skill")
        parser.add_argument("--titles", type=Path, help="CSV with a column title")

    def handle(self, *, login: str, count: int, seed: int, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError("This is a production site: its clients are its own.")
        freelancer = FreelancerProfile.objects.filter(user__email=people.address(login)).first()
        if freelancer is None:
            raise CommandError(f"There is no demo freelancer {login}. `manage.py up` makes them.")
        try:
            words = crowd.read_words(options["names"], options["skills"], options["titles"])
        except (OSError, KeyError, ValueError) as error:
            raise CommandError(f"The words could not be read: {error}") from error
        made = crowd.gather(
            freelancer,
            count,
            database_now(),
            password=make_password(cast.PASSWORD),
            words=words,
            seed=seed,
        )
        self.stdout.write(f"{len(made)} requests wait for {freelancer.name}.")

"""Everything `make run` needs: tables, demo data once, and one server process."""

import os
import warnings
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.clock import database_now
from marketplace import env
from marketplace.demo import build, cast, people
from marketplace.keeper import Keeper


class Command(BaseCommand):
    help = "Migrate, load the demo once, and serve on 127.0.0.1 (PORT, 8000 if unset)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--no-serve", action="store_true", help="stop before serving")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.EMBEDDED:
            raise CommandError(
                "DATABASE_URL is set, so this is a production site: `up` would fill it with demo "
                "people. Unset it to look around, or start the site as the README says."
            )
        port = env.integer("PORT", 8000, least=1)
        call_command("migrate", interactive=False, verbosity=0)
        if build.is_begun() and not build.is_built():
            raise CommandError(
                f"An earlier start was cut short. Delete {settings.VAR_DIR} and start again."
            )
        if not build.is_built():
            build.build(database_now())
        self._tell(port)
        if options["no_serve"]:
            return
        # Static files are read in a thread; that they are no async iterator is no news.
        warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume")
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
        keeper = Keeper()
        keeper.start()
        try:
            uvicorn.run(
                "marketplace.asgi:application",
                host="127.0.0.1",
                port=port,
                lifespan="off",
                log_level="warning",
                timeout_graceful_shutdown=2,
            )
        finally:
            keeper.stop()

    def _tell(self, port: int) -> None:
        shown = [
            *((c.login, c.person, c.shows) for c in cast.CLIENTS),
            *((f.login, f.name, f.shows) for f in cast.FREELANCERS),
            cast.MODERATOR,
        ]
        self.stdout.write(f"\nThreshold is on http://127.0.0.1:{port}/ (stop it with Ctrl-C).")
        self.stdout.write(f"Mail lands in {settings.EMAIL_FILE_PATH}.")
        self.stdout.write(f"Demo people, all with the password: {cast.PASSWORD}\n\n")
        for login, name, shows in shown:
            if shows:
                self.stdout.write(f"  {name:<16} {people.address(login):<24} {shows}")
        self.stdout.write("")

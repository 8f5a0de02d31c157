"""The pages that the proxy shows by itself, as files."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.template.loader import render_to_string

#: What nginx answers while the site cannot: too large a body, and a site that is away.
STATUSES = (413, 503)


class Command(BaseCommand):
    help = "Write the pages that nginx shows by itself into a folder (deploy/nginx.conf)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder: Path, **options: Any) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for status in STATUSES:
            (folder / f"{status}.html").write_text(render_to_string(f"{status}.html"))

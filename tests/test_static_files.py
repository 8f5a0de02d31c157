"""What we serve of others is what we took over, and the sprite holds just the icons in use."""

import hashlib
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"


def test_vendored_files_are_as_they_were_taken_over():
    listed = {}
    for line in (VENDOR / "SHA256SUMS").read_text().splitlines():
        checksum, name = line.split()
        listed[(VENDOR / name).resolve()] = checksum
    vendored = {path for path in VENDOR.rglob("*") if path.is_file() and path.name != "SHA256SUMS"}
    assert vendored <= set(listed)
    for path, checksum in listed.items():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == checksum, path.name


def test_the_sprite_holds_every_icon_in_use_and_no_other():
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static" / "icons.svg").read_text()))
    pages = "".join(page.read_text() for page in (ROOT / "templates").rglob("*.html"))
    used = set(re.findall(r'{% icon "([\w-]+)"', pages))
    used |= set(re.findall(r'\bicon="([\w-]+)"', pages))
    assert sprite == used

"""A freelancer's list of requests, by hand."""

from playwright.sync_api import Page

from messaging.models import ContactRequest

ASKERS = 5


def states() -> list[str]:
    return list(ContactRequest.objects.order_by("pk").values_list("state", flat=True))


def press(page: Page, keys: str) -> None:
    for key in keys.split():
        page.keyboard.press(key)

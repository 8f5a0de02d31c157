"""What an open page says that it shows already."""

from uuid import UUID

from django.http import QueryDict

from messaging.forms.answers import ids_in


class Shown:
    """Reads it from the address. What makes no sense is left out, never an error page: the page
    then gets more than it needs."""

    def __init__(self, data: QueryDict) -> None:
        self._data = data

    @property
    def last(self) -> int:
        """The number of the last message shown, 0 for none."""
        text = self._data.get("after", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    @property
    def cards(self) -> list[UUID]:
        """The requests whose card is shown, each once."""
        return ids_in(self._data.getlist("shown"))

    @property
    def known(self) -> list[UUID]:
        """Those that the page has shown, as a card or otherwise."""
        return ids_in(self._data.getlist("known"))

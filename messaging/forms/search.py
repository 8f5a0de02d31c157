"""Looking for something in a list of one's own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import OneValueEach, too_long
from messaging.selectors import Shelf


class SearchForm(OneValueEach, forms.Form):
    """What to look for, and how far back. What doesn't fit is left out, never an error page."""

    q = forms.CharField(
        label=_("Name, or words that were written"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("Name or words")}),
        error_messages={"max_length": too_long(100)},
    )
    further = forms.IntegerField(required=False, min_value=0, max_value=10_000)

    @property
    def words(self) -> str:
        return str(self.cleaned_data.get("q", ""))

    @property
    def stretch(self) -> int:
        """How many stretches of the list further back is looked."""
        return int(self.cleaned_data.get("further") or 0)


class ShelfForm(SearchForm):
    """Which shelf of requests, and what to look for on it."""

    show = forms.ChoiceField(
        choices=[(shelf.value, shelf.value) for shelf in Shelf],
        required=False,
        widget=forms.HiddenInput,
    )
    q = forms.CharField(
        label=_("Client, skill, or words you have read"),
        required=False,
        max_length=100,
        widget=forms.TextInput(
            attrs={"type": "search", "placeholder": _("Client, skill or words")}
        ),
        error_messages={"max_length": too_long(100)},
    )

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.cleaned_data.get("show") or Shelf.WAITING)

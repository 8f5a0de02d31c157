"""Looking for a freelancer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import OneValueEach


class TalentForm(OneValueEach, forms.Form):
    """The directory's search. What doesn't fit is left out of the search, never an error page."""

    q = forms.CharField(label=_("Words"), required=False, max_length=100)
    skill = forms.SlugField(required=False, max_length=60)

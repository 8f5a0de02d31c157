"""Blocking a client that has not written."""

import re
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accounts.fields import OneValueEach, too_long
from accounts.models import ClientAccount, Membership

#: The address of a client's page, whatever host it names, or only the id in it.
_ADDRESS = re.compile(
    r"(?:\S*/clients/)?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})(?:[/?#]\S*)?",
    re.ASCII | re.IGNORECASE,
)


class BlockForm(OneValueEach, forms.Form):
    """Whom: by the address of their page."""

    client = forms.CharField(
        label=_("Block a client by their link"),
        max_length=400,
        error_messages={
            "required": _("Paste the address of the client's page."),
            "max_length": too_long(400),
        },
    )

    def __init__(self, data: QueryDict | None = None, *, own: Membership | None) -> None:
        """`own`: the reader's place in a client account, which they cannot block."""
        super().__init__(data)
        self.own = own

    def clean_client(self) -> ClientAccount:
        found = _ADDRESS.fullmatch(self.cleaned_data["client"])
        if found is None:
            raise ValidationError(
                _("That is not the address of a client's page. One ends in /clients/ and an id."),
                code="invalid",
            )
        client = ClientAccount.objects.filter(public_id=UUID(found[1])).first()
        if client is None:
            raise ValidationError(
                _("No client has this link. Copy it once more from their page."), code="unknown"
            )
        if self.own is not None and self.own.client_id == client.pk:
            raise ValidationError(_("That is your own client account."), code="own")
        return client

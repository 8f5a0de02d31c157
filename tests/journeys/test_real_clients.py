"""Real clients of real ledgers, moved to today, write through the web form, or are told why not."""

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import ClientAccount, Membership
from eligibility.rules import Criterion
from eligibility.selectors import verdict_at
from messaging.models import ContactRequest
from messaging.wording import missing
from tests import people
from tests.eligibility.ledgers import checked, run
from tests.eligibility.test_reference_ledger import LEDGERS, file_of

CRITERIA = [criterion.value for criterion in Criterion]
AT_MOST = 60  # of each kind, so that the full ledgers stay a matter of seconds
METHODS = ["external_id", "customer_id", "label", "verified_at", "expires", "removed_at"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def verdicts(now: datetime, tmp_path: Path) -> dict[str, dict[str, str]]:
    """Both ledgers ending yesterday, a billing method for nine clients of ten: who passes now?"""
    for ledger in LEDGERS:
        yesterday = (now - timedelta(days=1)).isoformat()
        run("import_ledger", file_of(ledger), "--create-clients", "--shift-to", yesterday)
    methods = tmp_path / "methods.csv"
    with methods.open("w") as file:
        table = csv.DictWriter(file, METHODS)
        table.writeheader()
        for number, client in enumerate(ClientAccount.objects.order_by("pk")):
            if number % 10:
                table.writerow(
                    {
                        "external_id": f"M{number}",
                        "customer_id": client.external_id,
                        "label": "Visa ending 4242",
                        "verified_at": client.joined_at.isoformat(),
                        "expires": f"{now.year + 1}-01",
                    }
                )
    run("import_billing_methods", methods)
    return checked("--all", "--at", (now + timedelta(minutes=5)).isoformat())


def member_of(external_id: str) -> Membership:
    return people.member(ClientAccount.objects.get(external_id=external_id), f"M {external_id}")


def send(browser: Client, to: str):
    return browser.post(
        reverse("compose", args=[to]),
        {
            "kind": "new_project",
            "budget": "500_2k",
            "start": "month",
            "body": "We have a catalogue of forty pages to set, and a printer who waits for it.",
            "submission_key": "one-sending",
        },
    )


def some_of_each(single: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """At most AT_MOST clients for each criterion."""
    by_criterion = {c: [pair for pair in single if pair[1] == c] for c in CRITERIA}
    return [pair for pairs in by_criterion.values() for pair in pairs[:AT_MOST]]


def test_who_passes_really_sends(verdicts, signed_in):
    finn = people.freelancer("Finn", skills=())
    passing = [name for name, row in verdicts.items() if row["eligible"] == "1"][:AT_MOST]
    assert len(passing) >= 3
    for name in passing:
        assert send(signed_in(member_of(name)), finn.slug).status_code == 303
        request = ContactRequest.objects.get(client__external_id=name)
        told = {row["criterion"]: row["observed"] for row in request.receipt.results}
        assert str(told["spend"]) == verdicts[name]["spend_cents"]


def test_who_fails_one_criterion_is_told_which_and_by_how_much(verdicts, signed_in, now):
    finn = people.freelancer("Finn", skills=())
    failing = {
        name: [criterion for criterion in CRITERIA if row[criterion] == "0"]
        for name, row in verdicts.items()
    }
    single = [(name, unmet[0]) for name, unmet in failing.items() if len(unmet) == 1]
    assert {criterion for _, criterion in single} >= {"billing_method", "spend"}
    for name, criterion in some_of_each(single):
        response = send(signed_in(member_of(name)), finn.slug)
        assert response.status_code == 422
        client = ClientAccount.objects.get(external_id=name)
        result = verdict_at(client.pk, now + timedelta(minutes=1)).result(Criterion(criterion))
        assert missing(result) in response.content.decode()
    assert not ContactRequest.objects.exists()

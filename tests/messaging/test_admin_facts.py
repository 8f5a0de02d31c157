"""What the desk writes that a send reads: under the same locks, recorded when it was learned."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import database_now
from accounts.models import ClientAccount, Membership, PlanChange, Relationship, StateChange
from accounts.services import invite
from eligibility.rules import Eligible, Ineligible
from eligibility.selectors import verdict_at
from tests import people
from tests.locks import locks_before_writes
from tests.messaging.cases import instant

CLIENT = ("accounts_clientaccount",)
FREELANCER = ("accounts_freelancerprofile",)
BOTH = CLIENT + FREELANCER
INLINES = ("memberships", "plan_changes", "state_changes")


def client_form(account: ClientAccount, **more: object) -> dict[str, object]:
    """The form as it is opened, with `more` typed into it."""
    form: dict[str, object] = {
        "name": account.name,
        "external_id": "",
        "country": account.country,
        "website": "",
    }
    for prefix in INLINES:
        form |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    members = list(account.memberships.all())
    form |= {"memberships-TOTAL_FORMS": len(members), "memberships-INITIAL_FORMS": len(members)}
    for number, member in enumerate(members):
        form |= {
            f"memberships-{number}-id": member.pk,
            f"memberships-{number}-user": member.user_id,
            f"memberships-{number}-role": member.role,
            f"memberships-{number}-joined_at_0": f"{member.joined_at:%Y-%m-%d}",
            f"memberships-{number}-joined_at_1": f"{member.joined_at:%H:%M:%S}",
        }
    return form | more


# SQLite has one writer and no row locks.
on_postgres = pytest.mark.postgres


def test_an_inactive_account_is_stopped_from_the_next_send_on(root, cleo, now):
    account = cleo.client
    form = client_form(
        account,
        **{"state_changes-TOTAL_FORMS": 1, "state_changes-0-reason": "Closed by its owner."},
        **instant("state_changes-0-at", now - timedelta(days=2)),
    )
    before = database_now()

    answer = root.post(f"/admin/accounts/clientaccount/{account.pk}/change/", form)

    assert answer.status_code == 303
    change = StateChange.objects.get(client=account)
    assert change.active is False
    assert before <= change.recorded_at <= database_now()
    assert isinstance(verdict_at(account.pk, database_now()), Ineligible)
    # What had been sent before was let through by what was known then.
    assert isinstance(verdict_at(account.pk, before), Eligible)


def test_plans_are_added_and_never_edited(root, cleo, now):
    account = cleo.client
    first = PlanChange.objects.get(client=account)
    form = client_form(
        account,
        **{
            "plan_changes-TOTAL_FORMS": 2,
            "plan_changes-INITIAL_FORMS": 1,
            "plan_changes-0-id": first.pk,
            "plan_changes-0-plan": "plus",
            "plan_changes-0-DELETE": "on",
            "plan_changes-1-plan": "basic",
            "plan_changes-1-anchor_day": 3,
        },
        **instant("plan_changes-1-at", now),
    )

    root.post(f"/admin/accounts/clientaccount/{account.pk}/change/", form)

    plans = PlanChange.objects.filter(client=account).order_by("pk")
    assert [change.plan for change in plans] == ["marketplace", "basic"]


def test_a_member_leaves_with_a_date(root, cleo, now):
    form = client_form(cleo.client, **instant("memberships-0-left_at", now))

    root.post(f"/admin/accounts/clientaccount/{cleo.client_id}/change/", form)

    gone = Membership.objects.get(pk=cleo.pk)
    assert gone.left_at == now.replace(microsecond=0)
    assert gone.removed_by is not None
    assert gone.removed_by.is_superuser
    shown = root.get(f"/admin/accounts/clientaccount/{cleo.client_id}/change/").content.decode()
    assert str(gone.removed_by) in shown


def test_an_owner_put_out_at_the_desk_leaves_no_invitation_behind(root, cleo, now):
    invitation = invite(owner=cleo, email="second-cleo@people.example", clock=database_now)
    address = f"/admin/accounts/clientaccount/{cleo.client_id}/change/"

    root.post(address, client_form(cleo.client, name="Cleo & Co."))
    invitation.refresh_from_db()
    assert invitation.revoked_at is None

    root.post(address, client_form(cleo.client, **instant("memberships-0-left_at", now)))
    invitation.refresh_from_db()
    assert invitation.revoked_at is not None


def test_the_marketplaces_own_id_is_given_once(root, cleo, finn, now):
    account, known = cleo.client, people.related(cleo.client, finn, now)
    address = f"/admin/accounts/clientaccount/{account.pk}/change/"
    root.post(address, client_form(account, external_id="17850"))
    assert ClientAccount.objects.get(pk=account.pk).external_id == "17850"
    root.post(address, client_form(account, external_id="99999"))
    assert ClientAccount.objects.get(pk=account.pk).external_id == "17850"

    Relationship.objects.filter(pk=known.pk).update(external_id="C1")
    page = f"/admin/accounts/relationship/{known.pk}/change/"
    assert ">C1<" in root.get(page).content.decode()
    root.post(page, {"kind": "proposal", "external_id": "C2"} | instant("at", now))
    known.refresh_from_db()
    assert (known.kind, known.external_id) == ("proposal", "C1")


def test_a_moderator_changes_nothing_of_a_client(mona, cleo, signed_in):
    address = f"/admin/accounts/clientaccount/{cleo.client_id}/change/"
    desk = signed_in(mona)

    page = desk.get(address)
    assert page.status_code == 200
    assert cleo.user.name in page.content.decode()
    assert desk.post(address, client_form(cleo.client, name="Other")).status_code == 403
    assert ClientAccount.objects.get(pk=cleo.client_id).name == cleo.client.name


def test_a_relationship_is_recorded_when_it_is_written(root, cleo, finn, now):
    since = now - timedelta(days=30)
    form = {"client": cleo.client_id, "freelancer": finn.pk, "kind": "contract"}
    before = database_now()
    root.post("/admin/accounts/relationship/add/", form | instant("at", since))
    relationship = Relationship.objects.get()
    assert before <= relationship.recorded_at <= database_now()

    address = f"/admin/accounts/relationship/{relationship.pk}/"
    root.post(address + "change/", {"kind": "proposal"} | instant("at", since))
    changed = Relationship.objects.get()
    assert changed.kind == "proposal"
    assert changed.recorded_at > relationship.recorded_at

    root.post(address + "delete/", {"post": "yes"})
    assert not Relationship.objects.exists()


def test_the_door_is_the_freelancers_alone(root, olga):
    form = {
        "slug": olga.slug,
        "name": "Olga the Second",
        "door": "open",
        "known_clients_pass": "on",
        "headline": olga.headline,
    }

    root.post(f"/admin/accounts/freelancerprofile/{olga.pk}/change/", form)

    olga.refresh_from_db()
    assert (olga.name, olga.door) == ("Olga the Second", "closed")


@on_postgres
def test_the_desk_takes_the_locks_of_a_send(root, cleo, otto, finn, now):
    known = people.related(cleo.client, finn, now)
    deactivated = {"slug": finn.slug, "name": finn.name} | instant("deactivated_at", now)
    acts = {
        f"clientaccount/{cleo.client_id}/change/": (client_form(cleo.client, name="New"), CLIENT),
        f"freelancerprofile/{finn.pk}/change/": (deactivated, FREELANCER),
        f"relationship/{known.pk}/change/": ({"kind": "proposal"} | instant("at", now), BOTH),
        f"relationship/{known.pk}/delete/": ({"post": "yes"}, BOTH),
        f"user/{cleo.user_id}/change/": ({"name": "Cleo", "time_zone": "UTC"}, CLIENT),
        f"user/{finn.user_id}/change/": ({"name": "Finn", "time_zone": "UTC"}, FREELANCER),
        f"user/{otto.user_id}/change/": ({"name": "Otto", "time_zone": "UTC"}, BOTH),
    }
    for address, (form, tables) in acts.items():
        assert locked(root, address, form, *tables, to="accounts_"), address


@on_postgres
@pytest.mark.parametrize("fact", ["membership", "planchange", "statechange"])
def test_a_dated_fact_is_written_under_the_clients_lock(root, cleo, now, fact):
    typed: dict[str, dict[str, object]] = {
        "membership": {**instant("memberships-0-left_at", now)},
        "planchange": {
            "plan_changes-TOTAL_FORMS": 1,
            "plan_changes-0-plan": "basic",
            "plan_changes-0-anchor_day": 3,
        }
        | instant("plan_changes-0-at", now),
        "statechange": {"state_changes-TOTAL_FORMS": 1, "state_changes-0-reason": "Closed."}
        | instant("state_changes-0-at", now),
    }
    form = client_form(cleo.client, **typed[fact])
    address = f"clientaccount/{cleo.client_id}/change/"

    assert locked(root, address, form, *CLIENT, to=f"accounts_{fact}")


def locked(root, address, form, *tables, to):
    """Whether the page locked a row of each table before it wrote to `to`."""
    with CaptureQueriesContext(connection) as queries:
        answer = root.post(f"/admin/accounts/{address}", form)
    assert answer.status_code == 303, address
    return locks_before_writes(queries, *tables, to=to)

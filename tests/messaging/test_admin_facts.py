"""What the desk writes that a send reads: under the same locks, recorded when it was learned."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import database_now
from accounts.models import ClientAccount, Membership, PlanChange, Relationship, StateChange, User
from eligibility.models import Policy
from eligibility.rules import Eligible, Ineligible
from eligibility.selectors import verdict_at
from tests import people

INLINES = ("memberships", "plan_changes", "state_changes")


@pytest.fixture
def root(db, signed_in):
    return signed_in(people.user("Rut", is_staff=True, is_superuser=True))


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


def instant(name, at):
    return {f"{name}_0": f"{at:%Y-%m-%d}", f"{name}_1": f"{at:%H:%M:%S}"}


def locks_before_writes(queries, *tables):
    """Whether each table's row was locked before anything was written to the facts."""
    statements = [query["sql"] for query in queries]
    written = next(
        number
        for number, sql in enumerate(statements)
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and '"accounts_' in sql
    )
    return all(
        any(f'FROM "{table}"' in sql and "FOR NO KEY UPDATE" in sql for sql in statements[:written])
        for table in tables
    )


on_postgres = pytest.mark.skipif(
    "connection.vendor != 'postgresql'", reason="SQLite has one writer and no row locks"
)


def test_an_inactive_account_is_stopped_from_the_next_send_on(root, cleo, now):
    account = cleo.client
    form = client_form(
        account,
        **{"state_changes-TOTAL_FORMS": 1, "state_changes-0-reason": "Closed by its owner."},
        **instant("state_changes-0-at", now - timedelta(days=2)),
    )
    before = database_now()

    answer = root.post(f"/admin/accounts/clientaccount/{account.pk}/change/", form)

    assert answer.status_code == 302
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

    assert Membership.objects.get(pk=cleo.pk).left_at == now.replace(microsecond=0)


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
def test_the_desk_takes_the_locks_of_a_send(root, cleo, finn, now):
    known = people.related(cleo.client, finn, now)
    both = ("accounts_clientaccount", "accounts_freelancerprofile")
    deactivated = {"slug": finn.slug, "name": finn.name} | instant("deactivated_at", now)
    acts = {
        f"clientaccount/{cleo.client_id}/change/": (client_form(cleo.client, name="New"), both[:1]),
        f"freelancerprofile/{finn.pk}/change/": (deactivated, both[1:]),
        f"relationship/{known.pk}/change/": ({"kind": "proposal"} | instant("at", now), both),
        f"relationship/{known.pk}/delete/": ({"post": "yes"}, both),
        f"user/{cleo.user_id}/change/": ({"name": "Cleo", "time_zone": "UTC"}, both[:1]),
    }
    for address, (form, tables) in acts.items():
        with CaptureQueriesContext(connection) as queries:
            answer = root.post(f"/admin/accounts/{address}", form)
        assert answer.status_code == 302, address
        assert locks_before_writes(queries, *tables), address


def test_a_new_person_signs_in_by_an_address_in_lower_case(root):
    form = {
        "email": "New.Person@People.Example",
        "name": "New Person",
        "usable_password": "true",
        "password1": people.PASSWORD,
        "password2": people.PASSWORD,
    }
    assert root.post("/admin/accounts/user/add/", form).status_code == 302
    assert User.objects.filter(email="new.person@people.example").exists()

    again = root.post("/admin/accounts/user/add/", form)
    assert again.status_code == 200
    assert "signs in with this address already" in again.content.decode()


def test_who_edits_people_does_not_make_themselves_superuser(db, signed_in):
    clerk = people.user("Clara", is_staff=True)
    clerk.user_permissions.add(
        *Permission.objects.filter(codename__in=["view_user", "change_user"])
    )
    form = {"name": "Clara", "time_zone": "UTC", "is_active": "on", "is_superuser": "on"}

    signed_in(clerk).post(f"/admin/accounts/user/{clerk.pk}/change/", form)

    clerk.refresh_from_db()
    assert not clerk.is_superuser
    boss = people.user("Rut", is_staff=True, is_superuser=True)
    password = signed_in(clerk).get(f"/admin/accounts/user/{boss.pk}/password/")
    assert password.status_code == 403


def policy_form(**more):
    last = Policy.objects.get(version=1)
    names = ["spend_over_cents", "spend_window_months", "tenure_over_days"]
    form = {name: getattr(last, name) for name in [*names, "first_payment_over_days"]}
    plans = '{"marketplace": %s, "plus": %s, "basic": %s}' % ((PLAN,) * 3)
    return form | {"version": 2, "plans": plans} | more


PLAN = (
    '{"may_start": true, "criteria": ["spend"],'
    ' "quota": {"slots": 3, "window": "day", "returns": 0}}'
)


def test_a_policy_is_published_for_later_and_never_edited(root, now):
    address = "/admin/eligibility/policy/"
    assert root.get(address + "add/").status_code == 200
    past = root.post(address + "add/", policy_form(**instant("starts_at", now)))
    assert "still to come" in past.content.decode()

    later = instant("starts_at", now + timedelta(days=7))
    broken = root.post(address + "add/", policy_form(**later, plans='{"basic": {}}'))
    assert "Every plan" in broken.content.decode()
    assert root.post(address + "add/", policy_form(**later)).status_code == 302

    added = Policy.objects.get(version=2)
    assert added.terms().plans["basic"].quota.slots == 3
    assert root.post(f"{address}{added.pk}/change/", policy_form(**later)).status_code == 403
    assert root.post(f"{address}{added.pk}/delete/", {"post": "yes"}).status_code == 403

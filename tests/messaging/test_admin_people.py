"""People and skills at the desk: what is typed is saved, and what moved meanwhile stays."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import Permission
from django.db.models.signals import pre_save

from accounts.models import FreelancerProfile, Skill, User
from tests import people


@contextmanager
def meanwhile(person: User, **changes: object) -> Iterator[None]:
    """Somebody else's changes to the person, between what the desk read and what it writes."""

    def change(instance: User, **_: object) -> None:
        User.objects.filter(pk=person.pk).update(**changes)

    pre_save.connect(change, sender=User)
    try:
        yield
    finally:
        pre_save.disconnect(change, sender=User)


def test_a_new_person_signs_in_by_an_address_in_lower_case(root):
    form = {
        "email": "New.Person@People.Example",
        "name": "New Person",
        "usable_password": "true",
        "password1": people.PASSWORD,
        "password2": people.PASSWORD,
    }
    assert root.post("/admin/accounts/user/add/", form).status_code == 303
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


def test_a_person_is_saved_without_undoing_what_happened_meanwhile(root, cleo):
    form = {"name": "Cleo the Second", "time_zone": "UTC", "is_active": "on"}

    with meanwhile(cleo.user, password="chosen just now", is_active=False):
        answer = root.post(f"/admin/accounts/user/{cleo.user_id}/change/", form)

    assert answer.status_code == 303
    person = User.objects.get(pk=cleo.user_id)
    assert person.name == "Cleo the Second"
    assert (person.password, person.is_active) == ("chosen just now", False)


def found(words: str) -> list[FreelancerProfile]:
    """Whom the directory's words find."""
    return list(FreelancerProfile.objects.filter(search_text__contains=words))


def test_a_renamed_skill_is_found_by_its_new_name(root, finn):
    gil = people.freelancer("Gil", skills=("Weaving",))
    skill = Skill.objects.get(name="Typography")

    answer = root.post(
        f"/admin/accounts/skill/{skill.pk}/change/", {"name": "Type Design", "slug": skill.slug}
    )

    assert answer.status_code == 303
    assert found("type design") == [finn]
    assert found("typography") == []
    assert found("illustration") == [finn]
    assert found("weaving") == [gil]


def test_a_deleted_skill_is_found_no_more(root, finn):
    skill = Skill.objects.get(name="Typography")

    answer = root.post(f"/admin/accounts/skill/{skill.pk}/delete/", {"post": "yes"})

    assert answer.status_code == 303
    assert found("typography") == []
    assert found("illustration") == [finn]


def test_a_new_skill_is_nobodys_yet(root, finn):
    form = {"name": "Weaving", "slug": "weaving"}

    assert root.post("/admin/accounts/skill/add/", form).status_code == 303
    assert found("weaving") == []

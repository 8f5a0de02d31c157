"""A statement that is made once gives what its query set would, whatever the values."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import DateTimeField, Exists, IntegerField, OuterRef, Q, TextField
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, User
from accounts.prepared import AT, Blank, Prepared

PERSON, NAME = Blank("person", IntegerField()), Blank("name", TextField())


def people(*, person, name, at):
    """Somebody's id, whether they write for an account, and when they came."""
    writes = Membership.objects.filter(user=OuterRef("pk"), left_at=None, joined_at__lte=at)
    found = User.objects.filter(Q(name=name) | Q(pk=person)).annotate(writes=Exists(writes))
    return found.order_by("pk").values_list("pk", "writes", "date_joined")


@pytest.fixture
def prepared() -> Prepared:
    return Prepared(lambda: people(person=PERSON, name=NAME, at=AT))


def test_its_rows_are_those_of_the_query_set_value_by_value(prepared, cleo, finn, now):
    for day in (-9999, 0):
        for person in (cleo.user_id, 0):
            for name in ("Finn", "'; DROP TABLE x; --", "%s"):
                values = {"person": person, "name": name, "at": now + timedelta(days=day)}
                assert prepared(**values) == list(people(**values))


def without_brackets(statement: str) -> str:
    """Which Django sets around every expression, and a blank is one."""
    return statement.replace("(", "").replace(")", "")


def test_the_statement_is_that_of_the_query_set(prepared, cleo, now):
    values = {"person": cleo.user_id, "name": "Cleo", "at": now}
    with CaptureQueriesContext(connection) as asked:
        prepared(**values)
        list(people(**values))
    once, again = (without_brackets(query["sql"]) for query in asked)
    assert once == again


def test_it_is_made_once(cleo, now):
    made = []

    def build():
        made.append(True)
        return people(person=PERSON, name=NAME, at=AT)

    prepared = Prepared(build)
    for name in ("Cleo", "Finn"):
        prepared(person=cleo.user_id, name=name, at=now)
    assert made == [True]


def test_every_blank_is_filled(prepared, now):
    with pytest.raises(KeyError):
        prepared(person=1, name="Cleo")
    with pytest.raises(ValueError, match="name is None"):
        prepared(person=1, name=None, at=now)


def test_instants_are_written_as_the_database_writes_them(db, now):
    later = Blank("later", DateTimeField())
    came = Prepared(lambda: User.objects.filter(date_joined__gt=later).values_list("pk"))
    user = User.objects.create_user("dan@people.example", name="Dan")
    User.objects.update(date_joined=now)
    assert came(later=now - timedelta(microseconds=1)) == [(user.pk,)]
    assert came(later=now) == []

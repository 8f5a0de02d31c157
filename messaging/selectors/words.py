"""What a search looks for, and where messages say it.

All words have to be mentioned; "words in quotes" stand beside each other, -word is left out, and
`or` stands between two searches of which one is enough.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db import connection
from django.db.models import BooleanField, F, Func, Model, Q, QuerySet, Value

M = TypeVar("M", bound=Model)
#: A search looks through so many rows of a list at a time: it costs the same on a list of any size.
REACH = 1_000
MOST_TERMS = 8
_TERM = re.compile(r'(-?)(?:"([^"]*)"|(\S+))')


@dataclass(frozen=True, slots=True)
class Term:
    """One word, or several that stand beside each other."""

    text: str
    left_out: bool = False


def alternatives(words: str) -> list[list[Term]]:
    """The searches of which one is enough; of the words at most MOST_TERMS are looked for."""
    found: list[list[Term]] = [[]]
    for match in list(_TERM.finditer(words))[:MOST_TERMS]:
        minus, phrase, word = match.groups()
        if (word or "").lower() == "or" and not minus:
            found.append([])
        elif text := (phrase or word or "").strip():
            found[-1].append(Term(text, bool(minus)))
    return [terms for terms in found if terms]


def looked_for(words: str) -> list[str]:
    """What a search hopes to find, without what is left out."""
    terms = [term for each in alternatives(words) for term in each]
    return [term.text for term in terms if not term.left_out]


def says(text: str) -> Q:
    """Of messages: those in which it stands. PostgreSQL knows whole words and their beginnings, by
    index; SQLite, which has one site's few messages, looks for the letters."""
    if connection.vendor == "postgresql":
        return Q(_Says(F("body"), Value(text)))
    return Q(body__icontains=text)


class _Says(Func):
    """The column `words` is beside the model (migration 0008). Of one letter or two, beginnings
    are not looked for: half of all words would begin so."""

    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, Any]:  # type: ignore[override]
        body, text = self.get_source_expressions()
        table = compiler.quote_name_unless_alias(body.alias)
        looked_for, params = compiler.compile(text)
        query = f"phraseto_tsquery('simple', {looked_for})"
        if len(text.value) > 2:
            query = f"(nullif({query}::text, '') || ':*')::tsquery"
        return f"{table}.words @@ {query}", tuple(params)


def found_among(
    rows: QuerySet[M], words: str, mentions: Callable[[str], Q], instant: str, further: int
) -> list[int]:
    """The ids of the rows that `mentions` finds for every term, among the REACH newest of them by
    `instant`, or `further` times as many further back. Two queries."""
    # By their ids: as a subquery PostgreSQL would scan the whole table for them.
    reached = list(_newest_first(rows, instant)[further * REACH : (further + 1) * REACH])
    among = rows.model._default_manager.filter(pk__in=reached)
    found = Q(pk__in=[])
    for terms in alternatives(words):
        every = Q()
        for term in terms:
            every &= ~mentions(term.text) if term.left_out else mentions(term.text)
        found |= every
    return list(among.filter(found).values_list("pk", flat=True))


def lies_further(rows: QuerySet[M], instant: str, further: int) -> bool:
    """Whether there are older rows than a search looked through. One query."""
    next_one = (further + 1) * REACH
    return _newest_first(rows, instant)[next_one : next_one + 1].exists()


def _newest_first(rows: QuerySet[M], instant: str) -> QuerySet[M, int]:
    return rows.order_by(f"-{instant}", "-id").values_list("pk", flat=True)

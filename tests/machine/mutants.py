"""Twelve small mistakes, each planted in the application's own source while a test runs.

A mutant replaces words of one function, and the function runs with them wherever it was imported
to: only its code is exchanged, for the time being.
"""

import inspect
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FunctionType
from typing import Any, cast

from accounts.prepared import Prepared
from eligibility import rules
from messaging import policy, quota
from messaging.policy import Deliver
from messaging.selectors import sending
from messaging.services import answers, requests

KEY_FIRST = """        if first is not None:
            return _same_or_refuse(first, profile, content)
"""
QUOTA_FIRST = """        context = selectors.send_context(client, profile, now)
        judged = decide(context)
        if isinstance(judged, Refuse) and judged.refusal == "quota":
            raise Refused(judged.refusal)
"""
SLOT_BACK = """        quota.QuotaEntry.objects.create(
            client_id=request.client_id, request=request, kind="returned", slots=-1, at=now
        )
"""
WITHDRAWN = "        log(Act.Kind.REQUEST_WITHDRAWN"
OWN, THEIRS = (
    "own_block=Exists(blocks.filter(side=Side.{}))",
    "blocked=Exists(blocks.filter(side=Side.{}))",
)


@dataclass(frozen=True)
class Mutant:
    """`changes`: each piece of the source, which stands there once, and what takes its place."""

    name: str
    function: FunctionType
    changes: tuple[tuple[str, str], ...]
    prepared: Prepared | None = None  # whose statement the function makes


def _mutant(name: str, function: Any, *changes: tuple[str, str]) -> Mutant:
    if isinstance(function, Prepared):
        return Mutant(name, cast(FunctionType, function.build), changes, function)
    return Mutant(name, cast(FunctionType, function), changes)


MUTANTS = [
    _mutant(
        "one slot more",
        policy._clients_own,
        ("context.quota.left == 0", "context.quota.used > context.quota.slots"),
    ),
    _mutant("exactly $1,000 is enough", rules._spend, ("observed > over", "observed >= over")),
    _mutant(
        "exactly 90 days are enough", rules._older_than, ("age > threshold", "age >= threshold")
    ),
    _mutant("a slot is still used at 24 hours", quota._lines, ("at__gt=since", "at__gte=since")),
    _mutant("a no holds one tick longer", policy._is_ahead, ("now < instant", "now <= instant")),
    _mutant(
        "blocks of the wrong side",
        sending._pairs,
        (OWN.format("CLIENT"), OWN.format("FREELANCER")),
        (THEIRS.format("FREELANCER"), THEIRS.format("CLIENT")),
    ),
    _mutant("no look at blocks", policy.decide, ("if pair.blocked:", "if False:")),
    _mutant(
        "no look at the door",
        policy.decide,
        ("context.door.refuses(context.asker, context.arrivals, now)", "None"),
    ),
    _mutant("the key after the quota", requests._send, (KEY_FIRST, QUOTA_FIRST + KEY_FIRST)),
    _mutant(
        "a withdrawal gives the slot back",
        answers.withdraw_request,
        (WITHDRAWN, SLOT_BACK + WITHDRAWN),
    ),
    _mutant(
        "a hold stops no message in a conversation",
        policy.decide_in_conversation,
        ("if not good_standing:", "if False:"),
    ),
    _mutant(
        "a relationship uses a slot",
        cast(property, Deliver.uses_slot).fget,
        ('self.basis == "gate"', "True"),
    ),
]


@contextmanager
def planted(mutant: Mutant) -> Iterator[None]:
    """The application with the mistake in it."""
    function = mutant.function
    sound = function.__code__
    function.__code__ = _mutated(mutant).__code__
    _forget(mutant.prepared)
    try:
        yield
    finally:
        function.__code__ = sound
        _forget(mutant.prepared)


def _forget(prepared: Prepared | None) -> None:
    """Its statement is made again."""
    if prepared is not None:
        vars(prepared).pop("made", None)


def _mutated(mutant: Mutant) -> FunctionType:
    source = textwrap.dedent(inspect.getsource(mutant.function))
    for old, new in mutant.changes:
        assert source.count(old) == 1, f"{mutant.name}: {old!r} stands {source.count(old)} times"
        source = source.replace(old, new)
    namespace = dict(mutant.function.__globals__)
    exec(compile(source, mutant.name, "exec"), namespace)  # noqa: S102 - the application's own
    made = namespace[mutant.function.__name__]
    if isinstance(made, Prepared):
        made = made.build
    return cast(FunctionType, made.fget if isinstance(made, property) else made)

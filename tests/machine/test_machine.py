"""The machine runs: application and model agree after each of so many steps, and everything that
can come out of a step has come out."""

import ast
import os
from collections import Counter
from pathlib import Path
from typing import Any, cast

import hypothesis
import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from messaging.door import Refusal
from tests.machine import model, world
from tests.machine.ground import STEPS
from tests.machine.site_side import Machine

#: Each part is a run of its own, so that parallel workers share them. MACHINE_STEPS asks for more.
PARTS = (1, 2)
PROMISED = 10_000 if connection.vendor == "sqlite" else 2_000
WANTED = int(os.environ.get("MACHINE_STEPS", str(PROMISED)))
STEPS_OF_AN_EXAMPLE = 60
#: From a run's tenth example on Hypothesis makes five of six out of the one before: much the same
#: again. So a run ends before, and the next has a seed of its own.
FRESH = 9  # examples


def run(built: world.World, steps: int, *, seed: int, **changes: Any) -> Counter[tuple[str, str]]:
    """Run the machine for at least so many steps, and count what came out of them."""
    tally: Counter[tuple[str, str]] = Counter()
    machine = type("Threshold", (Machine,), {"world": built, "tally": tally})
    while tally[STEPS] < steps:
        chosen = settings(
            max_examples=FRESH,
            stateful_step_count=STEPS_OF_AN_EXAMPLE,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            **changes,
        )
        seeded = hypothesis.seed(seed + tally[STEPS])(cast(Any, machine))
        run_state_machine_as_test(seeded, settings=chosen)
    return tally


#: What a long enough run has to have come across: every refusal but the rarest, of a door that is
#: full, which one part may miss and `tests/races` meets in every round.
EVERYTHING = {("send", refusal.value) for refusal in Refusal if refusal is not Refusal.FULL}
LONG_ENOUGH = 5_000  # steps


@pytest.mark.parametrize("part", PARTS)
def test_application_and_model_agree_after_every_step(db, part, record_property):
    steps = WANTED // len(PARTS)
    tally = run(world.build(), steps, seed=part, phases=[Phase.generate, Phase.shrink])
    record_property("steps", tally[STEPS])
    assert tally[STEPS] >= steps
    if steps >= LONG_ENOUGH:
        assert set(tally) >= EVERYTHING


def test_the_model_has_none_of_the_applications_code():
    tree = ast.parse(Path(model.__file__).read_text())
    names = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert names == {"calendar", "datetime", "typing"}

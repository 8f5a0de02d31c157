"""The machine finds each of twelve small mistakes: otherwise its agreement would say little."""

import time

import pytest
from hypothesis import Phase

from tests.machine import world
from tests.machine.mutants import MUTANTS, planted
from tests.machine.test_machine import run

pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]

MOST = 60  # seconds of this process's own time: a busy machine finds no fewer


def test_there_are_twelve():
    assert len({mutant.name for mutant in MUTANTS}) == 12


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_the_machine_finds_it(mutant, capsys):
    built = world.build()
    began = time.process_time()
    with planted(mutant), pytest.raises(AssertionError) as found:
        search(built)
    seconds = time.process_time() - began
    with capsys.disabled():
        print(f"\n{mutant.name}: found after {seconds:.1f} s ({found.value})"[:160])
    assert seconds < MOST


def search(built: world.World) -> None:
    """Without shrinking: that a mistake is there is all that is asked."""
    run(built, 20_000, seed=12, phases=[Phase.generate])


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_is_gone_when_its_test_is_over(mutant):
    sound = mutant.function.__code__
    with planted(mutant):
        assert mutant.function.__code__ is not sound
    assert mutant.function.__code__ is sound

"""Some mutants that the first seeds detect: a check of the simulation itself.

`make mutants` hunts all of them.
"""

from __future__ import annotations

from contextlib import ExitStack

import pytest
from tests.simulation.hunt import hunt
from tests.simulation.mutants import MUTANTS

QUICK = ["9", "12", "15", "18", "19", "24", "29", "47", "sent back"]
"""Rules whose mutants the first few seeds of their profile detect."""


@pytest.mark.parametrize("rule", QUICK)
def test_a_removed_rule_is_detected(rule: str) -> None:
    number = next(number for number, one in enumerate(MUTANTS) if one.rule == rule)
    assert hunt(number, most=12).seeds is not None


@pytest.mark.parametrize("number", range(len(MUTANTS)))
def test_a_mutant_patches_what_exists(number: int) -> None:
    with ExitStack() as patches:
        for one in MUTANTS[number].patches():
            patches.enter_context(one)  # fails if the patched name does not exist

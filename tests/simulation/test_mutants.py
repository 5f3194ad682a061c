"""Some rules left out, each noticed by a history known to: the harness itself is awake.

`make mutants` hunts all of them, from the first seed on.
"""

from __future__ import annotations

import pytest
from tests.simulation.hunt import hunt
from tests.simulation.mutants import MUTANTS

QUICK = ["9", "12", "15", "18", "19", "24"]
"""Rules that the first few histories of their sort notice."""


@pytest.mark.parametrize("rule", QUICK)
def test_a_rule_left_out_is_noticed(rule: str) -> None:
    number = next(number for number, one in enumerate(MUTANTS) if one.rule == rule)
    assert hunt(number, most=12).seeds is not None

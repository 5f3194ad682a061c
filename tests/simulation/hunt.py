"""Remove one rule of the protocol at a time and check that a random run, or a test, detects it.

``python -m tests.simulation.hunt [RULE]`` prints a table and fails if a mutant is never detected.
Rules are numbered as in docs/SYNC.md. The locks of rule 6 are not covered, as nothing is concurrent
here; ``tests/server/test_order.py`` tests them with concurrent batches.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass
from io import StringIO

import pytest
from tests.simulation import sent_back_mutants, stick_mutants  # noqa: F401 (registers them)
from tests.simulation.harness import Harness
from tests.simulation.mutants import MUTANTS, Mutant
from tests.simulation.profiles import PROFILES
from tests.simulation.running import run_seed

MOST_SEEDS = 300
"""Seeds tried before a mutant counts as undetected."""


@dataclass(frozen=True)
class Caught:
    """The number of seeds until a mutant was detected, and the failure; None: never.

    0 seeds: a test failed. A mutant that does not fit the program it patches is not detected.
    """

    mutant: int
    seeds: int | None
    what: str = ""


def hunt(number: int, most: int = MOST_SEEDS) -> Caught:
    """Run seeds with one rule removed until a property breaks, or the mutant's own tests."""
    found = MUTANTS[number]
    if found.tests:
        return Caught(number, 0 if _tests_fail(found) else None, f"{found.tests} fails")
    profile = next((one for one in PROFILES if one.name == found.profile), PROFILES[0])
    harness = Harness()
    try:
        with ExitStack() as held:
            for one in found.patches():
                held.enter_context(one)
            for seed in range(most):
                _, failure = run_seed(harness, seed, profile=profile)
                if failure:
                    broken = failure.what.startswith(("TypeError", "AttributeError"))
                    return Caught(number, None if broken else seed + 1, failure.what)
        return Caught(number, None)
    finally:
        harness.close()


def _tests_fail(found: Mutant) -> bool:
    with ExitStack() as held:
        held.enter_context(redirect_stdout(StringIO()))
        for one in found.patches():
            held.enter_context(one)
        ended = pytest.main(["-q", "-p", "no:cacheprovider", found.tests])
    return ended == pytest.ExitCode.TESTS_FAILED


def main(rule: str = "") -> int:
    """Hunt every mutant, or those of one rule; return 1 if any was never detected."""
    numbers = [number for number, one in enumerate(MUTANTS) if not rule or one.rule == rule]
    undetected = 0
    print(f"{'rule':>4}  {'seeds':>5}  mutant")
    print("   6      -  without the locks: see tests/server/test_order.py")
    with ProcessPoolExecutor(2) as pool:
        for caught in pool.map(hunt, numbers):
            one = MUTANTS[caught.mutant]
            undetected += caught.seeds is None
            print(f"{one.rule:>4}  {_seeds(caught):>5}  {one.what}: {caught.what[:110]}")
            sys.stdout.flush()
    return int(undetected > 0)


def _seeds(caught: Caught) -> str:
    return "never" if caught.seeds is None else str(caught.seeds or "tests")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))

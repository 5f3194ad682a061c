"""Remove one rule of the protocol at a time and check that some random run detects it.

``python -m tests.simulation.hunt [RULE]`` prints a table and fails if a mutant is never detected.
Rules are numbered as in docs/SYNC.md. The locks of rule 6 are not covered, as nothing is concurrent
here; ``tests/server/test_order.py`` tests them with concurrent batches.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from tests.simulation.harness import Harness
from tests.simulation.mutants import MUTANTS
from tests.simulation.profiles import PROFILES
from tests.simulation.running import run_seed

MOST_SEEDS = 300
"""Seeds tried before a mutant counts as undetected."""


@dataclass(frozen=True)
class Caught:
    """The number of seeds until a mutant was detected, and the failure; None: never."""

    mutant: int
    seeds: int | None
    what: str = ""


def hunt(number: int, most: int = MOST_SEEDS) -> Caught:
    """Run seeds with one rule removed until a property breaks."""
    found = MUTANTS[number]
    profile = next((one for one in PROFILES if one.name == found.profile), PROFILES[0])
    harness = Harness()
    try:
        with ExitStack() as held:
            for one in found.patches():
                held.enter_context(one)
            for seed in range(most):
                _, failure = run_seed(harness, seed, profile=profile)
                if failure:
                    return Caught(number, seed + 1, failure.what)
        return Caught(number, None)
    finally:
        harness.close()


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
            print(f"{one.rule:>4}  {caught.seeds or 'never':>5}  {one.what}: {caught.what[:110]}")
            sys.stdout.flush()
    return int(undetected > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))

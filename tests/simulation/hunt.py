"""Leave out one rule of the protocol at a time: some random history must notice.

``python -m tests.simulation.hunt [RULE]`` prints a table and fails if a mutant goes unseen. The
numbers are the protocol's. The locks (6) are no part of it, as nothing here runs at the same time:
``tests/server/test_order.py`` lets batches meet, and shows what is lost without them.
"""

from __future__ import annotations

import sys
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from tests.simulation.bench import Bench
from tests.simulation.drawing import PROFILES
from tests.simulation.mutants import MUTANTS
from tests.simulation.story import play

MOST_SEEDS = 300
"""Histories that a mutant may survive."""


@dataclass(frozen=True)
class Caught:
    """After how many histories a mutant was noticed, and by what; None: never."""

    mutant: int
    seeds: int | None
    what: str = ""


def hunt(number: int, most: int = MOST_SEEDS) -> Caught:
    """Run histories with one rule left out until a property breaks."""
    found = MUTANTS[number]
    profile = next((one for one in PROFILES if one.name == found.profile), PROFILES[0])
    bench = Bench()
    try:
        with ExitStack() as held:
            for one in found.patches():
                held.enter_context(one)
            for seed in range(most):
                _, failure = play(bench, seed, profile=profile)
                if failure:
                    return Caught(number, seed + 1, failure.what)
        return Caught(number, None)
    finally:
        bench.close()


def main(rule: str = "") -> int:
    """Hunt every mutant (or those of one rule); return how many were never seen."""
    numbers = [number for number, one in enumerate(MUTANTS) if not rule or one.rule == rule]
    unseen = 0
    print(f"{'rule':>4}  {'seeds':>5}  mutant")
    print("   6      -  leave out the locks: tests/server/test_order.py does it")
    with ProcessPoolExecutor(2) as pool:
        for caught in pool.map(hunt, numbers):
            one = MUTANTS[caught.mutant]
            unseen += caught.seeds is None
            print(f"{one.rule:>4}  {caught.seeds or 'never':>5}  {one.what}: {caught.what[:110]}")
            sys.stdout.flush()
    return int(unseen > 0)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))

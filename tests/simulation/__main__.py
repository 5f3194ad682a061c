"""``python -m tests.simulation SEED`` runs one seed and prints its story.

``python -m tests.simulation FIRST-LAST`` runs many, in two processes, and prints the failures.
With the name of a profile behind it, all seeds are of that profile.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.harness import Harness
from tests.simulation.profiles import PROFILES, Profile
from tests.simulation.running import Failure, run_seed, shrink

MOST_SHRUNK, MOST_BROKEN = 2, 5
"""Per fifty seeds: failures that are shrunk, and failures after which the rest is skipped."""


def main(asked: str, profile_name: str = "") -> int:
    first, _, last = asked.partition("-")
    profile = next(one for one in PROFILES if one.name == profile_name) if profile_name else None
    if last:
        return many(int(first), int(last), profile)
    harness = Harness()
    world, failure = run_seed(harness, int(first), profile=profile)
    if failure:
        print(failure)
        print("\nIn short:")
        print(shrink(harness, failure, profile))
    elif world:
        print("\n".join(f"{number:3}. {step}" for number, step in enumerate(world.story, start=1)))
        print("Every property holds.")
    harness.close()
    return int(failure is not None)


def many(first: int, last: int, profile: Profile | None = None, processes: int = 2) -> int:
    """Run seeds ``first`` to ``last`` and print failures; return 1 if there are any."""
    parts = [range(start, min(start + 50, last + 1)) for start in range(first, last + 1, 50)]
    began, done, failed = time.monotonic(), 0, 0
    with ProcessPoolExecutor(processes) as pool:
        for part, failures in zip(
            parts, pool.map(some, parts, [profile] * len(parts)), strict=True
        ):
            done += len(part)
            for failure in failures:
                failed += 1
                print(failure, flush=True)
            each = (time.monotonic() - began) / done
            if done % 500 < 50:
                print(f"{done} seeds, {each:.2f} s each, {failed} broke", flush=True)
    return int(failed > 0)


def some(seeds: range, profile: Profile | None = None) -> list[Failure]:
    """Run some seeds in this process, and shrink the first few failures."""
    harness = Harness()
    found: list[Failure] = []
    for seed in seeds:
        _, failure = run_seed(harness, seed, profile=profile)
        if failure:
            shrinks = len(found) < MOST_SHRUNK
            found.append(shrink(harness, failure, profile) if shrinks else failure)
        if len(found) == MOST_BROKEN:
            break
    harness.close()
    return found


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))

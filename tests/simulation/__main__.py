"""``python -m tests.simulation SEED``: replay one seed, and tell its story if it breaks.

``python -m tests.simulation FIRST-LAST`` runs many, in two processes.
"""

from __future__ import annotations

import sys
import time
from concurrent.futures import ProcessPoolExecutor

from tests.simulation.bench import Bench
from tests.simulation.story import Failure, play, shrunk

MOST_TOLD, MOST_BROKEN = 2, 5
"""Of fifty seeds: stories that are shortened, and failures after which it is enough."""


def main(asked: str) -> int:
    first, _, last = asked.partition("-")
    if last:
        return many(int(first), int(last))
    bench = Bench()
    world, failure = play(bench, int(first))
    if failure:
        print(failure)
        print("\nIn short:")
        print(shrunk(bench, failure))
    elif world:
        print("\n".join(f"{number:3}. {step}" for number, step in enumerate(world.story, start=1)))
        print("Every property holds.")
    bench.close()
    return int(failure is not None)


def many(first: int, last: int, processes: int = 2) -> int:
    """Run seeds ``first`` to ``last``; tell of those that break; return how many did."""
    parts = [range(start, min(start + 50, last + 1)) for start in range(first, last + 1, 50)]
    began, done, failed = time.monotonic(), 0, 0
    with ProcessPoolExecutor(processes) as pool:
        for part, failures in zip(parts, pool.map(some, parts), strict=True):
            done += len(part)
            for failure in failures:
                failed += 1
                print(failure, flush=True)
            each = (time.monotonic() - began) / done
            if done % 500 < 50:
                print(f"{done} seeds, {each:.2f} s each, {failed} broke", flush=True)
    return int(failed > 0)


def some(seeds: range) -> list[Failure]:
    """Run some seeds in this process, and shorten the stories of the first few that break."""
    bench = Bench()
    found: list[Failure] = []
    for seed in seeds:
        _, failure = play(bench, seed)
        if failure:
            found.append(shrunk(bench, failure) if len(found) < MOST_TOLD else failure)
        if len(found) == MOST_BROKEN:
            break
    bench.close()
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))

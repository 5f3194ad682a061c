"""Run every benchmark, or those named: ``python -m benchmarks.run [NAME ...]``."""

import sys
from collections.abc import Callable, Mapping

from benchmarks import bytes as sizes
from benchmarks import (
    crowd,
    encryption,
    ingest,
    keys,
    line,
    loading,
    opening,
    pairs,
    reporting,
    saving,
    searching,
    starting,
)
from benchmarks.figures import Figure, keep, table
from benchmarks.homes import KEPT, compile_program
from benchmarks.keystrokes import ledger
from benchmarks.matching import speed as matching

BENCHMARKS: Mapping[str, Callable[[], list[Figure]]] = {
    "starting": lambda: starting.measure(100_000),
    "unlocking": lambda: starting.measure_locked(100_000),
    "keystrokes": ledger.measure,
    "keys": lambda: keys.measure(100_000),
    "searching": lambda: searching.measure(100_000) + searching.measure(800_000, budget=3),
    "matching": matching.measure,
    "saving": lambda: saving.measure(100_000),
    "encryption": lambda: encryption.measure(20_000),
    "opening": lambda: opening.measure(100_000),
    "pairs": lambda: pairs.measure(100_000),
    "loading": loading.measure,
    "reporting": reporting.measure,
    "bytes": lambda: sizes.measure(500),
    "ingest": lambda: ingest.measure(1200),
    "line": lambda: line.measure(people=120, waiting=10_000),
    "crowd": lambda: crowd.measure(300),
}


def main(names: list[str]) -> int:
    """Print a table, save it as JSON, and return 1 if a budget is exceeded."""
    unknown = set(names) - set(BENCHMARKS)
    if unknown:
        print(f"No benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}.")
        return 2
    KEPT.mkdir(exist_ok=True)
    compile_program()
    figures: list[Figure] = []
    for name in names or BENCHMARKS:
        print(f"\n{name}", flush=True)
        measured = BENCHMARKS[name]()
        print(table(measured), flush=True)
        figures += measured
    kept = KEPT / "figures.json"
    keep(figures, kept)
    print(f"\nAlso in {kept}.")
    return 0 if all(figure.kept for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Print what became of every file: ``python -m tests.files.corpus [part of a name]``."""

from __future__ import annotations

import sys
import tempfile
from collections import Counter
from pathlib import Path

from tests.files.corpus.expectation import Outcome
from tests.files.corpus.files import FILES
from tests.files.corpus.judging import Judgement, judge
from tests.files.corpus.running import Laptop

_GOT: tuple[Judgement, ...] = ("right", "asked", "refused", "doubted", "silently wrong", "other")
_EXPECTED: tuple[Outcome, ...] = ("right", "asked", "refused", "doubted")


def main() -> int:
    part = sys.argv[1] if len(sys.argv) > 1 else ""
    chosen = [file for file in FILES if part in file.name]
    with tempfile.TemporaryDirectory() as folder:
        laptop = Laptop(Path(folder))
        judged = [(file, judge(laptop, file)) for file in chosen]
    counts = Counter((file.outcome, one.got) for file, one in judged)
    passed = Counter(file.outcome for file, one in judged if one.passed)
    print(f"{'expected':12}{'files':>7}{'passed':>8}  {''.join(f'{got:>16}' for got in _GOT)}")
    for outcome in _EXPECTED:
        files = sum(file.outcome == outcome for file, _ in judged)
        got = "".join(f"{counts[outcome, got]:>16}" for got in _GOT)
        print(f"{outcome:12}{files:>7}{passed[outcome]:>8}  {got}")
    total = "".join(f"{sum(counts[o, got] for o in _EXPECTED):>16}" for got in _GOT)
    print(f"{'all':12}{len(judged):>7}{passed.total():>8}  {total}")
    for got in reversed(_GOT):
        failed = [(file, one) for file, one in judged if one.got == got and not one.passed]
        if failed:
            print(f"\n{got}:")
        for file, one in failed:
            print(f"  {file.name} ({file.outcome} expected): {one.complaint[:300]}")
    return int(any(not one.passed for _, one in judged))


if __name__ == "__main__":
    sys.exit(main())

"""Import of a roster: seconds and peak memory of 100,000 people against 10,000."""

import os
import shutil
import subprocess
import sys
import time

from benchmarks.figures import Figure
from benchmarks.homes import KEPT, new_home, roster

MANY = 100_000
FEW = 10_000

CHILD = """
import sys
from fieldkit.cli import main
try:
    main(sys.argv[1:])
finally:
    status = open("/proc/self/status", encoding="ascii").read()
    print(status.partition("VmHWM:")[2].split()[0], file=sys.stderr)
"""
"""Runs one command, then prints its peak resident memory in KiB as the last line."""


def measure() -> list[Figure]:
    """Import both rosters of artisans, each into an empty home."""
    few_seconds, few_memory = _import(FEW)
    seconds, memory = _import(MANY)
    return [
        Figure(f"import {MANY:,} people, peak memory", memory, few_memory, "MiB", budget=1.3),
        Figure(
            f"import {MANY:,} people, per 10,000",
            seconds * FEW / MANY,
            few_seconds,
            "s",
            budget=1.5,
        ),
    ]


def _import(people: int) -> tuple[float, float]:
    """Return seconds and peak MiB of an import of this many people into an empty home."""
    home = new_home(KEPT / f"import-{people}")
    file = roster(people) / "beneficiary.jsonl"
    started = time.perf_counter()
    ran = subprocess.run(
        [sys.executable, "-c", CHILD, "import", "beneficiary", str(file), "--json"],
        env={**os.environ, "FIELDKIT_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - started
    if f'"imported": {people}' not in ran.stdout:
        raise RuntimeError(f"import of {people} said: {ran.stdout} {ran.stderr}")
    shutil.rmtree(home)
    return seconds, int(ran.stderr.split()[-1]) / 1024

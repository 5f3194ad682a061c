"""The time a look-up of everybody who may be the same person takes, at 100,000 and 800,000."""

import time
from itertools import islice
from pathlib import Path

from benchmarks.figures import MILLI, Figure, p95
from benchmarks.matching.homes import home_of
from benchmarks.matching.people import SEED, households, roster, trials
from benchmarks.matching.territory import TIMES, territory_of
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Store

PEOPLE = 100_000
TYPED = 400
LIMIT, LARGE_LIMIT = 100, 250
"""Milliseconds of one look-up."""
ORDINARY = 1000


def measure() -> list[Figure]:
    """Look up people typed again, their families and new people; ask about ordinary ones."""
    listed, outside = roster(PEOPLE)
    home = home_of(listed)
    typed = [one.typed.values() for one in trials("train", TYPED, listed, outside, again=0.5)]
    figures = []
    for place, people, limit in (
        (home, PEOPLE, LIMIT),
        (territory_of(home), PEOPLE * TIMES, LARGE_LIMIT),
    ):
        wall, processor = _times(place, typed)
        name = f"same person? among {people:,}"
        figures += [
            Figure(f"{name}, p95", p95(wall), None, "ms", limit=limit),
            Figure(f"{name}, p95 of the processor", p95(processor), None, "ms", limit=limit),
        ]
    return [*figures, false_questions(home)]


def _times(home: Path, typed: list[dict[str, str | int]]) -> tuple[list[float], list[float]]:
    """Return the milliseconds of each look-up: by the clock, and of the processor alone."""
    store = Store.open(home)
    wall, processor = [], []
    for values in typed:
        given: dict[str, Value] = {**values}
        record = Beneficiary.of(given)
        began, busy = time.perf_counter(), time.thread_time()
        store.look_alikes(record)
        processor.append((time.thread_time() - busy) * MILLI)
        wall.append((time.perf_counter() - began) * MILLI)
    store.close()
    return wall, processor


def false_questions(home: Path, many: int = ORDINARY) -> Figure:
    """Register ordinary people, none of them twice; count at how many a question is asked."""
    store = Store.open(home)
    new = (one for household in households(SEED + 2) for one in household)
    asked = 0
    for one in islice(new, many):
        values: dict[str, Value] = {**one.values()}
        found = store.look_alikes(Beneficiary.of(values))
        asked += any(match.strong for _, match in found)
    store.close()
    share = asked / many * 100
    return Figure(f"false questions at {many:,} registrations", share, None, "%", limit=2)

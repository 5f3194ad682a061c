"""Random runs of laptops, people and a server on the real program, with a simulated clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.simulation.harness import Harness
from tests.simulation.running import check_clock_independence, run_seed, shrink

SEEDS, PARTS = 8, 4
"""`make torture` runs ten thousand."""
_CLOCKS_EVERY = 20


@pytest.fixture(scope="module")
def harness() -> Iterator[Harness]:
    harness = Harness()
    yield harness
    harness.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_no_run_breaks_a_property(harness: Harness, part: int) -> None:
    for number, seed in enumerate(range(part, SEEDS, PARTS)):
        world, failure = run_seed(harness, seed)
        if failure:
            pytest.fail(str(shrink(harness, failure)), pytrace=False)
        if world and number % _CLOCKS_EVERY == 0:
            assert check_clock_independence(harness, seed, world) is None


def test_a_seed_always_gives_the_same_run(harness: Harness) -> None:
    first, _ = run_seed(harness, 8)
    again, _ = run_seed(harness, 8)
    assert first
    assert again
    assert first.story == again.story

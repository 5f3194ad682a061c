"""Random histories of laptops, people and a server, on the real program, in a time of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.simulation.bench import Bench
from tests.simulation.story import clocks_decide, play, shrunk

SEEDS, PARTS = 240, 8
"""`make torture` runs ten thousand."""
_CLOCKS_EVERY = 20


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_no_history_breaks_a_property(bench: Bench, part: int) -> None:
    for number, seed in enumerate(range(part, SEEDS, PARTS)):
        world, failure = play(bench, seed)
        if failure:
            pytest.fail(str(shrunk(bench, failure)), pytrace=False)
        if world and number % _CLOCKS_EVERY == 0:
            assert clocks_decide(bench, seed, world) is None


def test_a_seed_is_one_history(bench: Bench) -> None:
    first, _ = play(bench, 8)
    again, _ = play(bench, 8)
    assert first
    assert again
    assert first.story == again.story

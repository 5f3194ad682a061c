"""Which record stands for which: rule 28."""

from __future__ import annotations

import pytest

from fieldkit.protocol.alias import groups, resolve

A, B, C, D = (f"7KQ2M9XD-{number}" for number in (2, 10, 11, 12))


@pytest.mark.parametrize(
    ("merged_into", "live", "stands"),
    [
        ({A: "", B: A}, {A, B}, {A: A, B: A}),
        ({A: "", B: A, C: B}, {A, B, C}, {B: A, C: A}),
        ({A: "", B: A, C: B}, {A, C}, {B: A, C: A}),  # what is deleted leads on
        ({A: "", B: A, C: B}, {B, C}, {A: A, B: B, C: B}),  # a deleted target gives it back
        ({B: A, C: B}, {B, C}, {B: B, C: B}),  # the target is not held here
        ({A: B, B: A, C: B}, {A, B, C}, {A: A, B: A, C: A}),  # a ring: 2 comes before 10
        ({A: B, B: A, C: B}, {B, C}, {A: B, B: B, C: B}),
        ({A: B, B: A, C: B}, {C}, {A: A, B: B, C: C}),
        ({A: A}, {A}, {A: A}),
        ({A: "gone"}, set(), {A: A, D: D}),
    ],
)
def test_who_stands_for_whom(
    merged_into: dict[str, str], live: set[str], stands: dict[str, str]
) -> None:
    found = {one: resolve(one, merged_into, live.__contains__) for one in stands}
    assert found == stands


def test_all_of_one_person_are_together() -> None:
    found = groups({A: "", B: A, C: B, D: ""}, {A, B, C, D}.__contains__)
    assert found == dict.fromkeys((A, B, C), frozenset({A, B, C}))

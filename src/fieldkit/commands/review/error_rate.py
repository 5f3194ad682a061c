"""A sample that is drawn the same every time, and an error rate with its interval. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from math import ceil, sqrt

_Z = 1.96
"""Of 95 percent."""


def drawn(ids: Iterable[str], percent: int, seed: str) -> list[str]:
    """Return a share of the numbers, at least one if there are any; the same for the same seed.

    Each number has its place by a hash, so that a record entered later seldom changes the rest.
    """
    placed = sorted(ids, key=lambda one: sha256(f"{seed}\n{one}".encode()).digest())
    return sorted(placed[: ceil(len(placed) * percent / 100)])


def interval(wrong: int, checked: int) -> tuple[float, float]:
    """Return between which shares the true one lies, with 95 percent certainty (Wilson)."""
    if not checked:
        return 0.0, 1.0
    share, spread = wrong / checked, _Z * _Z / checked
    middle = share + spread / 2
    around = _Z * sqrt(share * (1 - share) / checked + spread / (4 * checked))
    low, high = (middle - around) / (1 + spread), (middle + around) / (1 + spread)
    return max(low, 0.0), min(high, 1.0)


def rate(wrong: int, checked: int) -> str:
    """Return how many are wrong, as a share and with its interval."""
    if not checked:
        return "none checked"
    low, high = interval(wrong, checked)
    return (
        f"{checked} checked, {wrong} wrong: {wrong / checked:.1%} "
        f"(95% certain: {low:.1%} to {high:.1%})"
    )

"""Run a seed; if a property breaks, find the fewest steps that still break it."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.simulation.harness import Harness
from tests.simulation.model import Violation
from tests.simulation.profiles import Action, Profile, draw_actions, profile_of
from tests.simulation.properties import outcome
from tests.simulation.world import World


@dataclass(frozen=True)
class Failure:
    """A run that broke a property."""

    seed: int
    profile: str
    what: str
    steps: tuple[str, ...]
    actions: tuple[Action, ...]

    def __str__(self) -> str:
        lines = [f"seed {self.seed} ({self.profile}): {self.what}"]
        lines += [f"{number:3}. {step}" for number, step in enumerate(self.steps, start=1)]
        return "\n".join(lines)


def run_seed(
    harness: Harness,
    seed: int,
    actions: Sequence[Action] | None = None,
    profile: Profile | None = None,
    clocks: str = "",
) -> tuple[World | None, Failure | None]:
    """Run a seed, or some of its actions; return the world at its end, or the failure."""
    actions = draw_actions(seed, profile) if actions is None else actions
    world: World | None = None
    with harness.seeded(str(seed)):
        try:
            world = World(harness, seed, profile, clocks)
            world.run(actions)
        except Exception as error:
            what = str(error)
            if not isinstance(error, Violation):
                where = traceback.extract_tb(error.__traceback__)[-1]
                what = f"{type(error).__name__}: {error} ({where.filename}:{where.lineno})"
            steps = tuple(world.story) if world else ()
            name = (profile or profile_of(seed)).name
            return world, Failure(seed, name, what, steps, tuple(actions))
        finally:
            for laptop in world.laptops if world else []:
                laptop.close()
    return world, None


def check_clock_independence(harness: Harness, seed: int, world: World) -> Failure | None:
    """Run a seed again with other clocks; return None if it ends the same (P5)."""
    was = outcome(world)
    again, failure = run_seed(harness, seed, clocks="others")
    if failure or again is None:
        return failure
    now = outcome(again)
    for part, found in now.items():
        if found != was[part]:
            what = f"P5: with other clocks the {part} end otherwise"
            return Failure(seed, again.profile.name, what, tuple(again.story), ())
    return None


def shrink(harness: Harness, failure: Failure, profile: Profile | None = None) -> Failure:
    """Remove all actions that are not needed to break the same property."""
    signature = _signature(failure)
    best = failure

    def breaks(actions: Sequence[Action]) -> bool:
        nonlocal best
        _, again = run_seed(harness, failure.seed, actions, profile)
        if again is None or _signature(again) != signature:
            return False
        best = again
        return True

    _halve(list(failure.actions), breaks)
    return best


def _halve(actions: list[Action], breaks: Callable[[Sequence[Action]], bool]) -> None:
    """Delta debugging: remove large parts, then smaller ones, down to single actions."""
    size = max(len(actions) // 2, 1)
    while True:
        start, left_out = 0, False
        while start < len(actions):
            rest = actions[:start] + actions[start + size :]
            if breaks(rest):
                actions, left_out = rest, True
            else:
                start += size
        if size == 1 and not left_out:
            return
        size = max(size // 2, 1)


def _signature(failure: Failure) -> str:
    """Return the failure's text without names and numbers, to compare failures."""
    return re.sub(r"[^ ]*[0-9\"'][^ ]*", "", failure.what)[:40]

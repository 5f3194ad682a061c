"""Time from the start of the process to a box that accepts keys, and to the first hits."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.figures import MILLI, Figure, p95
from benchmarks.homes import FIELDKIT, PASSPHRASE, home_with, protected_home
from benchmarks.terminal import ENTER, Terminal

RUNS = 9
LOCKED_RUNS = 5
BARE = [sys.executable, "benchmarks/bare_app.py"]
BARE_LABEL = "bare box"
HOME_LABEL = "Find or new"
LOCKED_LABEL = "Passphrase"
DERIVED_WITHIN = 500
"""Milliseconds for the derivation of the key from a passphrase."""
KEYS_AT_START = "gulam mohd bhat wathoora"
SEARCHED = "gulam mohd"


@dataclass
class Starts:
    """Milliseconds since the process started, one value per run."""

    painted: list[float]
    echoed: list[float]
    found: list[float]
    key_to_paint: list[float]


def measure(people: int) -> list[Figure]:
    """Alternate the bare application and Home, and compare their medians."""
    home = home_with(people)
    bare = Starts([], [], [], [])
    ours = Starts([], [], [], [])
    for run in range(RUNS + 1):
        for starts, start in ((bare, _start_bare), (ours, _start_home)):
            one = Starts([], [], [], [])
            start(one, home)
            if run:  # the first run only warms the disk cache
                for name, values in vars(one).items():
                    getattr(starts, name).extend(values)
    painted, echoed = median(bare.painted), median(bare.echoed)
    return [
        Figure("first paint of Home", median(ours.painted), painted, "ms", budget=1.25),
        Figure("first key echoed on Home", median(ours.echoed), echoed, "ms", budget=1.25),
        Figure(
            f"Home usable, hits shown, {people:,} people",
            median(ours.found),
            echoed,
            "ms",
            budget=2.5,
        ),
        Figure("keys while starting, p95", p95(ours.key_to_paint), None, "ms", limit=60),
    ]


def measure_locked(people: int) -> list[Figure]:
    """Alternate the bare application and the unlock page of an encrypted home."""
    home = protected_home(people)
    bare, painted, usable = Starts([], [], [], []), list[float](), list[float]()
    for run in range(LOCKED_RUNS + 1):
        one = Starts([], [], [], [])
        _start_bare(one, home)
        first, opened = _unlock(home)
        if run:  # the first run only warms the disk cache
            bare.painted += one.painted
            bare.echoed += one.echoed
            painted.append(first)
            usable.append(opened)
    base = median(bare.painted)
    budget = DERIVED_WITHIN + 2.5 * median(bare.echoed)
    return [
        Figure("first paint of the unlock page", median(painted), base, "ms", budget=1.25),
        Figure("passphrase to hits on Home", median(usable), None, "ms", limit=budget),
    ]


def _unlock(home: Path) -> tuple[float, float]:
    """Return the milliseconds to the first paint, and from the passphrase to the first hits."""
    with Terminal(FIELDKIT, {"FIELDKIT_HOME": str(home)}) as terminal:
        painted = terminal.until(lambda screen: bool(screen.row(LOCKED_LABEL)))
        terminal.rest(1.0)  # as long as somebody takes to type three words at least
        terminal.press(PASSPHRASE)
        entered = terminal.press(ENTER)
        terminal.until(lambda screen: bool(screen.row(HOME_LABEL)))
        terminal.press(SEARCHED)
        found = terminal.until(hits_shown)
    return (painted - terminal.started) * MILLI, (found - entered) * MILLI


def _start_bare(starts: Starts, _home: Path) -> None:
    with Terminal(BARE) as terminal:
        painted = terminal.until(lambda screen: bool(screen.row(BARE_LABEL)))
        terminal.press("z")
        echoed = terminal.until(lambda screen: any("z" in line for line in screen.lines))
    starts.painted.append((painted - terminal.started) * MILLI)
    starts.echoed.append((echoed - terminal.started) * MILLI)


def _start_home(starts: Starts, home: Path) -> None:
    with Terminal(FIELDKIT, {"FIELDKIT_HOME": str(home)}) as terminal:
        painted = terminal.until(lambda screen: bool(screen.row(HOME_LABEL)))
        typed = ""
        for key in KEYS_AT_START:
            pressed = terminal.press(key)
            typed += key
            echoed = terminal.until(_box_holds(typed))
            starts.key_to_paint.append((echoed - pressed) * MILLI)
            if len(typed) == 1:
                starts.echoed.append((echoed - terminal.started) * MILLI)
            terminal.rest(0.05)
    starts.painted.append((painted - terminal.started) * MILLI)
    with Terminal(FIELDKIT, {"FIELDKIT_HOME": str(home)}) as terminal:
        terminal.until(lambda screen: bool(screen.row(HOME_LABEL)))
        terminal.press(SEARCHED)
        found = terminal.until(hits_shown)
    starts.found.append((found - terminal.started) * MILLI)


def _box_holds(typed: str) -> Callable[[Terminal], bool]:
    return lambda screen: typed.strip() in in_box(screen)


def in_box(screen: Terminal) -> str:
    """Return what stands in Home's box: the line under its label."""
    labelled = next((y for y, line in enumerate(screen.lines) if HOME_LABEL in line), None)
    return "" if labelled is None else screen.lines[labelled + 1]


def figures_shown(screen: Terminal) -> bool:
    """Return whether Home shows its figures; their headings are there before them."""
    return bool(screen.row("last 14 days"))


def hits_shown(screen: Terminal) -> bool:
    """Return whether people are listed under the box: their lines name a parent or husband."""
    return any(f" {word} " in line for line in screen.lines for word in ("s/o", "d/o", "w/o"))

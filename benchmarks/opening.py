"""Time to open Home and lists, on many records compared with few."""

from pathlib import Path
from statistics import median

from benchmarks.figures import MILLI, Figure
from benchmarks.homes import FIELDKIT, held, home_with
from benchmarks.starting import figures_shown, hits_shown
from benchmarks.terminal import ENTER, ESCAPE, Terminal

RUNS = 5
FEW = 1_000


def measure(people: int) -> list[Figure]:
    """Open Home, the list of artisans and one artisan's page on both homes in turn."""
    homes = {count: home_with(count) for count in (FEW, people)}
    times = {count: _Times() for count in homes}
    for _ in range(RUNS):
        for count, home in homes.items():
            _open_all(home, times[count])
    records = sum(held(homes[people]).values())
    many, few = times[people], times[FEW]
    return [
        Figure(f"{what}, {records:,} records", median(ours), median(base), "ms", budget=1.5)
        for what, ours, base in (
            ("Home with its figures", many.home, few.home),
            ("list of artisans", many.listed, few.listed),
            ("an artisan's page", many.page, few.page),
        )
    ]


class _Times:
    """Milliseconds per screen, one value per run."""

    def __init__(self) -> None:
        self.home: list[float] = []
        self.listed: list[float] = []
        self.page: list[float] = []


def _open_all(home: Path, times: _Times) -> None:
    with Terminal(FIELDKIT, {"FIELDKIT_HOME": str(home)}) as terminal:
        shown = terminal.until(figures_shown)
        times.home.append((shown - terminal.started) * MILLI)
        terminal.settle()
        terminal.press("/list artisans")
        terminal.until(lambda screen: bool(screen.row("List: Artisans")))
        terminal.settle()
        pressed = terminal.press(ENTER)
        shown = terminal.until(hits_shown)
        times.listed.append((shown - pressed) * MILLI)
        terminal.settle()
        pressed = terminal.press(ENTER)
        shown = terminal.until(lambda screen: bool(screen.row("e edit")))
        times.page.append((shown - pressed) * MILLI)
        terminal.press(ESCAPE)

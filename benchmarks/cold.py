"""Starts from a cold file on a slow disk: ``python -m benchmarks.cold [STEP ...]``.

The program and its libraries are warm, the data file is not: a start after the laptop was switched
on. The day's copy has been made before: making it reads the file in order, and warms it. At the
keyboard is somebody who has saved nothing yet: another imported the people.
"""

import argparse
import math
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from statistics import median

from benchmarks.figures import Figure, table
from benchmarks.homes import FIELDKIT, KEPT, compile_program, fieldkit, home_with
from benchmarks.slow_disk import NotPermitted, SlowDisk, evict, slow_disk
from benchmarks.starting import HOME_LABEL, SEARCHED, figures_shown, hits_shown
from benchmarks.terminal import CTRL_N, CTRL_Q, CTRL_S, ENTER, Terminal

PEOPLE, READS, RUNS = 100_000, 150, 3
"""Reads a second: a cheap laptop."""
PATIENCE = 150.0
"""Seconds after which what has not come counts as never."""
DATABASE = "fieldkit.sqlite3"
INDIA = timezone(timedelta(hours=5, minutes=30))
FORM_LABEL, FIRST_FIELD = "New artisan", "Name as on Aadhaar"
NAME = "Zulfiqar Ahmad Wani"
FILLED = (NAME, "so", "Abdul Ahad Wani", "23.01.1984", "9419012345", "1234", "gen", "Wathoora")
FILLED_LATER = ("carp", "n")
ENDED = "end after Ctrl+Q"


@dataclass(frozen=True)
class Step:
    """What is waited for, from which key on, and how long that may take."""

    name: str
    taken: Callable[[Terminal, float], float]
    """Given the moment of the first paint, returns the seconds."""
    limit: float | None = None


def _hits(terminal: Terminal, _painted: float) -> float:
    pressed = terminal.press(SEARCHED)
    return terminal.until(hits_shown, PATIENCE) - pressed


def _form(terminal: Terminal, _painted: float) -> float:
    pressed = terminal.press(CTRL_N + NAME)
    return terminal.until(lambda screen: NAME in screen.row(FIRST_FIELD), PATIENCE) - pressed


def _save(terminal: Terminal, _painted: float) -> float:
    terminal.press(CTRL_N)
    terminal.until(form_shown, PATIENCE)
    for text in (*FILLED, *FILLED_LATER):
        terminal.press(text + ENTER)
        terminal.settle()
    pressed = terminal.press(CTRL_S)
    return terminal.until(lambda screen: bool(screen.row("Saved: ")), PATIENCE) - pressed


def _figures(terminal: Terminal, painted: float) -> float:
    return terminal.until(figures_shown, PATIENCE) - painted


STEPS: Mapping[str, Step] = {
    "hits": Step("hits after a name typed at the first paint", _hits, 1),
    "form": Step("form with what was typed, after Ctrl+N", _form, 2),
    "save": Step("saved, after Ctrl+S", _save, 2),
    "figures": Step("Home's figures, after the first paint", _figures),
}


def form_shown(screen: Terminal) -> bool:
    """Tell whether the form of an artisan stands there with its body."""
    return bool(screen.row(FORM_LABEL)) and bool(screen.row(FIRST_FIELD))


@dataclass(frozen=True)
class ColdHome:
    """A home whose file is put back as it was, and out of memory, before every start."""

    home: Path
    whole: Path
    """The file as it was."""

    @classmethod
    def of(cls, people: int) -> "ColdHome":
        """Return the home of so many people, made once."""
        folder = KEPT / f"cold-{people}"
        found = cls(folder / "home", folder / DATABASE)
        if not found.whole.exists():
            shutil.rmtree(folder, ignore_errors=True)
            found.home.mkdir(parents=True)
            shutil.copy(home_with(people) / DATABASE, found.home / DATABASE)
            fieldkit(found.home, "init", "--name", "Newcomer", "--district", "2", "--block", "16")
            found.warm()  # it takes note of the new folder
            shutil.copy(found.home / DATABASE, found.whole)
        return found

    def warm(self) -> None:
        """Start once at full speed, so that the program itself is in memory."""
        with Terminal(FIELDKIT, {"FIELDKIT_HOME": str(self.home)}) as terminal:
            _figures(terminal, 0)
            terminal.press(CTRL_N)
            terminal.until(form_shown, PATIENCE)
            terminal.press(CTRL_Q)
            terminal.left(PATIENCE)

    def chill(self, *, first: bool) -> None:
        """Put the file back; unless it is the ``first`` start of the day, its copy is made."""
        for path in self.home.glob(f"{DATABASE}*"):
            path.unlink()
        shutil.copy(self.whole, self.home / DATABASE)
        backups = self.home / "backups"
        shutil.rmtree(backups, ignore_errors=True)
        if not first:
            backups.mkdir()
            (backups / f"{datetime.now(INDIA):%Y-%m-%d}.sqlite3").touch()
        evict(self.home)


def measure(
    cold: ColdHome, disk: SlowDisk, names: list[str], runs: int, *, first: bool
) -> list[Figure]:
    """Take each step in starts of its own, and time how each of them ends."""
    taken: dict[str, list[float]] = {}
    for name in names:
        for _ in range(runs):
            cold.chill(first=first)
            seconds, ended = _start(cold.home, disk, STEPS[name])
            taken.setdefault(STEPS[name].name, []).append(seconds)
            taken.setdefault(f"  {ENDED}", []).append(ended)
    limits = {step.name: step.limit for step in STEPS.values()} | {f"  {ENDED}": 2}
    return [
        Figure(f"{what}, {which}", worst(values), None, "s", limit=limits[what])
        for what, values in taken.items()
        for which, worst in (("median", median), ("worst", max))
    ]


def _start(home: Path, disk: SlowDisk, step: Step) -> tuple[float, float]:
    """Start once; return the seconds of the step and of the end, endless if it never came."""
    known = {"FIELDKIT_HOME": str(home), "PYTHONFAULTHANDLER": "1"}
    with Terminal(disk.within(FIELDKIT), known) as terminal:
        seconds = ended = math.inf
        try:
            painted = terminal.until(lambda screen: bool(screen.row(HOME_LABEL)), PATIENCE)
            seconds = step.taken(terminal, painted)
            pressed = terminal.press(CTRL_Q)
            terminal.left(PATIENCE)
            ended = time.perf_counter() - pressed
        except TimeoutError as error:
            what = ENDED if seconds < math.inf else step.name
            print(f"{what}: not in {PATIENCE:g} s\n{error}\n{terminal.abort()}", flush=True)
        print(f"  {step.name}: {seconds:.2f} s, {ENDED}: {ended:.2f} s", flush=True)
        return seconds, ended


def main(arguments: list[str]) -> int:
    """Print a table; return 1 if a limit is not kept, 2 if the disk cannot be slowed down."""
    parser = argparse.ArgumentParser(prog="benchmarks.cold", description=__doc__)
    parser.add_argument("steps", nargs="*", metavar="STEP", help=", ".join(STEPS))
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--reads", type=int, default=READS, help="reads a second")
    parser.add_argument("--runs", type=int, default=RUNS, help="cold starts for each step")
    parser.add_argument("--first-of-day", action="store_true", help="the day's copy is made too")
    given = parser.parse_args(arguments)
    names = given.steps or list(STEPS)
    if unknown := set(names) - set(STEPS):
        parser.error(f"no step {', '.join(sorted(unknown))}; there are {', '.join(STEPS)}")
    KEPT.mkdir(exist_ok=True)
    compile_program()
    try:
        with slow_disk(KEPT, given.reads) as disk:
            cold = ColdHome.of(given.people)
            cold.warm()
            found = measure(cold, disk, names, given.runs, first=given.first_of_day)
    except NotPermitted as error:
        print(error)
        return 2
    print(table(found))
    return 0 if all(figure.kept for figure in found) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

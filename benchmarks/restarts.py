"""Many starts with Ctrl+N in the first seconds: ``python -m benchmarks.restarts --starts 500``."""

import argparse
import random
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from benchmarks.cold import DATABASE, form_shown
from benchmarks.homes import FIELDKIT, KEPT, compile_program, fieldkit, home_with
from benchmarks.starting import HOME_LABEL
from benchmarks.terminal import CTRL_N, CTRL_Q, ESCAPE, Terminal

PEOPLE, STARTS, AT_ONCE = 100_000, 500, 2
FIRST = 2.0
"""Seconds from the first paint on within which the key comes."""
PATIENCE = 10.0
"""Seconds after which what has not come counts as never."""


def start(home: Path, moment: float) -> str:
    """Start once, press Ctrl+N at the moment; return what went wrong, empty if nothing did."""
    known = {"FIELDKIT_HOME": str(home), "PYTHONFAULTHANDLER": "1"}
    with Terminal(FIELDKIT, known) as terminal:
        awaited = "Home"
        try:
            terminal.until(lambda screen: bool(screen.row(HOME_LABEL)), PATIENCE)
            terminal.rest(moment)
            awaited = "the form with its body"
            terminal.press(CTRL_N)
            terminal.until(form_shown, PATIENCE)
            awaited = "Home after Escape"
            terminal.press(ESCAPE)
            terminal.until(lambda screen: bool(screen.row(HOME_LABEL)), PATIENCE)
            awaited = "the end after Ctrl+Q"
            terminal.press(CTRL_Q)
            code = terminal.left(PATIENCE)
        except TimeoutError as error:
            return f"{awaited} did not come; {error}\n{terminal.abort()}"
        return f"it ended with {code}" if code else ""


def homes(people: int, many: int) -> list[Path]:
    """Return homes of so many people, one for each start that runs beside others, made once.

    At the keyboard is somebody who has saved nothing yet: another imported the people.
    """
    found = [KEPT / f"restarts-{people}-{number}" for number in range(many)]
    for home in found:
        if not home.exists():
            making = home.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir(parents=True)
            shutil.copy(home_with(people) / DATABASE, making / DATABASE)
            fieldkit(making, "init", "--name", "Newcomer", "--district", "2", "--block", "16")
            making.rename(home)
    return found


def main(arguments: list[str]) -> int:
    """Print each failure and how many there were; return 1 if there were any."""
    parser = argparse.ArgumentParser(prog="benchmarks.restarts", description=__doc__)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--starts", type=int, default=STARTS)
    parser.add_argument("--at-once", type=int, default=AT_ONCE)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args(arguments)
    KEPT.mkdir(exist_ok=True)
    compile_program()
    chance = random.Random(given.seed)
    moments = [chance.uniform(0, FIRST) for _ in range(given.starts)]
    free: SimpleQueue[Path] = SimpleQueue()
    for home in homes(given.people, given.at_once):
        start(home, FIRST)  # the program and the file are warm after it
        free.put(home)

    def one(moment: float) -> str:
        home = free.get()
        try:
            return start(home, moment)
        finally:
            free.put(home)

    failed = 0
    with ThreadPoolExecutor(given.at_once) as hands:
        for number, (moment, fault) in enumerate(
            zip(moments, hands.map(one, moments), strict=True)
        ):
            if fault:
                failed += 1
                print(f"start {number}, Ctrl+N {moment:.3f} s after the first paint: {fault}\n")
    print(f"{failed} of {given.starts} starts failed (seed {given.seed}).")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

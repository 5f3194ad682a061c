"""How many people typed again are recognised, and how many strangers are taken for somebody else.

``python -m benchmarks.matching.evaluate [train|unseen] [people]``: each person of the trials is
typed into a store that holds the roster; of the candidates it returns, at most twenty, those with
a strong match are what the counter would ask about.
"""

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import get_args

from benchmarks.figures import MILLI, p95
from benchmarks.matching.homes import home_of
from benchmarks.matching.people import Resident, Trial, roster, trials
from benchmarks.matching.split import Part
from fieldkit.matching import Match
from fieldkit.records import Value
from fieldkit.records.artisans.beneficiary import Beneficiary
from fieldkit.store import Store

PEOPLE = 100_000
TRIALS = 20_000
MOST = 20
RECALL, PRECISION = 0.95, 0.90
"""What the unseen part must reach."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one trial came to."""

    trial: Trial
    found: Sequence[tuple[int, Match]]
    """The candidates by their place in the roster, the likeliest first."""
    seconds: float
    """Of the processor, whatever else the machine does."""

    @property
    def strong(self) -> list[int]:
        """The places of the people the operator would be asked about."""
        return [at for at, match in self.found if match.strong]


def run(home: Path, given: Sequence[Trial]) -> list[Outcome]:
    """Look up every person of the trials in the home's store."""
    store = Store.open(home)
    outcomes = []
    for trial in given:
        values: dict[str, Value] = {**trial.typed.values()}
        record = Beneficiary.of(values)
        started = time.thread_time()
        found = store.look_alikes(record, MOST)
        seconds = time.thread_time() - started
        numbers = [(int(one.id.partition("-")[2]) - 1, match) for one, match in found]
        outcomes.append(Outcome(trial, numbers, seconds))
    store.close()
    return outcomes


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one run."""

    again: int
    """People typed again."""
    recognised: int
    candidates: int
    """Of those typed again, how many were among the candidates at all."""
    wrong: int
    """Strong matches with somebody else."""
    strangers: int
    asked: int
    """Strangers at whom the operator is asked a question."""

    @property
    def recall(self) -> float:
        """The share of people typed again who are recognised."""
        return self.recognised / self.again

    @property
    def precision(self) -> float:
        """The share of strong matches that are right."""
        return self.recognised / max(self.recognised + self.wrong, 1)

    def __str__(self) -> str:
        return (
            f"recall {self.recall:.3f} ({self.recognised} of {self.again}; "
            f"{self.candidates} were candidates), precision {self.precision:.3f} "
            f"({self.wrong} wrong), asked about {self.asked} of {self.strangers} strangers "
            f"({self.asked / max(self.strangers, 1):.2%})"
        )


def score(outcomes: Sequence[Outcome]) -> Score:
    """Count what was right."""
    again = [one for one in outcomes if one.trial.known is not None]
    strangers = [one for one in outcomes if one.trial.known is None]
    return Score(
        len(again),
        sum(one.trial.known in one.strong for one in again),
        sum(one.trial.known in [at for at, _ in one.found] for one in again),
        sum(len([at for at in one.strong if at != one.trial.known]) for one in outcomes),
        len(strangers),
        sum(bool(one.strong) for one in strangers),
    )


def main(arguments: Sequence[str]) -> int:
    """Print the figures of the parts; 1 if the unseen part falls short."""
    parts: Sequence[Part] = [one for one in get_args(Part) if one in arguments] or get_args(Part)
    people = next((int(one) for one in arguments if one.isdigit()), PEOPLE)
    listed, outside = roster(people)
    home = home_of(listed)
    short = False
    for part, in_haste in product(parts, (False, True)):
        given = trials(part, min(TRIALS, people // 5), listed, outside, in_haste=in_haste)
        outcomes = run(home, given)
        figures = score(outcomes)
        times = [one.seconds * MILLI for one in outcomes]
        print(f"{part}{', typed in haste' if in_haste else ''}: {figures}")
        print(f"  a look-up: p95 {p95(times):.1f} ms of the processor, worst {max(times):.1f} ms")
        if part == "train":
            for line in _mistakes(outcomes, listed)[:MOST]:
                print("  ", line)
        elif not in_haste:
            short = figures.recall < RECALL or figures.precision < PRECISION
    return short


def _mistakes(outcomes: Sequence[Outcome], listed: Sequence[Resident]) -> list[str]:
    """Describe whom the matching missed or took for somebody else."""
    lines = []
    for one in outcomes:
        known = one.trial.known
        if known is not None and known not in one.strong:
            match = dict(one.found).get(known)
            lines.append(f"missed {_line(one.trial.typed)} = {_line(listed[known])}: {match}")
        for at, match in one.found:
            if match.strong and at != known:
                lines.append(f"wrong {_line(one.trial.typed)} = {_line(listed[at])}: {match}")
    return lines


def _line(one: Resident) -> str:
    values = (one.name, one.relation, one.kin, one.born, one.mobile, one.last_four, one.village)
    return " ".join((*values, one.household))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A figure with its baseline, and the output of figures."""

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

MILLI = 1000
FEW = 10
"""Below it, hundredths are shown: keys a person, say."""


@dataclass(frozen=True)
class Figure:
    """One measurement and the baseline of the same run, in the same unit."""

    name: str
    ours: float
    baseline: float | None
    unit: str
    budget: float | None = None
    """The greatest ratio to the baseline that the design allows."""
    limit: float | None = None
    """The greatest absolute value that the design allows, if it names one."""

    @property
    def ratio(self) -> float | None:
        """Return our value divided by the baseline."""
        return self.ours / self.baseline if self.baseline else None

    @property
    def kept(self) -> bool:
        """Return whether budget and limit are kept."""
        within_budget = self.budget is None or self.ratio is None or self.ratio <= self.budget
        return within_budget and (self.limit is None or self.ours <= self.limit)


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    ordered = sorted(values)
    return ordered[max(math.ceil(len(ordered) * 0.95) - 1, 0)]


def table(figures: Iterable[Figure]) -> str:
    """Format figures as a table with fixed columns."""
    lines = [f"{'what':<56}{'ours':>10}{'baseline':>10}{'ratio':>8}{'budget':>14}"]
    for figure in figures:
        ratio = "" if figure.ratio is None else f"{figure.ratio:.2f}"
        bounds = [
            f"{figure.budget:g}x" if figure.budget is not None else "",
            f"{figure.limit:g} {figure.unit}" if figure.limit is not None else "",
        ]
        lines.append(
            f"{figure.name:<56}{_number(figure.ours):>10}{_number(figure.baseline):>10}{ratio:>8}"
            f"{', '.join(filter(None, bounds)):>14}  {figure.unit:<4}"
            f"{'' if figure.kept else 'OVER'}"
        )
    return "\n".join(lines)


def keep(figures: Iterable[Figure], path: Path) -> None:
    """Write figures to a JSON file."""
    rows = [{**asdict(figure), "ratio": figure.ratio, "kept": figure.kept} for figure in figures]
    path.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f}" if value < FEW else f"{value:.1f}" if value < MILLI else f"{value:.0f}"
